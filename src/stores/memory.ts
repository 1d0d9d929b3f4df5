import { isDeepStrictEqual } from "node:util";
import type { Snapshot } from "../core/domain/quota.ts";
import { AppError } from "../core/errors.ts";
import type { Outbox, Store } from "../core/ports.ts";
import { createHistory, type OpenHistory } from "./history/history.ts";
import { createMemorySampleDays } from "./history/sample-days.ts";
import { createLedger, type OpenLedger } from "./ledger/ledger.ts";
import { createMemoryShelf } from "./ledger/memory-shelf.ts";
import { createOutbox } from "./outbox.ts";

/** All that a store holds besides ledger and history, as it lies in memory. */
export interface State {
  /** By account. */
  snapshots: Map<string, Snapshot>;
  settings: Map<string, unknown>;
}

export function emptyState(): State {
  return { snapshots: new Map(), settings: new Map() };
}

export interface MemoryStoreOptions {
  /** What it starts with; it belongs to the store from then on. */
  state?: State | undefined;
  /** Called after every change; the change is told to be durable when this resolves. */
  commit?: (() => Promise<void>) | undefined;
  /** In memory too unless given. They are closed with the store. */
  ledger?: OpenLedger | undefined;
  history?: OpenHistory | undefined;
  outbox?: Outbox | undefined;
  /** Called once, on close, last. */
  release?: (() => Promise<void>) | undefined;
}

/**
 * A store that answers from memory. Alone it forgets everything at the end of the process; a store on disk is this one
 * with a `commit` that writes the state.
 */
export function createMemoryStore(options: MemoryStoreOptions = {}): Store {
  const { state = emptyState(), commit = nothing, release = nothing } = options;
  const { ledger = createLedger(createMemoryShelf()) } = options;
  const { history = createHistory(createMemorySampleDays()) } = options;
  const { outbox = createOutbox({ incidents: new Map(), commit: nothing }) } = options;
  let closing: Promise<void> | undefined;

  function assertOpen(): void {
    if (closing !== undefined) throw new AppError("store_unavailable", "The store is closed.");
  }

  async function closeAll(): Promise<void> {
    try {
      await Promise.all([ledger.close(), history.close()]);
    } finally {
      await release();
    }
  }

  return {
    snapshots: {
      async replace(snapshot) {
        assertOpen();
        const kept = copy(snapshot);
        const before = state.snapshots.get(kept.account);
        state.snapshots.set(kept.account, kept);
        await commit();
        return before;
      },
      async latest() {
        return copy([...state.snapshots.values()]);
      },
    },
    settings: {
      async get(key) {
        const value = state.settings.get(key);
        return value === undefined ? undefined : copy(value);
      },
      async set(key, value) {
        assertOpen();
        if (value === undefined) state.settings.delete(key);
        else state.settings.set(key, copy(value));
        await commit();
      },
      async swap(key, before, after) {
        assertOpen();
        const expected = before === undefined ? undefined : copy(before);
        if (!isDeepStrictEqual(state.settings.get(key), expected)) return false;
        state.settings.set(key, copy(after));
        await commit();
        return true;
      },
    },
    ledger,
    history,
    outbox: {
      ...outbox,
      async put(incident) {
        assertOpen();
        return await outbox.put(incident);
      },
      async change(incident) {
        assertOpen();
        return await outbox.change(incident);
      },
    },
    close() {
      closing ??= closeAll();
      return closing;
    },
  };
}

async function nothing(): Promise<void> {}

/** Through JSON, so that memory holds exactly what a file would give back. */
function copy<T>(value: T): T {
  return JSON.parse(JSON.stringify(value));
}
