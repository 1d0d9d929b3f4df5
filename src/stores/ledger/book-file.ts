import { Low } from "lowdb";
import type { Day } from "../../core/domain/day.ts";
import { ifThere, onDisk } from "../disk.ts";
import { createDurableFile } from "../durable-file.ts";
import { asBookDocument, type BookDocument, bookVersion } from "./book-document.ts";
import { type Place, pathsOf } from "./place.ts";

/**
 * The roll-ups of a day as they were written last; undefined when there are none. What is damaged is set aside: see
 * `createDurableFile`.
 *
 * @throws store_unavailable when they cannot be read, or a newer program wrote them
 */
export async function readBook(place: Place, day: Day): Promise<BookDocument | undefined> {
  const low = new Low<BookDocument | null>(bookFile(place, day), null);
  await low.read();
  return low.data ?? undefined;
}

/** Makes roll-ups durable in the place of those before. */
export async function writeBook(place: Place, document: BookDocument): Promise<void> {
  const low = new Low<BookDocument | null>(bookFile(place, document.day), document);
  await low.write();
}

/**
 * Whether a day without a journal has none because its records were forgotten, or has no roll-ups. There may be years of
 * such days, so only the beginning of the file is read.
 */
export async function isForgotten({ disk, ...place }: Place, day: Day): Promise<boolean> {
  const path = pathsOf(place, day).book;
  return await onDisk(path, async () => {
    const file = await ifThere(() => disk.open(path, "r"));
    try {
      const buffer = Buffer.alloc(256);
      await file?.read(buffer, 0, buffer.length, 0);
      return file === undefined || /"journal":\{"id":"[^"]*","end":0,/.test(buffer.toString("latin1"));
    } finally {
      await file?.close();
    }
  });
}

function bookFile(place: Place, day: Day) {
  const { log, clock, disk } = place;
  return createDurableFile<BookDocument | null>({
    path: pathsOf(place, day).book,
    format: {
      version: bookVersion,
      encode: (document) => document,
      decode(data) {
        const document = asBookDocument(data);
        return document?.day === day ? document : undefined;
      },
    },
    log,
    clock,
    disk,
  });
}
