import { addSpent, nothingSpent } from "../../core/domain/book.ts";
import { addDays, type Day, isDay } from "../../core/domain/day.ts";
import { mayKnowUser } from "../../core/domain/forget-user.ts";
import type { Instant } from "../../core/domain/quota.ts";
import { filterDimensions, type UsageRecord, valueIn } from "../../core/domain/usage.ts";
import { createUsageSum, type UsageQuery } from "../../core/domain/usage-query.ts";
import { AppError } from "../../core/errors.ts";
import type { Ledger, RecordsPage } from "../../core/ports.ts";
import { createLane } from "../lane.ts";
import { createGroupCommit } from "./group-commit.ts";
import type { Shelf } from "./shelf.ts";

export interface OpenLedger extends Ledger {
  /** Finishes what is under way and puts everything away. Later appends throw store_unavailable. */
  close(): Promise<void>;
}

/**
 * A ledger over the days of a shelf, which belongs to it from then on.
 *
 * @param tidyEvery milliseconds between two times that all there is to put away is put away
 */
export function createLedger(shelf: Shelf, tidyEvery?: number): OpenLedger {
  const lane = createLane();
  const commits = createGroupCommit(shelf, lane);
  const accounts = createAccounts(shelf);
  let closing: Promise<void> | undefined;
  const timer =
    tidyEvery === undefined ? undefined : setInterval(() => lane(async () => shelf.tidy(true)), tidyEvery);
  timer?.unref();

  function assertOpen(): void {
    if (closing !== undefined) throw new AppError("store_unavailable", "The store is closed.");
  }

  return {
    async append(records) {
      assertOpen();
      const accountsOf = records.map(({ account }) => account);
      const added = await commits.append(records);
      for (const [index, account] of accountsOf.entries()) if (added[index]) accounts.add(account);
      return added;
    },

    async usage(query) {
      const sum = createUsageSum(query);
      for (const day of shelf.days(query.from, query.to)) {
        const book = await shelf.book(day);
        if (book !== undefined && sum.addBook(book)) continue;
        const journal = shelf.journal(day);
        const entries = book === undefined || journal?.continues ? undefined : await journal?.read(0);
        if (entries === undefined) sum.miss(day);
        else for await (const some of entries) for (const { record } of some) sum.addRecord(record);
      }
      return sum.answer();
    },

    async records({ from, to, only, cursor, most }): Promise<RecordsPage> {
      const first = cursor === undefined ? { day: from, start: 0 } : placeOf(cursor, from, to);
      const isAskedFor = filterOf(only);
      const records: UsageRecord[] = [];
      for (const day of shelf.days(first.day, to)) {
        const entries = await shelf.journal(day)?.read(day === first.day ? first.start : 0);
        if (entries === undefined && day === first.day && shelf.journal(day)) throw wrongCursor();
        for await (const some of entries ?? []) {
          for (const { start, record } of some) {
            if (!isAskedFor(record)) continue;
            if (records.length === most) return { records, cursor: `${day}.${start}` };
            records.push(record);
          }
        }
      }
      return { records };
    },

    async spent(account, start, end) {
      const sum = nothingSpent();
      for (const day of shelf.days(addDays(utcDay(start), -1), addDays(utcDay(end), 1))) {
        addSpent(sum, (await shelf.spent(day, account, start, end)) ?? nothingSpent());
      }
      return sum.records > 0 || (await accounts.has(account)) ? sum : undefined;
    },

    async counters(series) {
      const found = new Map<string, number>();
      for (const day of shelf.opened()) {
        const counters = day.counters();
        for (const one of series) {
          const value = counters.get(one);
          if (value !== undefined) found.set(one, Math.max(value, found.get(one) ?? value));
        }
      }
      return found;
    },

    async prune(before) {
      assertOpen();
      let forgotten = 0;
      for (const day of shelf.days("", before)) {
        if (day === before || shelf.journal(day) === undefined) continue;
        await lane(() => shelf.forget(day));
        forgotten += 1;
      }
      return forgotten;
    },

    async forgetUser(user) {
      assertOpen();
      let records = 0;
      for (const day of shelf.days("", "~")) {
        const book = await shelf.book(day);
        if (book === undefined || !mayKnowUser(book, user)) continue;
        records += await lane(() => shelf.forgetUser(day, user));
      }
      return records;
    },

    close() {
      clearInterval(timer);
      closing ??= commits.idle().then(() => lane(() => shelf.close()));
      return closing;
    },
  };
}

/** The accounts that have a record on any day. Looking through all the days is done once, when it is first needed. */
function createAccounts(shelf: Shelf) {
  const seen = new Set<string>();
  let allDays: Promise<void> | undefined;

  async function lookThrough(): Promise<void> {
    for (const day of shelf.days("", "~")) {
      for (const account of await shelf.accounts(day)) seen.add(account);
    }
  }

  return {
    add: (account: string) => void seen.add(account),
    async has(account: string): Promise<boolean> {
      if (seen.has(account)) return true;
      allDays ??= lookThrough().catch((error) => {
        allDays = undefined;
        throw error;
      });
      await allDays;
      return seen.has(account);
    },
  };
}

function filterOf(only: UsageQuery["only"]): (record: UsageRecord) => boolean {
  const filters = filterDimensions.flatMap((dimension) => {
    const values = only?.[dimension];
    return values === undefined ? [] : [{ dimension, values: new Set(values) }];
  });
  return (record) => filters.every(({ dimension, values }) => values.has(valueIn(record, dimension)));
}

/** The day and the place in its journal that a cursor names. */
function placeOf(cursor: string, from: Day, to: Day): { day: Day; start: number } {
  const [, day = "", start = ""] = /^(.{10})\.(\d{1,15})$/.exec(cursor) ?? [];
  if (!isDay(day) || day < from || day > to) throw wrongCursor();
  return { day, start: Number(start) };
}

function wrongCursor(): AppError {
  return new AppError(
    "request_invalid",
    "This cursor belongs to no page of these records. Take the one of the page before, or begin without.",
  );
}

/** Days of the team are a day off these at most. */
function utcDay(instant: Instant): Day {
  return new Date(instant).toISOString().slice(0, 10);
}
