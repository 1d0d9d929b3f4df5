import { AppError } from "../core/errors.ts";

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

const full = "the disk is full. Free some space; what is not saved yet is saved with the next change.";
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
