import type { FileHandle } from "node:fs/promises";
import type { Day } from "../../core/domain/day.ts";
import type { UsageRecord } from "../../core/domain/usage.ts";
import { syncFolder } from "../disk.ts";
import { readLines } from "../line-reader.ts";
import { sealLine } from "../lines.ts";
import { encodeHead, type Head } from "./journal-head.ts";
import { entriesOf } from "./journal-lines.ts";
import { type Place, pathsOf } from "./place.ts";
import { encodeRecord } from "./record-line.ts";

/** The journal that has come in the place of another. */
export interface Rewritten {
  end: number;
  records: number;
  /** How many records are not what they were. */
  changed: number;
}

/**
 * Writes the journal of a day anew under another head, with changed records in it, and puts it in the place of the one
 * there, all at once. Tells how many records changed; when none did, nothing is done.
 *
 * @param from where the records end in the journal that is there
 * @param placed told as soon as the new one is there, which may not be durable yet
 */
export async function writeChanged(
  place: Place,
  day: Day,
  options: {
    from: number;
    head: Head;
    change: (record: UsageRecord) => UsageRecord;
    placed: (made: Rewritten) => void;
  },
): Promise<number> {
  const { disk } = place;
  const path = pathsOf(place, day).journal;
  const fresh = `${path}.new`;
  const old = await disk.open(path, "r");
  try {
    const file = await disk.open(fresh, "w", 0o600);
    let made: Rewritten;
    try {
      made = await copyChanged(old, file, day, options);
      await file.datasync();
    } finally {
      await file.close();
    }
    if (made.changed === 0) {
      await disk.rm(fresh, { force: true });
      return 0;
    }
    await disk.rename(fresh, path);
    options.placed(made);
    await syncFolder(disk, place.folder);
    return made.changed;
  } finally {
    await old.close();
  }
}

async function copyChanged(
  old: FileHandle,
  file: FileHandle,
  day: Day,
  { from, head, change }: Parameters<typeof writeChanged>[2],
): Promise<Rewritten> {
  let [end, records, changed] = [0, 0, 0];
  async function write(text: string): Promise<void> {
    // From where the last one ended.
    await file.writeFile(text);
    end += Buffer.byteLength(text);
  }
  await write(encodeHead(head));
  for await (const part of readLines(old, 0, from)) {
    let text = "";
    for (const { record } of entriesOf(part, day).entries) {
      const now = change(record);
      if (now !== record) changed += 1;
      records += 1;
      text += sealLine(encodeRecord(now));
    }
    await write(text);
  }
  return { end, records, changed };
}
