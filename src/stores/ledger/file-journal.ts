import type { FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import type { Day } from "../../core/domain/day.ts";
import type { UsageRecord } from "../../core/domain/usage.ts";
import { ifThere, onDisk, syncFolder } from "../disk.ts";
import { makeFolder } from "../folder.ts";
import { readLines } from "../line-reader.ts";
import { beginsLine, sealLine } from "../lines.ts";
import type { Entry, Journal } from "./journal.ts";
import { encodeHead, type Head, newHead, readHead } from "./journal-head.ts";
import { entriesOf, moveAside } from "./journal-lines.ts";
import { type Rewritten, writeChanged } from "./journal-rewrite.ts";
import { readTail } from "./journal-tail.ts";
import { leadsTo } from "./leads-to.ts";
import { type Place, pathsOf } from "./place.ts";
import { encodeRecord } from "./record-line.ts";

/** A journal in a file: a line that says which journal it is, then a line for each record. */
export interface FileJournal extends Journal {
  /** No two journals have the same, not even two of one day. Empty when it cannot be told. */
  readonly id: string;
  /** How many records it holds. */
  readonly records: number;
  /** The tail of what stands before a place, see `readTail`; 0 when the file is gone. */
  tail(end: number): Promise<number>;
  /** Closes the file until the next write. */
  rest(): Promise<void>;
}

const encodedAtOnce = 2_000;

/**
 * The journal of a day, as it was found or as it begins now; the file is made with the first record. When it turns out
 * at a write that the file was taken away, that is said, and the journal begins anew.
 */
export function createFileJournal(
  place: Place,
  day: Day,
  { head, end, records: held }: { head: Head; end: number; records: number },
): FileJournal {
  const { disk, log } = place;
  const path = pathsOf(place, day).journal;
  let handle: FileHandle | undefined;
  let written = { end, records: held };
  let toldOfDamage = false;
  /** Whether the name of the file is durable. */
  let isNamed = true;

  async function openFile(): Promise<FileHandle> {
    const file = await ifThere(() => disk.open(path, "r+"));
    if (file !== undefined) {
      if (await isOurs(file)) return file;
      await moveAside(place, path, "is not the journal that was written last");
    }
    if (end > 0) beginAnew();
    await makeFolder(place.folder);
    isNamed = false;
    return await disk.open(path, "wx+", 0o600);
  }

  /** Closes it when it is not. */
  async function isOurs(file: FileHandle): Promise<boolean> {
    let ours = false;
    try {
      const { size } = await file.stat();
      ours = end === 0 ? size === 0 : size >= end && (await readHead(file, path)).id === head.id;
    } finally {
      if (!ours) await file.close();
    }
    return ours;
  }

  function beginAnew(): void {
    log.error(
      { path, records: held },
      `${path} was taken away while quotabot runs, with ${held} records. Their totals stay right, but they cannot be ` +
        "shown any more. Going on with a new one. Stop the bot before you put the file back.",
    );
    head = newHead(day, true);
    end = 0;
    held = 0;
  }

  async function write(records: readonly UsageRecord[]): Promise<void> {
    for (;;) {
      handle ??= await openFile();
      written = { end: await writeTo(handle, records), records: held + records.length };
      // Nobody may be told of records in a file that has no name any more.
      if (await leadsTo(disk, path, handle, written.end)) return;
      await rest();
    }
  }

  /** Where the records end. */
  async function writeTo(file: FileHandle, records: readonly UsageRecord[]): Promise<number> {
    let position = end;
    let text = end === 0 ? encodeHead(head) : "";
    for (const [index, record] of records.entries()) {
      text += sealLine(encodeRecord(record));
      if (index % encodedAtOnce < encodedAtOnce - 1 && index < records.length - 1) continue;
      position += await writeAll(file, Buffer.from(text), position);
      text = "";
    }
    await file.datasync();
    if (!isNamed) {
      await syncFolder(disk, place.folder);
      await syncFolder(disk, dirname(place.folder));
    }
    isNamed = true;
    return position;
  }

  async function rest(): Promise<void> {
    const resting = handle;
    handle = undefined;
    await resting?.close();
  }

  async function* pages(file: FileHandle, start: number, to: number): AsyncGenerator<readonly Entry[]> {
    try {
      for await (const part of readLines(file, start, to)) {
        const { entries, nonsense } = entriesOf(part, day);
        if (nonsense.length > 0 && !toldOfDamage) {
          toldOfDamage = true;
          log.error({ path, lines: nonsense.length }, `${path} has damaged lines. They are left out.`);
        }
        yield entries;
      }
    } finally {
      await file.close();
    }
  }

  return {
    get id() {
      return head.id;
    },
    get continues() {
      return head.continues;
    },
    get records() {
      return held;
    },
    tail: (to) =>
      onDisk(path, async () => {
        const file = await ifThere(() => disk.open(path, "r"));
        try {
          return file === undefined ? 0 : await readTail(file, to);
        } finally {
          await file?.close();
        }
      }),
    get end() {
      return end;
    },
    write: (records) => onDisk(path, () => write(records)),
    accept() {
      end = written.end;
      held = written.records;
    },
    async undo() {
      // After a fault of the disk only a newly opened file can be trusted.
      await rest().catch(() => {});
      await onDisk(path, async () => {
        const file = await ifThere(() => disk.open(path, "r+"));
        try {
          await file?.truncate(end);
          await file?.datasync();
        } finally {
          await file?.close();
        }
      });
    },
    read: (start) =>
      onDisk(path, async () => {
        const to = end;
        const file = await disk.open(path, "r");
        if (start === 0 || (start < to && (await isLineAt(file, start)))) return pages(file, start, to);
        await file.close();
        return undefined;
      }),
    async rewrite(change) {
      await rest();
      if (end === 0) return 0;
      const next = newHead(day, head.continues);
      const placed = (made: Rewritten) => {
        head = next;
        end = made.end;
        held = made.records;
      };
      return await onDisk(path, () => writeChanged(place, day, { from: end, head: next, change, placed }));
    },
    async remove() {
      await rest();
      await onDisk(path, () => disk.rm(path, { force: true }));
      head = newHead(day, true);
      end = 0;
      held = 0;
    },
    rest,
  };
}

/** Whether a line begins at a position of the file: behind a line break, or where that is damaged, by its looks. */
async function isLineAt(file: FileHandle, position: number): Promise<boolean> {
  const buffer = Buffer.alloc(16);
  await file.read(buffer, 0, buffer.length, position - 1);
  return buffer[0] === 10 || beginsLine(buffer.subarray(1));
}

/** Writes all bytes at a position, and tells how many they were. A disk that fills up takes a part of them first. */
async function writeAll(file: FileHandle, bytes: Buffer, position: number): Promise<number> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
  return bytes.length;
}
