import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type { Settings } from "../../core/ports.ts";
import type { Sql } from "./sql.ts";
import { toColumn } from "./text.ts";

export function createSettings(sql: Sql): Settings {
  /** The value as its column holds it. */
  async function find(key: string): Promise<string | undefined> {
    const [row] = await sql.query<{ value: string }>("select value from quotabot_settings where key = $1", [
      toColumn(key),
    ]);
    return row?.value;
  }

  return {
    async get(key) {
      const value = await find(key);
      return value === undefined ? undefined : JSON.parse(value);
    },
    async set(key, value) {
      if (value === undefined) {
        await sql.query("delete from quotabot_settings where key = $1", [toColumn(key)]);
        return;
      }
      await sql.query(
        `insert into quotabot_settings values ($1, $2)
         on conflict (key) do update set value = excluded.value`,
        [toColumn(key), JSON.stringify(value)],
      );
    },
    async swap(key, before, after) {
      const found = await find(key);
      const stored = found === undefined ? undefined : JSON.parse(found);
      const expected = before === undefined ? undefined : JSON.parse(JSON.stringify(before));
      if (!isDeepStrictEqual(stored, expected)) return false;
      // The row knows the write that made it, so that asking twice gives the same answer.
      const values = [toColumn(key), JSON.stringify(after), randomUUID()];
      const done =
        found === undefined
          ? await sql.query(
              `insert into quotabot_settings as kept values ($1, $2, $3)
               on conflict (key) do update set write = excluded.write where kept.write = excluded.write
               returning 1`,
              values,
            )
          : await sql.query(
              `update quotabot_settings
               set value = case when write is not distinct from $3 then value else $2 end, write = $3
               where key = $1 and (value = $4 or write = $3)
               returning 1`,
              [...values, found],
            );
      return done.length > 0;
    },
  };
}
