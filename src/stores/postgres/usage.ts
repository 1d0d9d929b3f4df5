import { type Book, emptyBook, otherValues } from "../../core/domain/book.ts";
import type { Day } from "../../core/domain/day.ts";
import type { Sums } from "../../core/domain/sums.ts";
import { filterDimensions } from "../../core/domain/usage.ts";
import {
  createUsageSum,
  type UsageAnswer,
  type UsageQuery,
  type UsageSum,
} from "../../core/domain/usage-query.ts";
import { type Placed, selectRecords } from "./records.ts";
import { tooManyCells } from "./rollup-bounds.ts";
import { cellFromColumn, type Rollup } from "./rollups.ts";
import type { Query, Sql } from "./sql.ts";
import { fromSumsRow, type SumsRow, sumColumns } from "./sums-row.ts";
import { digestOf, fromColumn, toColumn } from "./text.ts";

type Row = Pick<Rollup, "dimension" | "day" | "value"> & SumsRow;

const columns = `dimension, day, value, ${sumColumns.join(", ")}, times_first, times_counts`;

/** As `usage` of the ledger: from the rows of values, else from the combinations, else from the records. */
export async function answerUsage(sql: Sql, asked: UsageQuery): Promise<UsageAnswer> {
  return await sql.transaction(async (query) => {
    // One view of all that is looked at, whatever is added and forgotten meanwhile.
    await query("set transaction isolation level repeatable read, read only");
    const sum = createUsageSum(asked);
    await addUp(query, sum, asked);
    return sum.answer();
  });
}

async function addUp(query: Query, sum: UsageSum, asked: UsageQuery): Promise<void> {
  const { by, only } = asked;
  const filters = filterDimensions.filter((dimension) => only?.[dimension] !== undefined);
  const [filter] = filters;
  const alone = filters.length === 1 && (by === undefined || by === "day" || by === filter);
  let left: readonly Day[];
  if (filter === undefined) left = count(sum, await selectAll(query, asked));
  else if (alone) left = count(sum, await selectSome(query, asked, filter));
  else left = await daysWithUse(query, asked);
  if (left.length > 0 && by !== "hour") left = count(sum, await selectCells(query, asked, left));
  if (left.length > 0) await addRecords(query, sum, asked, left);
}

/** Counts what rows can answer, and tells the days for which they cannot. */
function count(sum: UsageSum, rows: readonly Row[]): Day[] {
  return booksFrom(rows)
    .filter((book) => !sum.addBook(book))
    .map(({ day }) => day);
}

async function selectAll(query: Query, { from, to, by }: UsageQuery): Promise<Row[]> {
  return await query<Row>(
    `select ${columns} from quotabot_rollups
     where dimension = any($1::text[]) and day >= $2 and day <= $3`,
    [["total", by ?? "total"], from, to],
  );
}

/** The rows of the values that one dimension is limited to. */
async function selectSome(
  query: Query,
  { from, to, only }: UsageQuery,
  filter: (typeof filterDimensions)[number],
): Promise<Row[]> {
  const keys = [otherValues, ...(only?.[filter] ?? [])].map((value) => digestOf(toColumn(value)));
  return await query<Row>(
    `select ${columns} from quotabot_rollups
     where dimension = $1 and day >= $2 and day <= $3
       and key in (select decode(asked, 'hex') from unnest($4::text[]) as asked)`,
    [filter, from, to, keys],
  );
}

/** The combinations that are asked for, and the sign that a day has given them up. */
async function selectCells(query: Query, { only }: UsageQuery, days: readonly Day[]): Promise<Row[]> {
  const filters = filterDimensions.flatMap((dimension, place) => {
    const values = only?.[dimension];
    return values === undefined ? [] : [{ place, values: values.map(toColumn) }];
  });
  const fits = filters.map(({ place }, index) => `value::json ->> ${place} = any($${index + 3}::text[])`);
  return await query<Row>(
    `select ${columns} from quotabot_rollups
     where dimension = 'cell' and day = any($1::text[])
       and case when value = $2 then true else ${fits.join(" and ")} end`,
    [days, tooManyCells, ...filters.map(({ values }) => values)],
  );
}

async function daysWithUse(query: Query, { from, to }: UsageQuery): Promise<Day[]> {
  const rows = await query<{ day: Day }>(
    "select day from quotabot_rollups where dimension = 'total' and day >= $1 and day <= $2",
    [from, to],
  );
  return rows.map(({ day }) => day);
}

/** Rows as the books that they are parts of; a dimension without a row is not there at all. */
function booksFrom(rows: readonly Row[]): Book[] {
  const books = new Map<Day, Book>();
  for (const row of rows) {
    const book = books.get(row.day) ?? { ...emptyBook(row.day), rows: new Map(), cells: undefined };
    books.set(row.day, book);
    place(book, row);
  }
  return [...books.values()];
}

function place(book: Book, row: Row): void {
  const { dimension, value } = row;
  const sums = fromSumsRow(row);
  if (dimension === "total") {
    book.total = sums;
  } else if (dimension !== "cell") {
    const rows = book.rows.get(dimension) ?? new Map<string, Sums>();
    book.rows.set(dimension, rows.set(fromColumn(value), sums));
  } else if (value !== tooManyCells) {
    book.cells ??= new Map();
    book.cells.set(value, { values: cellFromColumn(value), sums });
  }
}

const atOnce = 5_000;

/** Counts the records of days, and says of those whose records were forgotten that they are missing. */
async function addRecords(
  query: Query,
  sum: UsageSum,
  { only }: UsageQuery,
  days: readonly Day[],
): Promise<void> {
  const pruned = await query<{ day: Day }>(
    "select day from quotabot_pruned_days where day = any($1::text[])",
    [days],
  );
  const missing = new Set(pruned.map(({ day }) => day));
  for (const day of days) {
    if (missing.has(day)) {
      sum.miss(day);
      continue;
    }
    let page: Placed[] = [];
    do {
      page = await selectRecords(query, { from: day, to: day, only, after: page.at(-1), most: atOnce });
      for (const { record } of page) sum.addRecord(record);
    } while (page.length === atOnce);
  }
}
