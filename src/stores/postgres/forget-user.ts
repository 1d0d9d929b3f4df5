import type { Cell } from "../../core/domain/book.ts";
import type { Day } from "../../core/domain/day.ts";
import { filterDimensions } from "../../core/domain/usage.ts";
import { addRollups, cellFromColumn, cellToColumn, type Rollup } from "./rollups.ts";
import type { Query, Sql } from "./sql.ts";
import { fromSumsRow, type SumsRow } from "./sums-row.ts";
import { toColumn } from "./text.ts";

/** Where the user stands in the list that the text of a combination is. */
const place = filterDimensions.indexOf("user");

/** Takes a user's name out of records and roll-ups, all at once, and tells how many records had it. */
export function forgetUser(sql: Sql, user: string): Promise<number> {
  const name = toColumn(user);
  return sql.transaction(async (query) => {
    // Appends wait: they would bring the name back into roll-ups that are being moved.
    await query("select batch from quotabot_ledger for update");
    const records = await query(
      `update quotabot_records set "user" = null where "user" = $1 returning place`,
      [name],
    );
    const users = await take(query, `dimension = 'user' and value = $1`, name);
    const cells = await take(
      query,
      // A day that gave up its combinations has one without a list.
      `dimension = 'cell' and case when value = '' then null else value::json ->> ${place} end = $1`,
      name,
    );
    await addRollups(query, [
      ...users.map((rollup) => ({ ...rollup, value: "" })),
      ...cells.map((rollup) => ({ ...rollup, value: withoutUser(rollup.value) })),
    ]);
    return records.length;
  });
}

interface Row extends SumsRow {
  dimension: Rollup["dimension"];
  day: Day;
  value: string;
}

async function take(query: Query, condition: string, name: string): Promise<Rollup[]> {
  const rows = await query<Row>(`delete from quotabot_rollups where ${condition} returning *`, [name]);
  return rows.map((row) => ({
    dimension: row.dimension,
    day: row.day,
    value: row.value,
    sums: fromSumsRow(row),
  }));
}

function withoutUser(value: string): string {
  const values: Cell["values"] = { ...cellFromColumn(value), user: "" };
  return cellToColumn(values);
}
