import { crc32 } from "node:zlib";
import { type Book, emptyBook } from "../../core/domain/book.ts";
import type { Day } from "../../core/domain/day.ts";
import { type BookDocument, decodeBook } from "./book-document.ts";
import { readBook } from "./book-file.ts";
import { createFingerprints, type Fingerprints } from "./fingerprints.ts";
import { type FoundIds, readIds } from "./ids-file.ts";
import type { Head } from "./journal-head.ts";
import { type Place, pathsOf } from "./place.ts";

/** Roll-ups and ids of a day as they were saved last. */
export interface SavedDay {
  document: BookDocument | undefined;
  ids: FoundIds;
}

/** What of that can be used, and from where on the journal has more. */
export interface Resumed {
  book: Book;
  ids: Fingerprints;
  /** CRC-32 of the ids. */
  crc32: number;
  start: number;
}

export async function readSavedDay(place: Place, day: Day): Promise<SavedDay> {
  const document = await readBook(place, day);
  return { document, ids: await readIds(place, day, document?.ids) };
}

/**
 * Decides what of a saved day to go on with, by what its journal says of itself, if there is one. What is damaged is
 * left, to be made again from the journal; if that does not hold all the day's records any more, it is a loss, and said.
 */
export function resume(
  place: Place,
  day: Day,
  saved: SavedDay,
  journal: { head: Head; size: number } | undefined,
): Resumed {
  const { log } = place;
  const paths = pathsOf(place, day);
  const { document, ids } = saved;
  const head = journal?.head;
  const anew = { book: emptyBook(day), ids: createFingerprints(), crc32: 0, start: 0 };
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
  if (!ids.isWhole) {
    if (head?.continues === false) {
      log.warn({ path: paths.ids }, `${paths.ids} is damaged or gone. Making it again from the journal.`);
      return anew;
    }
    log.error(
      { path: paths.ids },
      `${paths.ids} is damaged or gone. A record of that day that is sent once more may count twice.`,
    );
  }
  // Of a journal other than the saved one all is read: the ids tell which of its records are in the book.
  const isSame = journal !== undefined && journal.head.id !== "" && journal.head.id === document.journal.id;
  return {
    book: decodeBook(document),
    ids: createFingerprints(ids.bytes),
    crc32: crc32(ids.bytes),
    start: isSame && document.journal.end <= journal.size ? document.journal.end : 0,
  };
}
