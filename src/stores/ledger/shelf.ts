import type { Book, Spent } from "../../core/domain/book.ts";
import type { Day } from "../../core/domain/day.ts";
import type { Instant } from "../../core/domain/quota.ts";
import type { UsageRecord } from "../../core/domain/usage.ts";
import type { Fingerprints } from "./fingerprints.ts";
import type { Journal } from "./journal.ts";

/** A day that takes records. */
export interface OpenDay {
  day: Day;
  journal: Journal;
  /** Of the ids of all its records, also of those that were forgotten. */
  ids: Pick<Fingerprints, "has">;
  /** Where its counters stood last. */
  counters(): ReadonlyMap<string, number>;
  /** Adds a record, which the journal holds by now, to ids and roll-ups. */
  enter(record: UsageRecord, high: number, low: number): void;
  /** All that the journal holds is entered. */
  entered(): void;
}

/** The days of a ledger. What changes it (`open`, `tidy`, `forget`, `close`) is called one at a time. */
export interface Shelf {
  /** The days of which anything is known, of a span, in order. */
  days(from: Day, to: Day): readonly Day[];
  /**
   * The roll-ups of a day, to be read before anything else is awaited and never changed; undefined when there are none,
   * or none any more.
   */
  book(day: Day): Promise<Book | undefined>;
  /** As `spentIn` tells it of the book; undefined when there is none. */
  spent(day: Day, account: string, start: Instant, end: Instant): Promise<Spent | undefined>;
  /** The accounts that have a record on the day. */
  accounts(day: Day): Promise<Iterable<string>>;
  /** The days whose records are kept, and those that took a record lately. */
  opened(): Iterable<OpenDay>;
  /** The journal of a day that has records; undefined when there are none, or none any more. */
  journal(day: Day): Journal | undefined;
  /** Prepares a day, known or not, to take records until the next `tidy`. */
  open(day: Day): Promise<OpenDay>;
  /** Puts away what waits for it, in the background; all of it when asked to. */
  tidy(all: boolean): void;
  /** Forgets the records of a day, not its roll-ups and ids. */
  forget(day: Day): Promise<void>;
  /** Takes a user's name out of the records and roll-ups of a day, and tells how many of the records had it. */
  forgetUser(day: Day, user: string): Promise<number>;
  /** Puts everything away. */
  close(): Promise<void>;
}
