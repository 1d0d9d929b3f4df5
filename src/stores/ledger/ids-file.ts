import type { FileHandle } from "node:fs/promises";
import { crc32 } from "node:zlib";
import type { Day } from "../../core/domain/day.ts";
import { type Disk, ifThere, onDisk } from "../disk.ts";
import type { BookDocument } from "./book-document.ts";
import { type Place, pathsOf } from "./place.ts";

export interface FoundIds {
  /** Eight for each fingerprint, as far as they belong to the book. */
  bytes: Buffer;
  /** Whether they are all there and undamaged. */
  isWhole: boolean;
  /** Whether there is a file at all. */
  exists: boolean;
}

/** Reads the fingerprints that belong to a book. What follows them was written before a crash, and does not count. */
export async function readIds(
  place: Place,
  day: Day,
  book: BookDocument["ids"] | undefined,
): Promise<FoundIds> {
  const { count, crc32: expected } = book ?? { count: 0, crc32: 0 };
  const path = pathsOf(place, day).ids;
  const all = await onDisk(path, () => ifThere(() => place.disk.readFile(path)));
  const there = Math.min(count, Math.floor((all?.length ?? 0) / 8));
  const bytes = (all ?? Buffer.alloc(0)).subarray(0, there * 8);
  const isWhole = there === count && crc32(bytes) === expected;
  return { bytes, isWhole, exists: all !== undefined };
}

/**
 * Writes fingerprints behind the first `count`, or all of them where the file was taken away or cut off. Durable once
 * the promise resolves.
 *
 * @param bytes those from one place on
 */
export async function writeIds(
  place: Place,
  day: Day,
  count: number,
  bytes: (from: number) => Buffer,
): Promise<void> {
  const path = pathsOf(place, day).ids;
  await onDisk(path, async () => {
    const file = await openFile(place.disk, path);
    try {
      const from = (await file.stat()).size < count * 8 ? 0 : count;
      const those = bytes(from);
      for (let done = 0; done < those.length; ) {
        done += (await file.write(those, done, those.length - done, from * 8 + done)).bytesWritten;
      }
      await file.datasync();
    } finally {
      await file.close();
    }
  });
}

async function openFile(disk: Disk, path: string): Promise<FileHandle> {
  return (await ifThere(() => disk.open(path, "r+"))) ?? (await disk.open(path, "wx", 0o600));
}
