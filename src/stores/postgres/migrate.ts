import { AppError } from "../../core/errors.ts";
import { migrations } from "./migrations.ts";
import type { Query, Sql } from "./sql.ts";

/** Held by who changes the tables; a number of our own in the database. */
const lock = 7_113_862_117;

/**
 * Brings the tables to the version that this program knows. Of several that open the database at once one does it and
 * the others wait. Throws store_unavailable when a newer program wrote it.
 */
export async function migrate(sql: Sql): Promise<void> {
  if ((await versionOf(sql.query)) === migrations.length) return;
  await sql.transaction(async (query) => {
    await query("select pg_advisory_xact_lock($1::bigint)", [lock]);
    const before = await versionOf(query);
    if (before === 0) await query("create table if not exists quotabot_schema_version (version integer)");
    for (const statement of migrations.slice(before).flat()) await query(statement);
    await query("delete from quotabot_schema_version");
    await query("insert into quotabot_schema_version values ($1::integer)", [migrations.length]);
  });
}

/** 0: there are no tables yet. */
async function versionOf(query: Query): Promise<number> {
  // Looked up as a row: by name (to_regclass) a connection can still remember that there was none.
  const [table] = await query<{ there: boolean }>(
    `select exists (
       select from pg_class where relname = 'quotabot_schema_version' and pg_table_is_visible(oid)
     ) as there`,
  );
  if (!table?.there) return 0;
  const [row] = await query<{ version: number }>("select version from quotabot_schema_version");
  const version = row?.version ?? 0;
  if (version <= migrations.length) return version;
  throw new AppError(
    "store_unavailable",
    `The database was written by a newer quotabot (schema ${version}, this one knows ${migrations.length}). ` +
      "Start the newer one, or name another database in storage.url.",
  );
}
