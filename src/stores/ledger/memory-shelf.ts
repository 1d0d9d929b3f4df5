import { type Book, emptyBook, enter, spentIn } from "../../core/domain/book.ts";
import type { Day } from "../../core/domain/day.ts";
import { forgetUserIn, withoutUser } from "../../core/domain/forget-user.ts";
import type { UsageRecord } from "../../core/domain/usage.ts";
import { createFingerprints, type Fingerprints } from "./fingerprints.ts";
import type { Entry, Journal } from "./journal.ts";
import { copyRecord } from "./record-line.ts";
import type { OpenDay, Shelf } from "./shelf.ts";

/** Days that are gone with the process. */
export function createMemoryShelf(): Shelf {
  const days = new Map<Day, MemoryDay>();

  return {
    days: (from, to) =>
      [...days.values()]
        .filter(({ day, ids }) => day >= from && day <= to && ids.size > 0)
        .map(({ day }) => day)
        .sort(),
    book: async (day) => days.get(day)?.book,
    async spent(day, ...asked) {
      const book = days.get(day)?.book;
      return book && spentIn(book, ...asked);
    },
    accounts: async (day) => days.get(day)?.book.minutes.keys() ?? [],
    opened: () => days.values(),
    journal(day) {
      const journal = days.get(day)?.journal;
      return journal === undefined || journal.end === 0 ? undefined : journal;
    },
    async open(day) {
      const opened = days.get(day) ?? createMemoryDay(day);
      days.set(day, opened);
      return opened;
    },
    tidy() {},
    async forget(day) {
      await days.get(day)?.journal.remove();
    },
    async forgetUser(day, user) {
      const found = days.get(day);
      if (found === undefined) return 0;
      forgetUserIn(found.book, user);
      return await found.journal.rewrite((record) => withoutUser(record, user));
    },
    async close() {},
  };
}

interface MemoryDay extends OpenDay {
  ids: Fingerprints;
  book: Book;
}

function createMemoryDay(day: Day): MemoryDay {
  const ids = createFingerprints();
  const book = emptyBook(day);
  return {
    day,
    book,
    ids,
    journal: createMemoryJournal(),
    counters: () => book.counters,
    enter(record, high, low) {
      ids.add(high, low);
      enter(book, record);
    },
    entered() {},
  };
}

function createMemoryJournal(): Journal {
  let kept: UsageRecord[] = [];
  let written: readonly UsageRecord[] = [];
  let continues = false;
  return {
    get end() {
      return kept.length;
    },
    get continues() {
      return continues;
    },
    async write(records) {
      written = records;
    },
    accept() {
      for (const record of written) kept.push(record);
      written = [];
    },
    async undo() {
      written = [];
    },
    async read(from) {
      return from > kept.length ? undefined : entriesOf(kept, from);
    },
    async rewrite(change) {
      const changed = kept.map(change);
      const count = changed.filter((record, index) => record !== kept[index]).length;
      kept = changed;
      return count;
    },
    async remove() {
      kept = [];
      continues = true;
    },
  };
}

const atOnce = 500;

async function* entriesOf(kept: readonly UsageRecord[], from: number): AsyncGenerator<readonly Entry[]> {
  const end = kept.length;
  for (let start = from; start < end; start += atOnce) {
    yield kept
      .slice(start, Math.min(end, start + atOnce))
      .map((record, index) => ({ start: start + index, record: copyRecord(record) }));
  }
}
