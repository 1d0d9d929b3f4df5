import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";

/** A log as it is found on disk. */
export interface LogFile {
  path: string;
  inode: number;
  /** Bytes. */
  size: number;
  /** Epoch milliseconds, with fractions. */
  modifiedAt: number;
  /** Whether it is packed with zstd, as Codex does after a week (openai/codex, rollout/src/compression.rs, checked 2026-11-22). */
  packed: boolean;
}

const packedEnding = ".jsonl.zst";

/**
 * The logs in these folders, at any depth, in the order of their paths: a session comes before its subagents. Links are
 * not followed, and what cannot be listed is left out.
 */
export async function findLogFiles(folders: readonly string[]): Promise<LogFile[]> {
  const found = await Promise.all(folders.map((folder) => listFolder(folder)));
  return found.flat().sort((one, other) => (one.path < other.path ? -1 : 1));
}

async function listFolder(folder: string): Promise<LogFile[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const files: LogFile[] = [];
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) files.push(...(await listFolder(path)));
    const packed = entry.name.endsWith(packedEnding);
    if (!entry.isFile() || !(packed || entry.name.endsWith(".jsonl"))) continue;
    const stat = await lstat(path).catch(() => undefined);
    if (stat === undefined) continue;
    files.push({ path, inode: stat.ino, size: stat.size, modifiedAt: stat.mtimeMs, packed });
  }
  return files;
}
