import { randomUUID } from "node:crypto";
import type { FileHandle } from "node:fs/promises";
import type { Day } from "../../core/domain/day.ts";
import type { UsageRecord } from "../../core/domain/usage.ts";
import { ifThere, onDisk } from "../disk.ts";
import { readLines } from "../line-reader.ts";
import { type Head, readHead } from "./journal-head.ts";
import { entriesOf, keepDamaged } from "./journal-lines.ts";
import { type Place, pathsOf } from "./place.ts";

/** A journal as found: what it says of itself, and where its last whole line ends. */
export interface FoundJournal {
  head: Head;
  end: number;
}

/** Hands over the records of a journal. */
export interface Replay {
  /** Where to begin, by the head and the size of the file. */
  from(head: Head, size: number): number;
  take(record: UsageRecord): void;
}

/**
 * Reads the journal of a day as a process left it that may have been killed. A last line that was cut off is removed;
 * any other damaged line is copied to `<file>.damaged-<time>`, said, and passed over. Undefined when there is none.
 *
 * @throws store_unavailable when it cannot be used, or is of a later version
 */
export function replayJournal(place: Place, day: Day, replay: Replay): Promise<FoundJournal | undefined> {
  const path = pathsOf(place, day).journal;
  return onDisk(path, async () => {
    const file = await ifThere(() => place.disk.open(path, "r+"));
    try {
      return file && (await read(file, place, day, replay));
    } finally {
      await file?.close();
    }
  });
}

async function read(file: FileHandle, place: Place, day: Day, replay: Replay): Promise<FoundJournal> {
  const path = pathsOf(place, day).journal;
  const { size } = await file.stat();
  const head = await readHead(file, path);
  const start = replay.from(head, size);
  const damaged: Buffer[] = [];
  let end = start;
  for await (const part of readLines(file, start, size)) {
    const { entries, nonsense } = entriesOf(part, day);
    for (const { record } of entries) replay.take(record);
    end = part.end;
    if (part.isTorn)
      end = await mendTail(file, place, path, { start: end, size, isWhole: entries.length > 0 });
    else damaged.push(...nonsense);
  }
  if (damaged.length > 0) await keepDamaged(place, path, damaged);
  return { head, end };
}

/** Removes a last line that was cut off, or gives one that is whole its line break. The new end. */
async function mendTail(
  file: FileHandle,
  { log }: Place,
  path: string,
  tail: { start: number; size: number; isWhole: boolean },
): Promise<number> {
  const { start, size, isWhole } = tail;
  if (isWhole) {
    await file.write("\n", size);
  } else {
    await file.truncate(start);
    log.warn(
      { path, bytes: size - start },
      `The last line of ${path} was cut off. Removed it: nobody was told that it was kept.`,
    );
  }
  await file.datasync();
  return isWhole ? size + 1 : start;
}

/** The head of a journal that begins now. */
export function newHead(continues: boolean): Head {
  return { id: randomUUID(), continues };
}
