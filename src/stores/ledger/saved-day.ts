import { crc32 } from "node:zlib";
import { type Book, emptyBook } from "../../core/domain/book.ts";
import type { Day } from "../../core/domain/day.ts";
import { type BookDocument, decodeBook } from "./book-document.ts";
import { readBook } from "./book-file.ts";
import { createFingerprints, type Fingerprints } from "./fingerprints.ts";
import { type FoundIds, readIds } from "./ids-file.ts";
import type { FoundJournal } from "./journal-replay.ts";
import { type Place, pathsOf } from "./place.ts";

/** Roll-ups and ids of a day as they were saved last. */
export interface SavedDay {
  document: BookDocument | undefined;
  ids: FoundIds;
}

/** What of that can be used, and where the journal goes on. */
export interface Resumed {
  book: Book;
  ids: Fingerprints;
  /** CRC-32 of the ids. */
  crc32: number;
  /** From where on the journal is to be read, and how many of its records stand before. */
  start: number;
  before: number;
  /** So many records from there on must be known by their ids, or some were lost. */
  expected: number;
  /** Up to which byte records of the journal were told to be kept. */
  acknowledged: number;
  /** Whether it is known that records of the day are not in the journal any more. */
  continues: boolean;
  /** Whether the saved roll-ups speak of a journal that is not there as it was. */
  isStale: boolean;
}

export async function readSavedDay(place: Place, day: Day): Promise<SavedDay> {
  const document = await readBook(place, day);
  return { document, ids: await readIds(place, day, document?.ids) };
}

/**
 * Decides what of a saved day to go on with, by what its journal says of itself, if there is one. What is damaged is
 * left, to be made again from the journal; if that does not hold all the day's records any more, it is a loss, and said.
 */
export async function resume(
  place: Place,
  day: Day,
  saved: SavedDay,
  journal: FoundJournal | undefined,
): Promise<Resumed> {
  const { log } = place;
  const paths = pathsOf(place, day);
  const { document, ids } = saved;
  const head = journal?.head;
  const fromStart = { start: 0, before: 0, expected: 0, acknowledged: 0, continues: false, isStale: false };
  const anew = { book: emptyBook(day), ids: createFingerprints(), crc32: 0, ...fromStart };
  if (document === undefined) {
    const isLost = head === undefined ? ids.exists : head.continues && head.id !== "";
    if (isLost) {
      log.error(
        { path: paths.book },
        `${paths.book} is gone, and with it usage of that day whose records were pruned.`,
      );
    }
    return anew;
  }
  const { id, end, records, tail, continues } = document.journal;
  const isSame = journal?.head.id === id;
  const isIntact = isSame && end <= journal.size && tail === (await journal.tail(end));
  if (!ids.isWhole) {
    if (isIntact && !continues && !journal.head.continues) {
      log.warn({ path: paths.ids }, `${paths.ids} is damaged or gone. Making it again from the journal.`);
      return anew;
    }
    log.error(
      { path: paths.ids },
      `${paths.ids} is damaged or gone. A record of that day that is sent once more may count twice.`,
    );
  }
  const resumed = {
    book: decodeBook(document),
    ids: createFingerprints(ids.bytes),
    crc32: crc32(ids.bytes),
    acknowledged: isSame ? end : 0,
    isStale: !isIntact && end > 0,
  };
  if (isIntact) return { ...resumed, start: end, before: records, expected: 0, continues };
  // Of any other journal all is read: the ids tell which of its records are in the book. Without them nothing can.
  return ids.isWhole
    ? { ...resumed, start: 0, before: 0, expected: records, continues }
    : { ...resumed, start: journal?.size ?? 0, before: 0, expected: 0, continues: true };
}
