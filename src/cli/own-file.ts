import { randomUUID } from "node:crypto";
import { type FileHandle, open, rename, rm, writeFile } from "node:fs/promises";
import { AppError } from "../core/errors.ts";

/** A new file that only its owner can read. Throws request_invalid for one that is there already or cannot be made. */
export async function createOwnFile(path: string): Promise<FileHandle> {
  try {
    return await open(path, "wx", 0o600);
  } catch (error) {
    const { code = "unknown" } = error as NodeJS.ErrnoException;
    const why = code === "EEXIST" ? "is there already: name another file" : `cannot be written (${code})`;
    throw new AppError("request_invalid", `${path} ${why}.`);
  }
}

/** Writes all of such a new file; throws the same. */
export async function writeOwnFile(path: string, content: string | Uint8Array): Promise<void> {
  const file = await createOwnFile(path);
  try {
    await file.writeFile(content);
  } finally {
    await file.close();
  }
}

/**
 * Writes a file that only its owner can read, in one step: a new file takes the place of the old one, so that no half of
 * it is ever seen and no link that somebody put there is followed. Throws what the file system throws.
 */
export async function replaceOwnFile(path: string, text: string): Promise<void> {
  const draft = `${path}.${randomUUID()}`;
  try {
    await writeFile(draft, text, { flag: "wx", mode: 0o600 });
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => {});
    throw error;
  }
}
