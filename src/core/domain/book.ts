import type { Day } from "./day.ts";
import type { Instant } from "./quota.ts";
import { addRecord, noSums, type Sums } from "./sums.ts";
import {
  type Dimension,
  dimensions,
  type FilterDimension,
  filterDimensions,
  totalTokens,
  type UsageRecord,
  valueIn,
} from "./usage.ts";

/** What a window of an account can count. Money is whole micro-dollars, billed or list value as the account is. */
export interface Spent {
  records: number;
  requests: number;
  tokens: number;
  audioMs: number;
  costMicros: number;
  /** Records whose cost nobody knows. */
  unpriced: number;
}

/** The records of one exact combination of values. */
export interface Cell {
  values: Readonly<Record<FilterDimension, string>>;
  sums: Sums;
}

/** The roll-ups of one day. */
export interface Book {
  day: Day;
  total: Sums;
  /** By dimension and value; a day has no rows of its own. */
  rows: Map<Dimension, Map<string, Sums>>;
  /** By combination of values; undefined once there were more than `mostCells` of them. */
  cells: Map<string, Cell> | undefined;
  /** By account and minute since 1970. */
  minutes: Map<string, Map<number, Spent>>;
  /** Where counters that only grow stood last, by series. */
  counters: Map<string, number>;
}

/** So many combinations of values a day keeps apart; beyond, questions about combinations go to the records. */
export const mostCells = 5_000;
/** So many values a dimension has in a day; those that come later share one row. */
export const mostValues = 2_000;
/** The row of values that came when there were `mostValues` already. */
export const otherValues = "(other)";

export function emptyBook(day: Day): Book {
  const rows = new Map(dimensions.map((dimension) => [dimension, new Map<string, Sums>()]));
  rows.delete("day");
  return { day, total: noSums(), rows, cells: new Map(), minutes: new Map(), counters: new Map() };
}

/** Enters a record of its day, in place. Which records are new is for the caller to know. */
export function enter(book: Book, record: UsageRecord): void {
  addRecord(book.total, record);
  for (const [dimension, rows] of book.rows) addRecord(rowOf(rows, valueIn(record, dimension)), record);
  enterCell(book, record);
  enterMinute(book, record);
  const { counter } = record;
  if (counter !== undefined) {
    book.counters.set(counter.series, Math.max(counter.value, book.counters.get(counter.series) ?? 0));
  }
}

function rowOf(rows: Map<string, Sums>, value: string): Sums {
  const found = rows.get(value);
  if (found !== undefined) return found;
  if (rows.size >= mostValues && value !== otherValues) return rowOf(rows, otherValues);
  const sums = noSums();
  rows.set(value, sums);
  return sums;
}

/** What a combination stands under in `cells`: its values in the order of `filterDimensions`. */
export function cellKey(values: readonly string[]): string {
  return JSON.stringify(values);
}

function enterCell(book: Book, record: UsageRecord): void {
  if (book.cells === undefined) return;
  const values = filterDimensions.map((dimension) => valueIn(record, dimension));
  const key = cellKey(values);
  let cell = book.cells.get(key);
  if (cell === undefined) {
    if (book.cells.size >= mostCells) {
      book.cells = undefined;
      return;
    }
    const named = Object.fromEntries(filterDimensions.map((dimension, index) => [dimension, values[index]]));
    cell = { values: named as Cell["values"], sums: noSums() };
    book.cells.set(key, cell);
  }
  addRecord(cell.sums, record);
}

function enterMinute(book: Book, record: UsageRecord): void {
  const minute = Math.floor(record.at / 60_000);
  let minutes = book.minutes.get(record.account);
  if (minutes === undefined) {
    minutes = new Map();
    book.minutes.set(record.account, minutes);
  }
  let spent = minutes.get(minute);
  if (spent === undefined) {
    spent = nothingSpent();
    minutes.set(minute, spent);
  }
  spent.records += 1;
  spent.requests += record.requests;
  spent.tokens += totalTokens(record.tokens);
  spent.audioMs += record.audioMs;
  spent.costMicros += record.costMicros ?? 0;
  if (record.costMicros === undefined) spent.unpriced += 1;
}

export function nothingSpent(): Spent {
  return { records: 0, requests: 0, tokens: 0, audioMs: 0, costMicros: 0, unpriced: 0 };
}

export function addSpent(sum: Spent, other: Spent): void {
  sum.records += other.records;
  sum.requests += other.requests;
  sum.tokens += other.tokens;
  sum.audioMs += other.audioMs;
  sum.costMicros += other.costMicros;
  sum.unpriced += other.unpriced;
}

/** What an account spent on the book's day in the minutes from `start` on and before `end`. */
export function spentIn(book: Book, account: string, start: Instant, end: Instant): Spent {
  const sum = nothingSpent();
  const [first, last] = [Math.floor(start / 60_000), Math.ceil(end / 60_000)];
  for (const [minute, spent] of book.minutes.get(account) ?? []) {
    if (minute >= first && minute < last) addSpent(sum, spent);
  }
  return sum;
}
