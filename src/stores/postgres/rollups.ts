import { type Book, type Cell, mostCells, mostValues } from "../../core/domain/book.ts";
import type { Day } from "../../core/domain/day.ts";
import type { Sums } from "../../core/domain/sums.ts";
import { type Dimension, filterDimensions } from "../../core/domain/usage.ts";
import { withinBounds } from "./rollup-bounds.ts";
import type { Query } from "./sql.ts";
import { addExcluded, sumColumns, toSumsRow } from "./sums-row.ts";
import { digestOf, fromColumn, toColumn } from "./text.ts";

/** Sums of one value on a day: of a dimension, of the whole day, or of an exact combination of values. */
export interface Rollup {
  dimension: Dimension | "total" | "cell";
  day: Day;
  /** As its column holds it. */
  value: string;
  sums: Sums;
}

/** So many records make books that are within all bounds, whatever is in them. */
export const mostAtOnce = Math.min(mostValues, mostCells);

/**
 * Adds books to the roll-ups, within the bounds that books have. They must come from at most `mostAtOnce` records, and
 * nobody else may add meanwhile.
 */
export async function addBooks(query: Query, books: Iterable<Book>): Promise<void> {
  await addRollups(query, await withinBounds(query, [...books].flatMap(rollupsOf)));
}

/** Adds sums to the roll-ups; each value stands there once. */
export async function addRollups(query: Query, added: readonly Rollup[]): Promise<void> {
  const sums = sumColumns.join(", ");
  await query(
    `insert into quotabot_rollups as kept (dimension, day, key, value, ${sums}, times_first, times_counts)
     select dimension, day, decode(key, 'hex'), value, ${sums}, times_first, times_counts
     from json_to_recordset($1::json) as added (dimension text, day text, key text, value text,
       ${sumColumns.map((column) => `${column} numeric`).join(", ")}, times_first integer, times_counts integer[])
     on conflict (dimension, day, key) do update set ${addExcluded}`,
    [
      JSON.stringify(
        added.map(({ sums, ...row }) => ({ ...row, key: digestOf(row.value), ...toSumsRow(sums) })),
      ),
    ],
  );
}

function rollupsOf({ day, total, rows, cells }: Book): Rollup[] {
  const rollups: Rollup[] = [{ dimension: "total", day, value: "", sums: total }];
  for (const [dimension, values] of rows) {
    for (const [value, sums] of values) rollups.push({ dimension, day, value: toColumn(value), sums });
  }
  for (const { values, sums } of cells?.values() ?? []) {
    rollups.push({ dimension: "cell", day, value: cellToColumn(values), sums });
  }
  return rollups;
}

/** A combination as one text: a JSON list in the order of `filterDimensions`. */
export function cellToColumn(values: Cell["values"]): string {
  return JSON.stringify(filterDimensions.map((dimension) => toColumn(values[dimension])));
}

export function cellFromColumn(value: string): Cell["values"] {
  const values: string[] = JSON.parse(value);
  return Object.fromEntries(
    filterDimensions.map((dimension, index) => [dimension, fromColumn(values[index] ?? "")]),
  ) as Cell["values"];
}
