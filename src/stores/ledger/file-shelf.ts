import { readdir } from "node:fs/promises";
import { spentIn } from "../../core/domain/book.ts";
import { type Day, isDay } from "../../core/domain/day.ts";
import { createCache } from "../cache.ts";
import { ifThere, onDisk } from "../disk.ts";
import { decodeBook } from "./book-document.ts";
import { isForgotten, readBook } from "./book-file.ts";
import { type ClosedBook, closeBook } from "./closed-book.ts";
import { type FileDay, openFileDay } from "./file-day.ts";
import type { Place } from "./place.ts";
import type { Shelf } from "./shelf.ts";

/** So many bytes of memory roll-ups may take that only questions need. */
const budget = 64 * 1024 * 1024;
/** Of more days than these that take records, those that took none just now are saved and put away. */
const mostHeld = 8;

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
  const closed = createCache<ClosedBook>({
    async load(day) {
      const document = await readBook(place, day);
      return document && closeBook(document);
    },
    weigh: ({ weight }) => weight,
    budget,
  });
  /** Days that took records since the last `tidy`. */
  const busy = new Set<Day>();
  const saving = new Set<FileDay>();
  let saves: Promise<void> = Promise.resolve();
  let hasToldOfFailure = false;

  for (const day of new Set([...days.known, ...days.withJournal].sort())) {
    if (!days.withJournal.has(day) && (await isForgotten(place, day))) continue;
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
    busy.add(day);
    const found = opened.get(day);
    if (found?.book() !== undefined) return found;
    const document = found && (await readBook(place, day));
    if (found === undefined || document === undefined) {
      // Without its roll-ups, because somebody took them away, the day is made again from the journal.
      await found?.journal.rest();
      const fresh = await openAnew(day);
      if (found !== undefined && fresh.journal.end < found.journal.end) sayGone(day);
      return fresh;
    }
    found.hold(decodeBook(document));
    return found;
  }

  function sayGone(day: Day): void {
    log.error(
      { folder: place.folder, day },
      `The files of ${day} were taken away from ${place.folder}, and with them usage of that day.`,
    );
  }

  function tidy(all: boolean): void {
    const held = [...opened.values()].filter((day) => day.book() !== undefined).length;
    for (const day of opened.values()) {
      if (day.journal.end > 0) known.add(day.day);
      if (saving.has(day)) continue;
      const isLeft = held > mostHeld && !busy.has(day.day);
      if (day.unsaved() === 0) putAway(day, all);
      else if (all || isLeft || day.unsaved() >= saveAfter) saveLater(day);
    }
    busy.clear();
  }

  function putAway(day: FileDay, all: boolean): void {
    if (day.book() !== undefined) closed.forget(day.day);
    day.release();
    if (!all) return;
    // Without a journal it was opened to look for ids only.
    if (day.journal.end === 0) opened.delete(day.day);
    void day.journal.rest().catch(() => {});
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
      return opened.get(day)?.book() ?? (await closed.get(day))?.book;
    },
    async spent(day, ...asked) {
      const book = opened.get(day)?.book();
      return book === undefined ? (await closed.get(day))?.spent(...asked) : spentIn(book, ...asked);
    },
    async accounts(day) {
      return opened.get(day)?.book()?.minutes.keys() ?? (await closed.get(day))?.accounts ?? [];
    },
    opened: () => opened.values(),
    journal(day) {
      const journal = opened.get(day)?.journal;
      return journal === undefined || journal.end === 0 ? undefined : journal;
    },
    open,
    tidy,
    async forget(day) {
      await saves;
      const found = await open(day);
      await found.forget();
      opened.delete(day);
      closed.forget(day);
    },
    async forgetUser(day, user) {
      await saves;
      const found = await open(day);
      try {
        return await found.forgetUser(user);
      } finally {
        closed.forget(day);
        tidy(true);
      }
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
async function findDays(folder: string): Promise<{ known: Day[]; withJournal: Set<Day> }> {
  const names = (await onDisk(folder, () => ifThere(() => readdir(folder)))) ?? [];
  const named = (ending: RegExp) =>
    names.filter((name) => ending.test(name) && isDay(name.slice(0, 10))).map((name) => name.slice(0, 10));
  return {
    known: named(/^.{10}\.(json|json\.bak|ids)$/),
    withJournal: new Set(named(/^.{10}\.jsonl$/)),
  };
}
