import type { FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import type { Day } from "../../core/domain/day.ts";
import type { UsageRecord } from "../../core/domain/usage.ts";
import { ifThere, onDisk, syncFolder, systemCode } from "../disk.ts";
import { makeFolder } from "../folder.ts";
import { readLines } from "../line-reader.ts";
import { beginsLine, sealLine } from "../lines.ts";
import type { Entry, Journal } from "./journal.ts";
import { encodeHead } from "./journal-head.ts";
import { entriesOf } from "./journal-lines.ts";
import { type FoundJournal, newHead } from "./journal-replay.ts";
import { type Place, pathsOf } from "./place.ts";
import { encodeRecord } from "./record-line.ts";

/** A journal in a file: a line that says which journal it is, then a line for each record. */
export interface FileJournal extends Journal {
  /** No two journals have the same, not even two of one day. Empty when it cannot be told. */
  readonly id: string;
  /** Closes the file until the next write. */
  rest(): Promise<void>;
}

const encodedAtOnce = 2_000;

/** The journal of a day, as it was found or as it begins now; the file is made with the first record. */
export function createFileJournal(place: Place, day: Day, { head, end }: FoundJournal): FileJournal {
  const { disk, log } = place;
  const path = pathsOf(place, day).journal;
  let handle: FileHandle | undefined;
  let written = end;
  let toldOfDamage = false;
  /** Whether the name of the file is durable. */
  let isNamed = true;

  async function openFile(): Promise<FileHandle> {
    try {
      return await disk.open(path, "r+");
    } catch (error) {
      // A journal that has records and is gone was taken away: going on with an empty one would hide that.
      if (systemCode(error) !== "ENOENT" || end > 0) throw error;
    }
    await makeFolder(place.folder);
    isNamed = false;
    return await disk.open(path, "wx+", 0o600);
  }

  async function write(records: readonly UsageRecord[]): Promise<void> {
    handle ??= await openFile();
    let position = end;
    let text = end === 0 ? encodeHead(head) : "";
    for (const [index, record] of records.entries()) {
      text += sealLine(encodeRecord(record));
      if (index % encodedAtOnce < encodedAtOnce - 1 && index < records.length - 1) continue;
      position += await writeAll(handle, Buffer.from(text), position);
      text = "";
    }
    await handle.datasync();
    if (!isNamed) {
      await syncFolder(disk, place.folder);
      await syncFolder(disk, dirname(place.folder));
    }
    isNamed = true;
    written = position;
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
    get end() {
      return end;
    },
    write: (records) => onDisk(path, () => write(records)),
    accept() {
      end = written;
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
    async remove() {
      await rest();
      await onDisk(path, () => disk.rm(path, { force: true }));
      head = newHead(true);
      end = 0;
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
