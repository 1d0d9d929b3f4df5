import { type FileHandle, open, readFile, readlink } from "node:fs/promises";
import { hostname } from "node:os";
import { z } from "zod";
import type { Instant } from "../core/domain/quota.ts";
import { systemCode } from "./disk.ts";

/** A holder that gives no sign of life for this many milliseconds is gone. */
const silenceAllowed = 30_000;

const holderFile = z.object({
  /** One per lock ever taken; part of a file name. */
  id: z.string().regex(/^[\w-]+$/),
  pid: z.int().positive(),
  host: z.string(),
  /** Since when the folder is held, ISO 8601. */
  startedAt: z.string(),
  /** Tells processes apart that had the same pid one after the other; absent where the system does not tell. */
  processStart: z.string().optional(),
  /** Where the pid counts: containers of one host may have pids of their own. Absent where there are none. */
  pidSpace: z.string().optional(),
});

/** Who holds a folder, as written in its lock file. */
export type LockHolder = z.infer<typeof holderFile>;

/** A lock file as found. Without `holder` it is being written right now, or was cut off by a crash or a full disk. */
export interface FoundLock {
  id: string;
  holder?: LockHolder | undefined;
  /** The last sign of life. */
  seenAt: Instant;
}

/** This process as a holder. */
export async function describeHolder(id: string, now: Instant): Promise<LockHolder> {
  return {
    id,
    pid: process.pid,
    host: hostname(),
    startedAt: new Date(now).toISOString(),
    processStart: await processStart(process.pid),
    pidSpace: await pidSpace(),
  };
}

/** Reads a lock file; undefined when there is none. */
export async function readLockFile(path: string): Promise<FoundLock | undefined> {
  let file: FileHandle;
  try {
    file = await open(path, "r");
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  }
  try {
    // Both of the one open file: by its name we could get the age of one lock and the holder of the next.
    const { ino, mtimeMs } = await file.stat();
    const holder = parseHolder(await file.readFile("utf8"));
    return { id: holder?.id ?? String(ino), holder, seenAt: mtimeMs };
  } finally {
    await file.close();
  }
}

/**
 * Whether the process that wrote the lock still runs. Where its pid can be looked up that decides; otherwise (another
 * host or container, an unreadable lock) its last sign of life does.
 */
export async function isHeld(lock: FoundLock, now: Instant): Promise<boolean> {
  const { holder } = lock;
  const heardOf = now - lock.seenAt < silenceAllowed;
  if (holder === undefined) return heardOf;
  if (holder.host !== hostname() || holder.pidSpace !== (await pidSpace())) return heardOf;
  if (!processExists(holder.pid)) return false;
  const start = await processStart(holder.pid);
  return start === undefined || holder.processStart === undefined ? heardOf : start === holder.processStart;
}

function parseHolder(text: string): LockHolder | undefined {
  try {
    return holderFile.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is there, and belongs to somebody else.
    return systemCode(error) === "EPERM";
  }
}

/**
 * When a process started, as the boot and the clock tick since then: proc_pid_stat(5), field 22. "ended" for one that
 * ended but was not yet collected by its parent. Undefined where there is no /proc.
 */
async function processStart(pid: number): Promise<string | undefined> {
  try {
    const boot = await readFile("/proc/sys/kernel/random/boot_id", "utf8");
    const stat = await readFile(`/proc/${pid}/stat`, "utf8");
    // The second field is the program's name in brackets and may hold anything, brackets included.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const [state, tick] = [fields[0], fields[19]];
    return state === "Z" || state === "X" ? "ended" : `${boot.trim()}/${tick}`;
  } catch {
    return undefined;
  }
}

async function pidSpace(): Promise<string | undefined> {
  try {
    return await readlink("/proc/self/ns/pid");
  } catch {
    return undefined;
  }
}
