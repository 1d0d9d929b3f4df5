import { createReadStream, type Stats } from "node:fs";
import { stat } from "node:fs/promises";
import { isAbsolute, join, resolve } from "node:path";

const mostBytes = 1024 * 1024;

/** A path as people write it: `~` is the home folder, a relative one starts in the given folder. */
export function resolvePath(written: string, from: { folder: string; home: string }): string {
  if (written === "~" || written.startsWith("~/")) return join(from.home, written.slice(1));
  return isAbsolute(written) ? written : resolve(from.folder, written);
}

/** Whether something other than a folder stands there. */
export async function isFile(path: string): Promise<boolean> {
  const about = await stat(path).catch(() => undefined);
  return about !== undefined && !about.isDirectory();
}

/** A file's text, or in a few words why there is none; `absent` when there is no such file. */
export type FileText =
  | { text: string; readableByOthers: boolean }
  | { problem: string; absent?: boolean | undefined };

/**
 * Reads a file of at most 1 MiB of UTF-8 text; a byte order mark is dropped. A pipe is read as well, so that the
 * output of a decrypting command may stand in for a file.
 */
export async function readText(path: string): Promise<FileText> {
  try {
    const about = await stat(path);
    if (about.isDirectory()) return { problem: "this is a folder, not a file" };
    const bytes = await readBytes(path);
    if (bytes.length > mostBytes) return { problem: "this file is larger than 1 MiB" };
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    if (text.includes("\0")) return { problem: "this file is not text" };
    return { text, readableByOthers: isReadableByOthers(about) };
  } catch (error) {
    return whyUnreadable(error);
  }
}

async function readBytes(path: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of createReadStream(path, { end: mostBytes })) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function isReadableByOthers(about: Stats): boolean {
  // Windows has no such bits, and reports them all as set.
  return process.platform !== "win32" && about.isFile() && (about.mode & 0o077) !== 0;
}

function whyUnreadable(error: unknown): FileText {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "ENOENT" || code === "ENOTDIR") return { problem: "no such file", absent: true };
  if (code === "EACCES" || code === "EPERM") return { problem: "no permission to read this file" };
  if (code === "ERR_ENCODING_INVALID_ENCODED_DATA") return { problem: "this file is not text in UTF-8" };
  return { problem: `this file cannot be read (${code})` };
}
