import * as nodeDisk from "node:fs/promises";
import { dirname } from "node:path";
import type { Adapter } from "lowdb";
import { AppError } from "../core/errors.ts";
import type { Clock, Log } from "../core/ports.ts";
import { type Disk, ifThere, onDisk, syncFolder } from "./disk.ts";
import { seal, unseal } from "./sealed-json.ts";

/** How the values of one file look on disk. */
export interface Format<T> {
  /** A whole number. Files of a later version are refused and left alone. */
  version: number;
  encode(value: T): unknown;
  /** Undefined: not such a value. */
  decode(data: unknown): T | undefined;
}

export interface DurableFileOptions<T> {
  path: string;
  format: Format<T>;
  log: Log;
  clock: Clock;
  disk?: Disk | undefined;
}

/**
 * One JSON value in one file, for lowdb, that survives a crash at any moment.
 *
 * `write` resolves once the value is on disk: written beside the file, synced, and given the file's name in one step;
 * the version before stays as `<path>.bak`. A write that fails throws store_unavailable, leaves the last good version
 * in place and no half-written file behind.
 *
 * `read` hands back the value, or that of the backup when the file is missing or damaged, or null when there is neither.
 * A damaged file is moved to `<path>.damaged-<time>` and said so, never overwritten. A file of a later version throws
 * store_unavailable.
 *
 * Calls must not overlap, and no other process may write to the folder: see `lockFolder`.
 */
export function createDurableFile<T>(options: DurableFileOptions<T>): Adapter<T> {
  const { path, format, log, clock, disk = nodeDisk } = options;
  const backup = backupOf(path);
  const draft = `${path}.tmp`;

  async function setAside(damaged: string, reason: string): Promise<void> {
    const movedTo = `${damaged}.damaged-${new Date(clock.now()).toISOString().replaceAll(":", "-")}`;
    await disk.rename(damaged, movedTo);
    log.error(
      { path: damaged, movedTo, reason },
      `${damaged} is damaged (${reason}). Moved it to ${movedTo}.`,
    );
  }

  async function read(): Promise<T | null> {
    await disk.rm(draft, { force: true });
    for (const candidate of [path, backup]) {
      const found = await inspect(disk, candidate, format);
      if (found === undefined) continue;
      if ("damage" in found) {
        await setAside(candidate, found.damage);
        continue;
      }
      if (candidate === backup)
        log.warn({ path: backup }, `Continuing with the last good version, ${backup}.`);
      return found.value;
    }
    return null;
  }

  async function write(value: T): Promise<void> {
    const text = seal(format.version, format.encode(value));
    try {
      await disk.rm(draft, { force: true });
      await writeSynced(disk, draft, text);
      await ifThere(() => disk.rename(path, backup));
      await disk.rename(draft, path);
      await syncFolder(disk, dirname(path));
    } catch (error) {
      // A draft that cannot be removed now is removed by the next write or the next start.
      await disk.rm(draft, { force: true }).catch(() => {});
      throw error;
    }
  }

  return {
    read: () => onDisk(path, read),
    write: (value) => onDisk(path, () => write(value)),
  };
}

/**
 * The value of a durable file that another process may be writing: nothing is moved, logged or locked. Undefined when
 * there is none yet. Throws store_damaged when neither the file nor its backup is whole.
 */
export async function peekDurableFile<T>(path: string, format: Format<T>): Promise<T | undefined> {
  let damaged = false;
  for (const candidate of [path, backupOf(path)]) {
    const found = await onDisk(path, () => inspect(nodeDisk, candidate, format));
    if (found === undefined) continue;
    if ("value" in found) return found.value;
    damaged = true;
  }
  if (damaged) {
    throw new AppError(
      "store_damaged",
      `${path} is damaged. Start the bot: it moves the file aside and goes on.`,
    );
  }
  return undefined;
}

function backupOf(path: string): string {
  return `${path}.bak`;
}

/** Reads and checks one file; undefined when there is none. */
async function inspect<T>(
  disk: Disk,
  path: string,
  format: Format<T>,
): Promise<{ value: T } | { damage: string } | undefined> {
  const text = await ifThere(() => disk.readFile(path, "utf8"));
  if (text === undefined) return undefined;
  const found = unseal(format.version, text);
  if ("newer" in found) {
    throw new AppError(
      "store_unavailable",
      `${path} was written by a newer quotabot (format ${found.newer}, this one knows ${format.version}). ` +
        "Start the newer one, or set another dataDir.",
    );
  }
  if ("damage" in found) return found;
  const value = format.decode(found.data);
  return value === undefined ? { damage: "its content makes no sense" } : { value };
}

async function writeSynced(disk: Disk, path: string, text: string): Promise<void> {
  const file = await disk.open(path, "wx", 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}
