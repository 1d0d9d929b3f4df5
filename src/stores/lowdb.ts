import { join } from "node:path";
import { Low } from "lowdb";
import type { Snapshot } from "../core/domain/quota.ts";
import type { Clock, Log, Store } from "../core/ports.ts";
import { onDisk } from "./disk.ts";
import { createDurableFile, type Disk, type Format, peekDurableFile } from "./durable-file.ts";
import { makeFolder } from "./folder.ts";
import { lockFolder } from "./folder-lock.ts";
import { createMemoryStore, emptyState, type State } from "./memory.ts";
import { decodeState, documentVersion, encodeState } from "./state-document.ts";

const fileName = "state.json";

export interface LowdbStoreOptions {
  /** Created when missing, for the owner only. */
  folder: string;
  log: Log;
  clock: Clock;
  disk?: Disk | undefined;
}

/**
 * The store of a single process: everything in memory, and in one file that is rewritten for every change; changes
 * made meanwhile wait together for the next rewrite. Throws store_locked when another process uses the folder, and
 * store_unavailable when the folder cannot be used or a newer program wrote it. A damaged file is set aside: see
 * `createDurableFile`.
 */
export async function openLowdbStore(options: LowdbStoreOptions): Promise<Store> {
  const { folder, log, clock, disk } = options;
  await onDisk(folder, () => makeFolder(folder));
  const lock = await lockFolder({ folder, clock });
  try {
    const path = join(folder, fileName);
    const file = createDurableFile<State>({ path, format: format(log), log, clock, disk });
    const low = new Low(file, emptyState());
    await low.read();
    const writes = sharedWrites(async () => {
      await lock.check();
      await low.write();
    });
    return createMemoryStore({
      state: low.data,
      commit: writes.next,
      async release() {
        await writes.settled();
        await lock.release();
      },
    });
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/**
 * The snapshots of a folder that a running bot may be writing to, as they were last made durable; nothing is locked
 * or changed. Throws store_damaged, or store_unavailable.
 */
export async function readSnapshots(options: { folder: string; log: Log }): Promise<readonly Snapshot[]> {
  const state = await peekDurableFile(join(options.folder, fileName), format(options.log));
  return [...(state?.snapshots.values() ?? [])];
}

function format(log: Log): Format<State> {
  return { version: documentVersion, encode: encodeState, decode: (data) => decodeState(data, log) };
}

/**
 * One write at a time. All who ask while one runs share the next, which begins after the last of them asked and so
 * holds everybody's change; they all learn how it went.
 */
function sharedWrites(write: () => Promise<void>) {
  let last: Promise<void> = Promise.resolve();
  let waiting: Promise<void> | undefined;

  async function begin(before: Promise<void>): Promise<void> {
    // How the write before went is for those who shared it.
    await before.catch(() => {});
    waiting = undefined;
    await write();
  }

  return {
    /** Resolves once a write that began after this call is done. */
    next(): Promise<void> {
      if (waiting === undefined) {
        waiting = begin(last);
        last = waiting;
      }
      return waiting;
    },
    /** Resolves once no write is under way. */
    async settled(): Promise<void> {
      await last.catch(() => {});
    },
  };
}
