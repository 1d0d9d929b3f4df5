import type { Snapshot } from "../core/domain/quota.ts";
import { AppError } from "../core/errors.ts";
import type { Store } from "../core/ports.ts";

/** All that a store holds, as it lies in memory. */
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
  /** Called once, on close. */
  release?: (() => Promise<void>) | undefined;
}

/**
 * A store that answers from memory. Alone it forgets everything at the end of the process; a store on disk is this one
 * with a `commit` that writes the state.
 */
export function createMemoryStore(options: MemoryStoreOptions = {}): Store {
  const { state = emptyState(), commit = nothing, release = nothing } = options;
  let closing: Promise<void> | undefined;

  function assertOpen(): void {
    if (closing !== undefined) throw new AppError("store_unavailable", "The store is closed.");
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
    },
    close() {
      closing ??= release();
      return closing;
    },
  };
}

async function nothing(): Promise<void> {}

/** Through JSON, so that memory holds exactly what a file would give back. */
function copy<T>(value: T): T {
  return JSON.parse(JSON.stringify(value));
}
