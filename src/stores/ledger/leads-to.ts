import { type FileHandle, stat } from "node:fs/promises";
import { type Disk, ifThere } from "../disk.ts";
import { readTail } from "./journal-tail.ts";

/** Whether a path leads to an open journal: not after that was deleted, moved or replaced. */
export async function leadsTo(disk: Disk, path: string, file: FileHandle, end: number): Promise<boolean> {
  const named = await ifThere(() => stat(path, { bigint: true }));
  if (named === undefined) return false;
  const { dev, ino } = await file.stat({ bigint: true });
  return (named.dev === dev && named.ino === ino) || (await isSame(disk, path, file, end));
}

/** Some network and user-space file systems number files as they like: then the content tells. */
async function isSame(disk: Disk, path: string, file: FileHandle, end: number): Promise<boolean> {
  const other = await ifThere(() => disk.open(path, "r"));
  try {
    return other !== undefined && (await readTail(other, end)) === (await readTail(file, end));
  } finally {
    await other?.close();
  }
}
