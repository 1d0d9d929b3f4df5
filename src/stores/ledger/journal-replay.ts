import type { FileHandle } from "node:fs/promises";
import type { Day } from "../../core/domain/day.ts";
import type { UsageRecord } from "../../core/domain/usage.ts";
import { ifThere, onDisk } from "../disk.ts";
import { readLines } from "../line-reader.ts";
import { type Head, readHead } from "./journal-head.ts";
import { entriesOf, keepDamaged, moveAside } from "./journal-lines.ts";
import { readTail } from "./journal-tail.ts";
import { type Place, pathsOf } from "./place.ts";

/** A journal as it lies on disk. */
export interface FoundJournal {
  head: Head;
  size: number;
  /** The tail of what stands before a place: see `readTail`. */
  tail(end: number): Promise<number>;
}

/** Hands over the records of a journal. */
export interface Replay {
  /** Where to begin, and up to where somebody was told that records are kept. */
  from(found: FoundJournal): Promise<{ start: number; acknowledged: number }>;
  take(record: UsageRecord): void;
}

/**
 * Reads the journal of a day as a process left it that may have been killed. A last line that was cut off is removed;
 * any other damaged line is copied to `<file>.damaged-<time>`, said, and passed over. So is the journal of another day
 * moved there. Answers with its head, and where its last whole line ends; undefined when there is none.
 *
 * @throws store_unavailable when it cannot be used, or is of a later version
 */
export function replayJournal(
  place: Place,
  day: Day,
  replay: Replay,
): Promise<{ head: Head; end: number } | undefined> {
  const path = pathsOf(place, day).journal;
  return onDisk(path, async () => {
    const file = await ifThere(() => place.disk.open(path, "r+"));
    if (file === undefined) return undefined;
    const head = await readHead(file, path).catch(async (error) => {
      await file.close();
      throw error;
    });
    try {
      if (head.day === undefined || head.day === day)
        return { head, end: await read(file, head, place, day, replay) };
    } finally {
      await file.close();
    }
    await moveAside(place, path, `is the journal of ${head.day}`);
    return undefined;
  });
}

/** Where the last whole line ends. */
async function read(file: FileHandle, head: Head, place: Place, day: Day, replay: Replay): Promise<number> {
  const path = pathsOf(place, day).journal;
  const { size } = await file.stat();
  const { start, acknowledged } = await replay.from({ head, size, tail: (end) => readTail(file, end) });
  const damaged: Buffer[] = [];
  let end = start;
  for await (const part of readLines(file, start, size)) {
    const { entries, nonsense } = entriesOf(part, day);
    for (const { record } of entries) replay.take(record);
    end = part.end;
    if (!part.isTorn || end < acknowledged) damaged.push(...nonsense);
    else if (entries.length === 0) sayCutOff(place, path, size - end);
    if (part.isTorn) end = await mendTail(file, { start: end, size, isWhole: entries.length > 0 });
  }
  if (damaged.length > 0) await keepDamaged(place, path, damaged);
  return end;
}

function sayCutOff({ log }: Place, path: string, bytes: number): void {
  log.warn(
    { path, bytes },
    `The last line of ${path} was cut off, as when a process ends while it writes, before it told anybody. Removed it.`,
  );
}

/** Removes a last line that was cut off, or gives one that is whole its line break. The new end. */
async function mendTail(
  file: FileHandle,
  { start, size, isWhole }: { start: number; size: number; isWhole: boolean },
): Promise<number> {
  if (isWhole) await file.write("\n", size);
  else await file.truncate(start);
  await file.datasync();
  return isWhole ? size + 1 : start;
}
