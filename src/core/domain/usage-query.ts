import { type Book, emptyBook, enter, otherValues } from "./book.ts";
import type { Day } from "./day.ts";
import { addRecord, addSums, noSums, type Sums } from "./sums.ts";
import {
  type Dimension,
  type FilterDimension,
  filterDimensions,
  type UsageRecord,
  valueIn,
} from "./usage.ts";

/** A question to the ledger. */
export interface UsageQuery {
  /** The first and the last day, both included. */
  from: Day;
  to: Day;
  by?: Dimension | undefined;
  /** Only records with one of these values in each of these dimensions; "" is "not told". */
  only?: Readonly<Partial<Record<FilterDimension, readonly string[]>>> | undefined;
}

/** What records add up to, in all and for each value of the dimension asked for. */
export interface UsageAnswer {
  total: Sums;
  /** Empty without a dimension. In no particular order. */
  rows: Map<string, Sums>;
  /** Days that could not be broken down as asked, because their records are not kept any more. They are not counted. */
  missing: Day[];
}

/** An answer in the making. */
export interface UsageSum {
  /** Counts a day from its roll-ups; false when they cannot answer this, so that its records have to. */
  addBook(book: Book): boolean;
  /** Counts a record of a day whose roll-ups could not answer, if it is asked for. */
  addRecord(record: UsageRecord): void;
  /** Says of a day that its records are gone. */
  miss(day: Day): void;
  answer(): UsageAnswer;
}

/** Adds up what a question asks for, from the roll-ups of each of its days, or else from the records. */
export function createUsageSum(query: UsageQuery): UsageSum {
  const { by } = query;
  const answer: UsageAnswer = { total: noSums(), rows: new Map(), missing: [] };
  const filters = filterDimensions.flatMap((dimension) => {
    const values = query.only?.[dimension];
    return values === undefined ? [] : [{ dimension, values: new Set(values) }];
  });

  function row(value: string): Sums {
    let sums = answer.rows.get(value);
    if (sums === undefined) {
      sums = noSums();
      answer.rows.set(value, sums);
    }
    return sums;
  }

  function count(day: Day, value: string | undefined, sums: Sums): void {
    addSums(answer.total, sums);
    if (by === "day") addSums(row(day), sums);
    else if (by !== undefined && value !== undefined) addSums(row(value), sums);
  }

  function addAll(book: Book): void {
    addSums(answer.total, book.total);
    if (by === "day") addSums(row(book.day), book.total);
    else if (by !== undefined) for (const [value, sums] of book.rows.get(by) ?? []) addSums(row(value), sums);
  }

  return {
    addBook(book) {
      const [filter, ...more] = filters;
      if (filter === undefined) {
        addAll(book);
        return true;
      }
      const rows = book.rows.get(filter.dimension);
      const alone = more.length === 0 && (by === undefined || by === "day" || by === filter.dimension);
      if (alone && rows !== undefined && !rows.has(otherValues)) {
        for (const value of filter.values) {
          const sums = rows.get(value);
          if (sums !== undefined) count(book.day, value, sums);
        }
        return true;
      }
      if (book.cells === undefined || by === "hour") return false;
      for (const { values, sums } of book.cells.values()) {
        if (!filters.every((one) => one.values.has(values[one.dimension]))) continue;
        count(book.day, by === undefined || by === "day" ? undefined : values[by], sums);
      }
      return true;
    },
    addRecord(record) {
      if (!filters.every(({ dimension, values }) => values.has(valueIn(record, dimension)))) return;
      addRecord(answer.total, record);
      if (by !== undefined) addRecord(row(valueIn(record, by)), record);
    },
    miss: (day) => void answer.missing.push(day),
    answer: () => answer,
  };
}

/** The answer of a ledger that holds just these records: the plain meaning of a question. */
export function answerFrom(records: Iterable<UsageRecord>, query: UsageQuery): UsageAnswer {
  const sum = createUsageSum(query);
  for (const record of records) {
    if (record.day >= query.from && record.day <= query.to) sum.addRecord(record);
  }
  return sum.answer();
}

/** The roll-ups of records, by day. */
export function booksOf(records: Iterable<UsageRecord>): Map<Day, Book> {
  const books = new Map<Day, Book>();
  for (const record of records) {
    const book = books.get(record.day) ?? emptyBook(record.day);
    books.set(record.day, book);
    enter(book, record);
  }
  return books;
}
