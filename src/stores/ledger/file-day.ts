import { crc32 } from "node:zlib";
import { type Book, enter } from "../../core/domain/book.ts";
import type { Day } from "../../core/domain/day.ts";
import { forgetUserIn, withoutUser } from "../../core/domain/forget-user.ts";
import type { UsageRecord } from "../../core/domain/usage.ts";
import { type BookDocument, encodeBook } from "./book-document.ts";
import { writeBook } from "./book-file.ts";
import { createFileJournal, type FileJournal } from "./file-journal.ts";
import { type Fingerprints, takeFingerprint } from "./fingerprints.ts";
import { writeIds } from "./ids-file.ts";
import { type Head, newHead } from "./journal-head.ts";
import { replayJournal } from "./journal-replay.ts";
import { type Place, pathsOf } from "./place.ts";
import { type Resumed, readSavedDay, resume } from "./saved-day.ts";
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
  /**
   * Takes a user's name out of records and roll-ups, and tells how many records had it. When that fails, or the process
   * dies in between, what is left of it can be done once more.
   */
  forgetUser(user: string): Promise<number>;
  /** Forgets the records. What they come to is saved before, with a word that they were forgotten. */
  forget(): Promise<void>;
}

/** What the records of a day come to, and how much of that is saved. */
interface Tally {
  book: Book | undefined;
  ids: Fingerprints;
  saved: { ids: number; crc32: number };
  unsaved: number;
}

/**
 * Opens a day, known or not, with its roll-ups held: as they were saved last, and what the journal has beyond. Records
 * that the journal has lost are said.
 *
 * @throws store_unavailable when a file cannot be used or was written by a newer program
 */
export async function openFileDay(place: Place, day: Day): Promise<FileDay> {
  const savedDay = await readSavedDay(place, day);
  const fingerprint = new Uint32Array(2);
  let resumed: Resumed | undefined;
  let tally: Tally | undefined;
  let taken = 0;

  const journal = await replayJournal(place, day, {
    async from(found) {
      resumed = await resume(place, day, savedDay, found);
      tally = tallyOf(resumed);
      return resumed;
    },
    take(record) {
      takeFingerprint(record.id, fingerprint, 0);
      taken += 1;
      if (tally !== undefined) count(tally, record, fingerprint[0] ?? 0, fingerprint[1] ?? 0);
    },
  });
  resumed ??= await resume(place, day, savedDay, undefined);
  tally ??= tallyOf(resumed);
  const { before, expected, continues, isStale } = resumed;
  const lost = Math.max(0, expected - (taken - tally.unsaved));
  if (lost > 0) sayLost(place, day, lost);
  const found = journal?.end
    ? { head: withLoss(journal.head, continues || lost > 0), end: journal.end, records: before + taken }
    : { head: newHead(day, tally.ids.size > 0), end: 0, records: 0 };
  const opened = createFileDay(place, day, createFileJournal(place, day, found), tally, isStale);
  // Before a record comes in: a journal that grows again would look like the one that was saved.
  if (isStale) await opened.save();
  return opened;
}

function withLoss(head: Head, isLoss: boolean): Head {
  return { ...head, continues: head.continues || isLoss };
}

function sayLost(place: Place, day: Day, records: number): void {
  const path = pathsOf(place, day).journal;
  const [those, they] =
    records === 1 ? ["1 record that was", "It"] : [`${records} records that were`, "They"];
  place.log.error(
    { path, records },
    `${path} lacks ${those} in it. The totals of that day stay right. ${they} cannot be shown any more, ` +
      "also not when sent once more. Stop the bot before you put the file back.",
  );
}

function tallyOf({ book, ids, crc32 }: Resumed): Tally {
  return { book, ids, saved: { ids: ids.size, crc32 }, unsaved: 0 };
}

function count(tally: Tally, record: UsageRecord, high: number, low: number): void {
  if (tally.book === undefined || !tally.ids.add(high, low)) return;
  enter(tally.book, record);
  tally.unsaved += 1;
}

function createFileDay(
  place: Place,
  day: Day,
  journal: FileJournal,
  tally: Tally,
  isStale: boolean,
): FileDay {
  const { ids } = tally;
  const noCounters: ReadonlyMap<string, number> = new Map();
  /** These stay when the roll-ups are let go. */
  let counters = tally.book?.counters ?? noCounters;
  /** What of the journal is entered. */
  let entered = covered(journal);
  /** The journal that the roll-ups on disk speak of. */
  let savedId = isStale ? undefined : journal.id;

  async function write(book: Book, saved: BookDocument["journal"]): Promise<void> {
    const { unsaved } = tally;
    const bytes = ids.bytes(tally.saved.ids, ids.size);
    const now = { ids: ids.size, crc32: crc32(bytes, tally.saved.crc32) };
    const document = encodeBook(book, { journal: saved, ids: { count: now.ids, crc32: now.crc32 } });
    await place.check();
    await writeIds(place, day, tally.saved.ids, (from) => ids.bytes(from, now.ids));
    await writeBook(place, { ...document, journal: { ...saved, tail: await journal.tail(saved.end) } });
    tally.saved = now;
    tally.unsaved -= unsaved;
    savedId = saved.id;
  }

  async function save(): Promise<void> {
    if (tally.book !== undefined && isUnsaved()) await write(tally.book, entered);
  }

  function isUnsaved(): boolean {
    return tally.unsaved > 0 || savedId !== journal.id;
  }

  return {
    day,
    journal,
    ids,
    counters: () => counters,
    enter: (record, high, low) => count(tally, record, high, low),
    entered() {
      entered = covered(journal);
    },
    book: () => tally.book,
    hold(book) {
      tally.book = book;
      counters = book.counters;
    },
    release() {
      tally.book = undefined;
    },
    // What a journal held that is gone is nowhere else.
    unsaved: () => (savedId === journal.id ? tally.unsaved : Number.POSITIVE_INFINITY),
    save,
    async forgetUser(user) {
      await save();
      const { book } = tally;
      if (book === undefined) return 0;
      // The journal first: roll-ups that still have the name tell that this is not done.
      const records = await journal.rewrite((record) => withoutUser(record, user));
      if (records > 0) entered = covered(journal);
      try {
        forgetUserIn(book, user);
        // Twice, so that the backup says the same.
        await write(book, entered);
        await write(book, entered);
      } catch (error) {
        // Those on disk count: they still have the name.
        tally.book = undefined;
        throw error;
      }
      return records;
    },
    async forget() {
      await save();
      // Twice, so that the backup says the same.
      for (const book of [tally.book, tally.book]) if (book !== undefined) await write(book, forgotten);
      await journal.remove();
    },
  };
}

/** What roll-ups say of a journal whose records were forgotten. */
const forgotten = { id: "", end: 0, records: 0, tail: 0, continues: true };

/** What roll-ups with all that a journal holds say of it. Its tail is read when they are saved. */
function covered({ id, end, records, continues }: FileJournal): BookDocument["journal"] {
  return { id, end, records, tail: 0, continues };
}
