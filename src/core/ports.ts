import type { Message } from "./domain/message.ts";
import type { Instant, Snapshot } from "./domain/quota.ts";

/** The one clock. Nothing else asks the machine for the time. */
export interface Clock {
  now(): Instant;
}

/** Structured log; fields first, then a sentence. Never a secret. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** The last snapshot of every account. */
export interface Snapshots {
  /** Keeps the snapshot, durable once the promise resolves, and hands back the one it replaces. */
  replace(snapshot: Snapshot): Promise<Snapshot | undefined>;
  /** The last snapshot of every account ever read, in no particular order. */
  latest(): Promise<readonly Snapshot[]>;
}

/**
 * Small things to remember across restarts, such as what was posted where: JSON values of a few hundred bytes under
 * short keys.
 */
export interface Settings {
  /** The value under the key; undefined when there is none. */
  get(key: string): Promise<unknown>;
  /** Keeps a JSON value, durable once the promise resolves; undefined forgets the key. */
  set(key: string, value: unknown): Promise<void>;
}

/**
 * Everything that outlives the process. What goes in and what comes out are copies. A write that cannot be made durable
 * throws store_unavailable; the store answers with the new value all the same, and the next write makes it durable.
 */
export interface Store {
  snapshots: Snapshots;
  settings: Settings;
  /** Waits for the writes under way and lets go of the data. Later writes throw store_unavailable. */
  close(): Promise<void>;
}

/** A place where messages can be posted: a Slack or Discord channel, the terminal. */
export interface Channel {
  /** As configured: "slack:#ai-quota", "terminal". */
  id: string;
  /** Posts and tells where, for a later edit. Throws delivery_failed (try again) or delivery_refused (do not). */
  post(message: Message): Promise<string>;
}
