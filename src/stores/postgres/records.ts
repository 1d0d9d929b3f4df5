import type { Day } from "../../core/domain/day.ts";
import { type FilterDimension, filterDimensions, type UsageRecord } from "../../core/domain/usage.ts";
import type { UsageQuery } from "../../core/domain/usage-query.ts";
import type { Query } from "./sql.ts";
import { fromColumn, toColumn } from "./text.ts";

/** Where a record stands: by day, then in the order in which it was added. */
export interface Position {
  day: Day;
  batch: number;
  place: number;
}

export interface Placed extends Position {
  record: UsageRecord;
}

interface Row extends Record<FilterDimension, string | null> {
  day: Day;
  batch: number | string;
  place: number;
  /** What has no column of its own, as JSON. */
  rest: string;
}

const columns = filterDimensions.map((dimension) => `"${dimension}"`);

/** Keeps records of a batch, which stand after those of all batches before; in it they stand from `first` on. */
export async function insertRecords(
  query: Query,
  batch: number,
  first: number,
  records: readonly UsageRecord[],
): Promise<void> {
  await query(
    `insert into quotabot_records (day, batch, place, rest, ${columns.join(", ")})
     select day, $2::bigint, place, rest, ${columns.join(", ")}
     from json_to_recordset($1::json) as added (day text, place integer, rest text,
       ${columns.map((column) => `${column} text`).join(", ")})`,
    [JSON.stringify(records.map((record, index) => ({ place: first + index, ...toRow(record) }))), batch],
  );
}

/** The next records of a span of days, at most `most`, after a position. */
export async function selectRecords(
  query: Query,
  span: {
    from: Day;
    to: Day;
    only?: UsageQuery["only"];
    after?: Position | undefined;
    most: number;
  },
): Promise<Placed[]> {
  const { from, to, only, after = { day: "", batch: 0, place: 0 }, most } = span;
  const filters = filterDimensions.flatMap((dimension) => {
    const values = only?.[dimension];
    return values === undefined ? [] : [{ column: `"${dimension}"`, values }];
  });
  // "" asks for what is not told. Plain columns let the planner know how many rows fit.
  const conditions = filters.map(
    ({ column, values }, index) =>
      `and (${column} = any($${index + 7}::text[])${values.includes("") ? ` or ${column} is null` : ""})`,
  );
  const rows = await query<Row>(
    `select day, batch, place, rest, ${columns.join(", ")} from quotabot_records
     where day >= $1 and day <= $2 and (day, batch, place) > ($3, $4::bigint, $5::integer)
       ${conditions.join(" ")}
     order by day, batch, place limit $6::bigint`,
    [
      from,
      to,
      after.day,
      after.batch,
      after.place,
      most,
      ...filters.map(({ values }) => values.map(toColumn)),
    ],
  );
  return rows.map(fromRow);
}

function toRow(record: UsageRecord): Partial<Row> {
  const rest: Partial<UsageRecord> = { ...record };
  for (const dimension of filterDimensions) delete rest[dimension];
  return { ...told(record, toColumn), day: record.day, rest: JSON.stringify(rest) };
}

function fromRow(row: Row): Placed {
  const record = { ...JSON.parse(row.rest), ...told(row, fromColumn) };
  return { day: row.day, batch: Number(row.batch), place: row.place, record };
}

/** The values of the dimensions that have one, each changed. */
function told(
  values: Partial<Record<FilterDimension, string | null | undefined>>,
  change: (text: string) => string,
): Partial<Record<FilterDimension, string>> {
  return Object.fromEntries(
    filterDimensions.flatMap((dimension) => {
      const value = values[dimension];
      return value === undefined || value === null ? [] : [[dimension, change(value)]];
    }),
  );
}
