import type { Log, Store } from "../core/ports.ts";
import { createDoor } from "./postgres/door.ts";
import { createHistory } from "./postgres/history.ts";
import { createLedger } from "./postgres/ledger.ts";
import { migrate } from "./postgres/migrate.ts";
import { createOutbox } from "./postgres/outbox.ts";
import { createPool } from "./postgres/pool.ts";
import { withRetries } from "./postgres/retries.ts";
import { createSettings } from "./postgres/settings.ts";
import { createSnapshots } from "./postgres/snapshots.ts";
import type { Sql } from "./postgres/sql.ts";

export interface PostgresStoreOptions {
  log: Log;
  /** Milliseconds for which a lost connection is tried again. */
  patience?: number | undefined;
}

/**
 * The store of several processes at once, in the database at `url`. Throws store_unavailable when it cannot be reached
 * or used, or when a newer program wrote it; no message holds the address or the password.
 */
export function openPostgresStore(options: PostgresStoreOptions & { url: string }): Promise<Store> {
  return createPostgresStore({ ...options, sql: createPool(options) });
}

/** The store in a database, which belongs to it from then on. */
export async function createPostgresStore(options: PostgresStoreOptions & { sql: Sql }): Promise<Store> {
  const { log, patience = 5_000 } = options;
  const sql = withRetries({ sql: options.sql, log, patience });
  try {
    await migrate(sql);
  } catch (error) {
    await sql.close();
    throw error;
  }
  const door = createDoor();
  return {
    snapshots: door.before(createSnapshots(sql)),
    settings: door.before(createSettings(sql)),
    ledger: door.before(createLedger(sql)),
    history: door.before(createHistory(sql)),
    outbox: door.before(createOutbox(sql)),
    ...door.before({ check: () => checkWritable(options.sql) }),
    close: () => door.close(sql.close),
  };
}

/** Writes nothing, which fails all the same where nothing can be written, as on a standby. Who asks does not wait long. */
async function checkWritable({ query }: Sql): Promise<void> {
  const statement = "update quotabot_ledger set batch = batch where false";
  // The connection at hand may be one that broke while nobody used it.
  await query(statement).catch(() => query(statement));
}
