import { randomUUID } from "node:crypto";
import type { Snapshots } from "../../core/ports.ts";
import type { Sql } from "./sql.ts";
import { toColumn } from "./text.ts";

export function createSnapshots(sql: Sql): Snapshots {
  return {
    async replace(snapshot) {
      // The row keeps what it held before this very write, so that asking twice gives the same answer.
      const [row] = await sql.query<{ previous: string | null }>(
        `insert into quotabot_snapshots as kept (account, snapshot, write) values ($1, $2, $3)
         on conflict (account) do update set
           previous = case when kept.write = excluded.write then kept.previous else kept.snapshot end,
           snapshot = excluded.snapshot, write = excluded.write
         returning previous`,
        [toColumn(snapshot.account), JSON.stringify(snapshot), randomUUID()],
      );
      return row?.previous ? JSON.parse(row.previous) : undefined;
    },
    async latest() {
      const rows = await sql.query<{ snapshot: string }>("select snapshot from quotabot_snapshots");
      return rows.map((row) => JSON.parse(row.snapshot));
    },
  };
}
