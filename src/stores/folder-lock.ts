import { randomUUID } from "node:crypto";
import { type FileHandle, open, readdir, rename, rm, utimes } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../core/errors.ts";
import type { Clock } from "../core/ports.ts";
import { onDisk, systemCode } from "./disk.ts";
import { describeHolder, type FoundLock, isHeld, type LockHolder, readLockFile } from "./lock-holder.ts";

const fileName = "quotabot.lock";

export interface FolderLockOptions {
  /** Must exist. */
  folder: string;
  clock: Clock;
  /** Milliseconds between two signs of life. */
  heartbeat?: number | undefined;
}

export interface FolderLock {
  /**
   * Throws store_locked when another process holds the folder by now: this one was taken for dead, as after a long
   * suspend. A lock file that somebody removed is put back.
   */
  check(): Promise<void>;
  /** Lets the next process in. */
  release(): Promise<void>;
}

/**
 * Makes this process the only one that writes to the folder. Throws store_locked, naming the holder, when another one
 * does. The lock of a process that died is taken over; of several that try, exactly one gets it.
 */
export async function lockFolder(options: FolderLockOptions): Promise<FolderLock> {
  const { folder, clock, heartbeat = 5_000 } = options;
  const path = join(folder, fileName);
  const me = await describeHolder(randomUUID(), clock.now());

  await onDisk(folder, async () => {
    await take(path, me, folder, clock);
    await removeClaims(folder);
  });

  async function isMine(): Promise<boolean> {
    return (await readLockFile(path))?.id === me.id;
  }

  async function giveSignOfLife(): Promise<void> {
    const seconds = clock.now() / 1000;
    if (await isMine()) await utimes(path, seconds, seconds);
  }

  // A sign of life that fails needs no word of its own: the next write meets the same disk and says so.
  const timer = setInterval(() => giveSignOfLife().catch(() => {}), heartbeat);
  timer.unref();

  return {
    async check() {
      await onDisk(folder, async () => {
        if (!(await isMine())) await take(path, me, folder, clock);
      });
    },
    async release() {
      clearInterval(timer);
      await onDisk(folder, async () => {
        if (await isMine()) await rm(path, { force: true });
      });
    },
  };
}

/** The process that holds the folder now; undefined when none does. */
export async function readLock(folder: string, clock: Clock): Promise<LockHolder | undefined> {
  return await onDisk(folder, async () => {
    const found = await readLockFile(join(folder, fileName));
    return found !== undefined && (await isHeld(found, clock.now())) ? found.holder : undefined;
  });
}

/**
 * Makes the file at `path` ours. Only one process can create it. To follow a dead holder one must first own the claim
 * to that very holder, a file named after its id, and then renames the claim over the lock: nobody else may touch that
 * lock meanwhile, and once it is replaced a late claim to the dead holder finds somebody else there and is dropped. A
 * claim whose owner died is followed in the same way.
 */
async function take(path: string, me: LockHolder, folder: string, clock: Clock): Promise<void> {
  for (;;) {
    if (await create(path, me)) return;
    const found = await readLockFile(path);
    if (found === undefined) continue;
    if (await isHeld(found, clock.now())) throw locked(found, folder);
    const claim = join(folder, `${fileName}.after-${found.id}`);
    await take(claim, me, folder, clock);
    if ((await readLockFile(path))?.id === found.id) {
      await rename(claim, path);
      return;
    }
    await rm(claim, { force: true });
  }
}

/** Creates a lock file; false when there is one already. */
async function create(path: string, me: LockHolder): Promise<boolean> {
  let file: FileHandle;
  try {
    file = await open(path, "wx", 0o600);
  } catch (error) {
    if (systemCode(error) === "EEXIST") return false;
    throw error;
  }
  try {
    await file.writeFile(JSON.stringify(me));
    return true;
  } catch (error) {
    // On a full disk: an empty lock would keep everybody out for half a minute.
    await rm(path, { force: true });
    throw error;
  } finally {
    await file.close();
  }
}

/** Removes what processes left that died while they took over. A claim still in use is to a holder long replaced. */
async function removeClaims(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (name.startsWith(`${fileName}.after-`)) await rm(join(folder, name), { force: true });
  }
}

function locked({ holder }: FoundLock, folder: string): AppError {
  const who =
    holder === undefined
      ? `Another quotabot is just starting on ${folder}.`
      : `Another quotabot uses ${folder}: process ${holder.pid} on ${holder.host}, since ${holder.startedAt}.`;
  const advice = "Stop it first, or set another dataDir. If it is gone already, try again in half a minute.";
  return new AppError("store_locked", `${who} ${advice}`);
}
