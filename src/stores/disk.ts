import type * as nodeDisk from "node:fs/promises";
import { AppError } from "../core/errors.ts";

/** The part of node:fs/promises that stores use for what must not get lost. */
export type Disk = Pick<typeof nodeDisk, "open" | "readFile" | "rename" | "rm">;

/** The code of a failed system call, such as ENOENT; undefined for any other error. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && "syscall" in error && "code" in error ? String(error.code) : undefined;
}

/**
 * Does work on the disk. A system call that fails throws store_unavailable, saying which path and what to do about it;
 * any other error passes through.
 */
export async function onDisk<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const code = systemCode(error);
    if (code === undefined) throw error;
    throw new AppError("store_unavailable", `Cannot use ${path} (${code}): ${advice[code] ?? otherwise}`);
  }
}

const full = "the disk is full. Free some space, then try again.";
const forbidden =
  "access is denied. Let the user who runs quotabot read and write there, or set another dataDir.";
const otherwise = "check the disk and the folder, or set another dataDir.";

const advice: Readonly<Record<string, string>> = {
  ENOSPC: full,
  EDQUOT: full,
  EACCES: forbidden,
  EPERM: forbidden,
  EROFS: "the disk is read-only. Make it writable, or set another dataDir.",
  EIO: "the disk reports a fault. Check the disk, or set another dataDir.",
  ENOENT: "it, or the folder it belongs in, is gone. Put the folder back, or start quotabot again.",
  ENOTDIR: "a file stands where a folder should be. Move it away, or set another dataDir.",
  EISDIR: "a folder stands where a file should be. Move it away, or set another dataDir.",
};

/** Makes the names in a folder durable, where the platform can. */
export async function syncFolder(disk: Disk, folder: string): Promise<void> {
  // Windows opens no folders; it keeps names durable by itself.
  if (process.platform === "win32") return;
  const handle = await disk.open(folder, "r");
  try {
    await handle.sync();
  } catch (error) {
    // Some network and user-space file systems know no sync of a folder; the file itself is synced.
    if (!["EINVAL", "ENOTSUP"].includes(systemCode(error) ?? "")) throw error;
  } finally {
    await handle.close();
  }
}

/** Undefined when the file is not there. */
export async function ifThere<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  }
}
