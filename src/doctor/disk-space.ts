import { statfs } from "node:fs/promises";
import { dirname } from "node:path";
import type { Finding } from "../core/messages/doctor.ts";

const mebibyte = 2 ** 20;
/** Bytes that should be free, and below which writes soon fail. */
const enough = 500 * mebibyte;
const least = 50 * mebibyte;

/** How much room there is for the data folder, which need not be there yet; nothing where the system does not tell. */
export async function examineDisk(folder: string, free = freeBytes): Promise<readonly Finding[]> {
  const bytes = await free(folder);
  if (bytes === undefined) return [];
  const named = { check: "disk", name: "Disk space" } as const;
  const message = `${sized(bytes)} free for ${folder}`;
  if (bytes >= enough) return [{ ...named, level: "ok", message }];
  const todo =
    "Free some, or set `dataDir` to a folder on a larger disk: when it is full, nothing is kept any more.";
  return [{ ...named, level: bytes < least ? "problem" : "warning", message: `only ${message}`, todo }];
}

/** What its user may still write there, or in the folder above that is there. */
async function freeBytes(folder: string): Promise<number | undefined> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT" && dirname(folder) !== folder;
    return missing ? await freeBytes(dirname(folder)) : undefined;
  }
}

function sized(bytes: number): string {
  const mebibytes = bytes / mebibyte;
  return mebibytes < 1024 ? `${Math.floor(mebibytes)} MiB` : `${(mebibytes / 1024).toFixed(1)} GiB`;
}
