import { z } from "zod";
import { type Book, type Cell, cellKey, nothingSpent, type Spent } from "../../core/domain/book.ts";
import { isDay } from "../../core/domain/day.ts";
import { noSums, type Sums } from "../../core/domain/sums.ts";
import { dimensions, filterDimensions } from "../../core/domain/usage.ts";

/** The shape of the document below. A program refuses a document of a later version. */
export const bookVersion = 1;

/** The columns of sums in a document; then follow the first bucket of `times` and how many fell into each. */
const sumColumns = columnsOf<Omit<Sums, "times">>({
  requests: 0,
  succeeded: 1,
  input: 2,
  output: 3,
  cacheRead: 4,
  cacheWrite: 5,
  reasoning: 6,
  estimated: 7,
  audioMs: 8,
  billedMicros: 9,
  includedMicros: 10,
  freeMicros: 11,
  unpriced: 12,
  timed: 13,
  durationMs: 14,
});

/** The columns of what was spent in a minute, after the minute itself. */
const spentColumns = columnsOf<Spent>({
  records: 0,
  requests: 1,
  tokens: 2,
  audioMs: 3,
  costMicros: 4,
  unpriced: 5,
});

/** How many numbers stand for a minute. */
export const minuteWidth = 1 + spentColumns.length;

/** Checked without making a copy, for they are many. */
const numbers = z.custom<number[]>((data) => Array.isArray(data) && data.every(Number.isFinite));
const sums = numbers.refine((columns) => columns.length > sumColumns.length);

const document = z.object({
  day: z.string().refine(isDay),
  /**
   * Which journal, and how much of it, is in here: up to which byte, so many records. What stands before that byte is
   * known again by its tail: see `readTail`. Whether it continues is told as in a journal's head. Of the first books,
   * which tell only the id and the end, the journal is read once more.
   */
  journal: z.object({
    id: z.string(),
    end: z.int().min(0),
    records: z.int().min(0).default(0),
    tail: z.number().default(0),
    continues: z.boolean().default(false),
  }),
  /** How many fingerprints belong to it, and their CRC-32. */
  ids: z.object({ count: z.int().min(0), crc32: z.number() }),
  total: sums,
  rows: z.array(z.tuple([z.enum(dimensions), z.array(z.tuple([z.string(), sums]))])),
  cells: z.array(z.tuple([z.array(z.string()).length(filterDimensions.length), sums])).nullable(),
  /** By account: all minutes one after the other. */
  minutes: z.array(z.tuple([z.string(), numbers])),
  counters: z.array(z.tuple([z.string(), z.number()])),
});

/** The roll-ups of a day as they lie on disk, and what of its journal they hold. */
export type BookDocument = z.infer<typeof document>;

/** The book as JSON values that share nothing with it. */
export function encodeBook(book: Book, covered: Pick<BookDocument, "journal" | "ids">): BookDocument {
  return {
    day: book.day,
    ...covered,
    total: encodeSums(book.total),
    rows: [...book.rows].map(([dimension, rows]) => [
      dimension,
      [...rows].map(([value, one]) => [value, encodeSums(one)]),
    ]),
    cells:
      book.cells === undefined
        ? null
        : [...book.cells.values()].map(({ values, sums }) => [
            filterDimensions.map((dimension) => values[dimension]),
            encodeSums(sums),
          ]),
    minutes: [...book.minutes].map(([account, minutes]) => [account, encodeMinutes(minutes)]),
    counters: [...book.counters],
  };
}

/** What `encodeBook` made; undefined for anything else. */
export function asBookDocument(data: unknown): BookDocument | undefined {
  return document.safeParse(data).data;
}

/** The book that a document holds. */
export function decodeBook(document: BookDocument): Book {
  return {
    day: document.day,
    total: decodeSums(document.total),
    rows: decodeRows(document.rows),
    cells: document.cells === null ? undefined : decodeCells(document.cells),
    minutes: new Map(document.minutes.map(([account, all]) => [account, decodeMinutes(all)])),
    counters: new Map(document.counters),
  };
}

export function decodeRows(encoded: BookDocument["rows"]): Book["rows"] {
  return new Map(
    encoded.map(([dimension, rows]) => [
      dimension,
      new Map(rows.map(([value, one]) => [value, decodeSums(one)])),
    ]),
  );
}

export function decodeCells(encoded: NonNullable<BookDocument["cells"]>): Map<string, Cell> {
  return new Map(encoded.map(([values, one]) => [cellKey(values), decodeCell(values, one)]));
}

function decodeCell(values: readonly string[], encoded: readonly number[]): Cell {
  const named = Object.fromEntries(filterDimensions.map((dimension, index) => [dimension, values[index]]));
  return { values: named as Cell["values"], sums: decodeSums(encoded) };
}

function encodeSums(sums: Sums): number[] {
  const encoded = sumColumns.map((column) => sums[column]);
  encoded.push(sums.times.first, ...sums.times.counts);
  return encoded;
}

export function decodeSums(encoded: readonly number[]): Sums {
  const sums = noSums();
  for (const [index, column] of sumColumns.entries()) sums[column] = encoded[index] ?? 0;
  const times = encoded.slice(sumColumns.length);
  sums.times = { first: times[0] ?? 0, counts: times.slice(1) };
  return sums;
}

function encodeMinutes(minutes: ReadonlyMap<number, Spent>): number[] {
  const encoded: number[] = [];
  for (const [minute, spent] of minutes) {
    encoded.push(minute);
    for (const column of spentColumns) encoded.push(spent[column]);
  }
  return encoded;
}

export function decodeMinutes(encoded: ArrayLike<number>): Map<number, Spent> {
  const minutes = new Map<number, Spent>();
  for (let at = 0; at + minuteWidth <= encoded.length; at += minuteWidth) {
    minutes.set(encoded[at] ?? 0, spentAt(encoded, at));
  }
  return minutes;
}

/** What was spent in the minute that stands at a place of encoded minutes. */
export function spentAt(encoded: ArrayLike<number>, at: number): Spent {
  const spent = nothingSpent();
  for (const [index, column] of spentColumns.entries()) spent[column] = encoded[at + 1 + index] ?? 0;
  return spent;
}

/** The names of columns in their order; a name that is missing is an error of types. */
function columnsOf<T>(order: { readonly [K in keyof T]-?: number }): readonly (keyof T)[] {
  const names = Object.keys(order) as (keyof T)[];
  return names.sort((a, b) => order[a] - order[b]);
}
