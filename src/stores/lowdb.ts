import * as nodeDisk from "node:fs/promises";
import { join } from "node:path";
import { Low } from "lowdb";
import type { Snapshot } from "../core/domain/quota.ts";
import type { Clock, Log, Store } from "../core/ports.ts";
import { type Disk, onDisk } from "./disk.ts";
import { createDurableFile, type Format, peekDurableFile } from "./durable-file.ts";
import { makeFolder } from "./folder.ts";
import { lockFolder } from "./folder-lock.ts";
import { openFileSampleDays } from "./history/file-sample-days.ts";
import { createHistory } from "./history/history.ts";
import { openFileShelf } from "./ledger/file-shelf.ts";
import { createLedger } from "./ledger/ledger.ts";
import { createMemoryStore, emptyState, type State } from "./memory.ts";
import { createOutbox } from "./outbox.ts";
import { outboxFormat } from "./outbox-document.ts";
import { decodeState, documentVersion, encodeState } from "./state-document.ts";

const fileName = "state.json";
const outboxName = "outbox.json";

export interface LowdbStoreOptions {
  /** Created when missing, for the owner only. */
  folder: string;
  log: Log;
  clock: Clock;
  disk?: Disk | undefined;
  /** When the ledger's roll-ups are saved: after so many records of a day, and so many milliseconds. */
  saveLedgerAfter?: { records: number; milliseconds: number } | undefined;
  /** Milliseconds that a sample of the history may wait before it is written. */
  historyDelay?: number | undefined;
}

/** Milliseconds between two looks at the lock where writes are many. */
const lockLooks = 1_000;

/**
 * The store of a single process. Snapshots and settings are in memory, and in one file that is rewritten for every
 * change; changes made meanwhile wait together for the next rewrite. So is the outbox, in a file of its own. The ledger
 * and the history have folders of their own, with files that are appended to. Throws store_locked when another process
 * uses the folder, and store_unavailable when the folder cannot be used or a newer program wrote it. A damaged file is
 * set aside: see `createDurableFile`.
 */
export async function openLowdbStore(options: LowdbStoreOptions): Promise<Store> {
  const { folder, log, clock, disk = nodeDisk } = options;
  const { saveLedgerAfter = { records: 50_000, milliseconds: 60_000 }, historyDelay = 3_000 } = options;
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
    const outboxPath = join(folder, outboxName);
    const outboxFile = createDurableFile({ path: outboxPath, format: outboxFormat(log), log, clock, disk });
    const outbox = new Low(outboxFile, new Map());
    await outbox.read();
    const outboxWrites = sharedWrites(async () => {
      await lock.check();
      await outbox.write();
    });
    const check = nowAndThen(lock.check, clock);
    const ledgerPlace = { folder: join(folder, "ledger"), log, clock, disk, check };
    const shelf = await openFileShelf(ledgerPlace, saveLedgerAfter.records);
    const historyPlace = { folder: join(folder, "history"), log, disk, check, delay: historyDelay };
    const sampleDays = await openFileSampleDays(historyPlace);
    return createMemoryStore({
      state: low.data,
      ledger: createLedger(shelf, saveLedgerAfter.milliseconds),
      history: createHistory(sampleDays),
      outbox: createOutbox({ incidents: outbox.data, commit: outboxWrites.next }),
      commit: writes.next,
      async release() {
        await Promise.all([writes.settled(), outboxWrites.settled()]);
        await lock.release();
      },
    });
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/**
 * Snapshots and settings of a folder that a running bot may be writing to, as they were last made durable; nothing is
 * locked or changed. Throws store_damaged, or store_unavailable.
 */
export async function readStored(options: {
  folder: string;
  log: Log;
}): Promise<{ snapshots: readonly Snapshot[]; settings: ReadonlyMap<string, unknown> }> {
  const state = await peekDurableFile(join(options.folder, fileName), format(options.log));
  const { snapshots, settings } = state ?? emptyState();
  return { snapshots: [...snapshots.values()], settings };
}

function format(log: Log): Format<State> {
  return { version: documentVersion, encode: encodeState, decode: (data) => decodeState(data, log) };
}

/** Looks whether the lock is still ours, but not more than about once a second. */
function nowAndThen(look: () => Promise<void>, clock: Clock): () => Promise<void> {
  let last = Number.NEGATIVE_INFINITY;
  return async () => {
    const now = clock.now();
    // A clock that was set back must not keep us from looking.
    if (now >= last && now < last + lockLooks) return;
    await look();
    last = now;
  };
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
