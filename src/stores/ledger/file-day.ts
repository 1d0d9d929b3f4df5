import { crc32 } from "node:zlib";
import { type Book, enter } from "../../core/domain/book.ts";
import type { Day } from "../../core/domain/day.ts";
import type { UsageRecord } from "../../core/domain/usage.ts";
import { encodeBook } from "./book-document.ts";
import { writeBook } from "./book-file.ts";
import { createFileJournal, type FileJournal } from "./file-journal.ts";
import { type Fingerprints, takeFingerprint } from "./fingerprints.ts";
import { writeIds } from "./ids-file.ts";
import { newHead, replayJournal } from "./journal-replay.ts";
import type { Place } from "./place.ts";
import { readSavedDay, resume } from "./saved-day.ts";
import type { OpenDay } from "./shelf.ts";

/** A day on disk: its journal is the truth, its roll-ups and ids are saved now and then. */
export interface FileDay extends OpenDay {
  journal: FileJournal;
  /** The roll-ups, while they are held; only then does the day take records. */
  book(): Book | undefined;
  /** Holds the roll-ups, which are those on disk. */
  hold(book: Book): void;
  /** Lets go of the roll-ups. */
  release(): void;
  /** How many records are in the roll-ups that are not in those on disk. */
  unsaved(): number;
  /** Makes ids and roll-ups durable. Records may come in meanwhile. Calls must not overlap. */
  save(): Promise<void>;
}

/** What the records of a day come to, and how much of that is saved. */
interface Tally {
  book: Book | undefined;
  ids: Fingerprints;
  saved: { ids: number; crc32: number };
  unsaved: number;
}

/**
 * Opens a day, known or not, with its roll-ups held: as they were saved last, and what the journal has beyond.
 *
 * @throws store_unavailable when a file cannot be used or was written by a newer program
 */
export async function openFileDay(place: Place, day: Day): Promise<FileDay> {
  const savedDay = await readSavedDay(place, day);
  const fingerprint = new Uint32Array(2);
  let tally: Tally | undefined;

  const journal = await replayJournal(place, day, {
    from(head, size) {
      const { start, ...resumed } = resume(place, day, savedDay, { head, size });
      tally = tallyOf(resumed);
      return start;
    },
    take(record) {
      takeFingerprint(record.id, fingerprint, 0);
      if (tally !== undefined) count(tally, record, fingerprint[0] ?? 0, fingerprint[1] ?? 0);
    },
  });
  tally ??= tallyOf(resume(place, day, savedDay, undefined));
  const found = journal?.end ? journal : { head: newHead(tally.ids.size > 0), end: 0 };
  return createFileDay(place, day, createFileJournal(place, day, found), tally);
}

function tallyOf({ book, ids, crc32 }: { book: Book; ids: Fingerprints; crc32: number }): Tally {
  return { book, ids, saved: { ids: ids.size, crc32 }, unsaved: 0 };
}

function count(tally: Tally, record: UsageRecord, high: number, low: number): void {
  if (tally.book === undefined || !tally.ids.add(high, low)) return;
  enter(tally.book, record);
  tally.unsaved += 1;
}

function createFileDay(place: Place, day: Day, journal: FileJournal, tally: Tally): FileDay {
  const { ids } = tally;
  const noCounters: ReadonlyMap<string, number> = new Map();
  /** These stay when the roll-ups are let go. */
  let counters = tally.book?.counters ?? noCounters;
  /** What of the journal is entered. */
  let entered = journal.end;

  return {
    day,
    journal,
    ids,
    counters: () => counters,
    enter: (record, high, low) => count(tally, record, high, low),
    entered() {
      entered = journal.end;
    },
    book: () => tally.book,
    hold(book) {
      tally.book = book;
      counters = book.counters;
    },
    release() {
      tally.book = undefined;
    },
    unsaved: () => tally.unsaved,
    async save() {
      const { book, saved, unsaved } = tally;
      if (book === undefined || unsaved === 0) return;
      const bytes = ids.bytes(saved.ids, ids.size);
      const now = { ids: ids.size, crc32: crc32(bytes, saved.crc32) };
      const covered = {
        journal: { id: journal.id, end: entered },
        ids: { count: now.ids, crc32: now.crc32 },
      };
      const document = encodeBook(book, covered);
      await place.check();
      await writeIds(place, day, saved.ids, bytes);
      await writeBook(place, document);
      tally.saved = now;
      tally.unsaved -= unsaved;
    },
  };
}
