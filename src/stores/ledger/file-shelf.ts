import { readdir } from "node:fs/promises";
import type { Book } from "../../core/domain/book.ts";
import { type Day, isDay } from "../../core/domain/day.ts";
import { createCache } from "../cache.ts";
import { ifThere, onDisk } from "../disk.ts";
import { decodeBook } from "./book-document.ts";
import { readBook } from "./book-file.ts";
import { type FileDay, openFileDay } from "./file-day.ts";
import type { Place } from "./place.ts";
import type { Shelf } from "./shelf.ts";

/** So many bytes of memory roll-ups may take that only questions need. */
const budget = 64 * 1024 * 1024;

/**
 * The days of a ledger in a folder, which nobody else may write to and which is made with the first record.
 *
 * @param saveAfter so many new records of a day are saved without being asked to
 * @throws store_unavailable when it cannot be used or was written by a newer program
 */
export async function openFileShelf(place: Place, saveAfter: number): Promise<Shelf> {
  const { log } = place;
  const days = await findDays(place.folder);
  const known = new Set(days.known);
  const opened = new Map<Day, FileDay>();
  const books = createCache<Book>({
    async load(day) {
      const document = await readBook(place, day);
      return document && decodeBook(document);
    },
    weigh: weighBook,
    budget,
  });
  const saving = new Set<FileDay>();
  let saves: Promise<void> = Promise.resolve();
  let hasToldOfFailure = false;

  for (const day of days.withJournal) {
    await openAnew(day);
    tidy(false);
  }

  async function openAnew(day: Day): Promise<FileDay> {
    const fresh = await openFileDay(place, day);
    opened.set(day, fresh);
    return fresh;
  }

  async function open(day: Day): Promise<FileDay> {
    await place.check();
    const found = opened.get(day);
    if (found === undefined) return await openAnew(day);
    if (found.book() !== undefined) return found;
    const book = await books.get(day);
    // Somebody took the file away.
    if (book === undefined) return await openAnew(day);
    found.hold(book);
    return found;
  }

  function tidy(all: boolean): void {
    for (const day of opened.values()) {
      if (day.journal.end > 0) known.add(day.day);
      if (saving.has(day)) continue;
      if (day.unsaved() === 0) putAway(day, all);
      else if (all || day.unsaved() >= saveAfter) saveLater(day);
    }
  }

  function putAway(day: FileDay, all: boolean): void {
    const book = day.book();
    if (book !== undefined) {
      if (known.has(day.day)) books.put(day.day, book);
      day.release();
    }
    // Without a journal it was opened to look for ids only.
    if (all && day.journal.end === 0) opened.delete(day.day);
    if (all) void day.journal.rest().catch(() => {});
  }

  function saveLater(day: FileDay): void {
    saving.add(day);
    saves = saves.then(() => save(day)).finally(() => saving.delete(day));
  }

  /** What cannot be saved now is in the journal all the same, and tried again later. */
  async function save(day: FileDay): Promise<void> {
    try {
      await day.save();
      hasToldOfFailure = false;
    } catch (error) {
      if (!hasToldOfFailure) {
        log.warn(
          { day: day.day, error: String(error) },
          "Cannot save the roll-ups of the ledger. No record is lost, but the next start takes longer.",
        );
      }
      hasToldOfFailure = true;
    }
  }

  return {
    days: (from, to) => [...known].filter((day) => day >= from && day <= to).sort(),
    async book(day) {
      return known.has(day) ? (opened.get(day)?.book() ?? (await books.get(day))) : undefined;
    },
    opened: () => opened.values(),
    journal(day) {
      const journal = opened.get(day)?.journal;
      return journal === undefined || journal.end === 0 ? undefined : journal;
    },
    open,
    tidy,
    async forget(day) {
      await place.check();
      await saves;
      const found = opened.get(day);
      await found?.save();
      await found?.journal.remove();
      opened.delete(day);
    },
    async close() {
      await saves;
      for (const day of opened.values()) {
        await save(day);
        await day.journal.rest();
      }
    },
  };
}

/** The days that have a journal, and those that have something else. */
async function findDays(folder: string): Promise<{ known: Day[]; withJournal: Day[] }> {
  const names = (await onDisk(folder, () => ifThere(() => readdir(folder)))) ?? [];
  const named = (ending: RegExp) =>
    names.filter((name) => ending.test(name) && isDay(name.slice(0, 10))).map((name) => name.slice(0, 10));
  return {
    known: named(/^.{10}\.(json|json\.bak|ids)$/),
    withJournal: named(/^.{10}\.jsonl$/).sort(),
  };
}

/** About how many bytes of memory a book takes. */
function weighBook(book: Book): number {
  const minutes = [...book.minutes.values()].reduce((sum, { size }) => sum + size, 0);
  const rows = [...book.rows.values()].reduce((sum, { size }) => sum + size, 0);
  return 2_000 + 110 * minutes + 450 * rows + 650 * (book.cells?.size ?? 0) + 100 * book.counters.size;
}
