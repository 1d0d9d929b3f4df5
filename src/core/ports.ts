import type { Spent } from "./domain/book.ts";
import type { Day } from "./domain/day.ts";
import type { AlertEvent } from "./domain/event.ts";
import type { QuotaSample } from "./domain/history.ts";
import type { Incident } from "./domain/incident.ts";
import type { Message } from "./domain/message.ts";
import type { Instant, Snapshot } from "./domain/quota.ts";
import type { UsageRecord } from "./domain/usage.ts";
import type { UsageAnswer, UsageQuery } from "./domain/usage-query.ts";

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
  /**
   * Keeps a JSON value if that under the key is still `before`, undefined for none, and tells whether it was; durable
   * once the promise resolves. Of several processes that swap the same value one succeeds.
   */
  swap(key: string, before: unknown, after: NonNullable<unknown> | null): Promise<boolean>;
}

/** A page of records, oldest day first and within a day in the order of arrival. */
export interface RecordsPage {
  records: readonly UsageRecord[];
  /** Where the next page begins; absent on the last one. Good for as long as the records are kept. */
  cursor?: string | undefined;
}

/** All usage records and their roll-ups. Records are kept for a time, roll-ups for good. */
export interface Ledger {
  /**
   * Keeps the records whose id is not known yet, durable once the promise resolves, and tells for each whether it was
   * added; of several with one id the first is. All or none: throws store_unavailable when they cannot be kept, and
   * then trying the same again is safe.
   */
  append(records: readonly UsageRecord[]): Promise<readonly boolean[]>;
  /** What the records of a span of days add up to. Costs the same however many records there are. */
  usage(query: UsageQuery): Promise<UsageAnswer>;
  /**
   * The records of a span of days as they were added, at most `most` at once.
   * @throws request_invalid for a cursor that is none of ours
   */
  records(query: {
    from: Day;
    to: Day;
    only?: UsageQuery["only"];
    cursor?: string | undefined;
    most: number;
  }): Promise<RecordsPage>;
  /**
   * What an account spent from `start` on and before `end`, to the minute; undefined when there is no record of the
   * account at all, so that nobody knows.
   */
  spent(account: string, start: Instant, end: Instant): Promise<Spent | undefined>;
  /** What counters stood at last, by series; those never seen are missing. */
  counters(series: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** Forgets the records, not the roll-ups, of days before this one, and tells how many days that were. */
  prune(before: Day): Promise<number>;
  /**
   * Takes a user's name out of all records and roll-ups, for good: what was used stays, as nobody's. Tells how many
   * records that were kept had the name. Calling it again finishes one that failed half way.
   */
  forgetUser(user: string): Promise<number>;
}

/** What quotas stood at over time: everything of the last 2 days, then by the hour up to 60 days, then by the day. */
export interface History {
  /** Keeps what was read. Losing the last minute in a crash does no harm, so it need not be durable at once. */
  add(samples: readonly QuotaSample[]): Promise<void>;
  /** The samples of an account from `from` on and before `to`, oldest first. */
  samples(query: {
    account: string;
    /** Of one reading only, by its id. */
    reading?: string | undefined;
    from: Instant;
    to: Instant;
  }): Promise<readonly QuotaSample[]>;
  /** Drops what is more than is kept for its age: the last sample of each hour, or day, stays. */
  thin(now: Instant): Promise<void>;
}

/** Which incidents are asked for. */
export type IncidentQuery =
  /** All of a scope. */
  | { scope: string }
  /** All that have something to tell. */
  | { untold: true }
  /** Those of a channel that have something to tell, and all that share a message with one of these. */
  | { channel: string; untold: true }
  | { channel: string; sentSince: Instant }
  | { open: true }
  | { openedSince: Instant }
  | { key: string }
  | { id: string };

/** What channels are to be told of, and what has come of that; shared by all replicas. */
export interface Outbox {
  /** Adds an incident, durable once the promise resolves; false when there is one of its key. */
  put(incident: Incident): Promise<boolean>;
  /**
   * Replaces an incident whose stored revision is still that of the given one, which then counts one more; false when
   * somebody else was quicker. Durable once the promise resolves.
   */
  change(incident: Incident): Promise<boolean>;
  find(query: IncidentQuery): Promise<readonly Incident[]>;
  /** Forgets incidents that ended before this instant and have nothing left to tell. */
  prune(before: Instant): Promise<void>;
}

/**
 * Everything that outlives the process. What goes in and what comes out are copies. A write that cannot be made durable
 * throws store_unavailable; the store answers with the new value all the same, and the next write makes it durable.
 */
export interface Store {
  snapshots: Snapshots;
  settings: Settings;
  ledger: Ledger;
  history: History;
  outbox: Outbox;
  /** Throws store_unavailable when nothing can be written at present. Absent: every write tells by itself. */
  check?(): Promise<void>;
  /** Waits for the writes under way and lets go of the data. Later writes throw store_unavailable. */
  close(): Promise<void>;
}

/** A place where messages can be posted: a Slack or Discord channel, a webhook, the terminal. */
export interface Channel {
  /** As configured: "slack:#ai-quota", "terminal". */
  id: string;
  /**
   * Posts and tells where, for a later edit. Throws delivery_failed (try again) or delivery_refused (do not).
   */
  post(message: Message, options?: PostOptions): Promise<string>;
  /** Replaces a message. Throws like `post`, with `gone` when this message cannot be changed ever. Absent: none can. */
  edit?(where: string, message: Message): Promise<void>;
  /** Adds details below a message, where they disturb nobody. Absent: there is no such place. */
  reply?(where: string, message: Message): Promise<void>;
  /**
   * Where a post with this key stands whose answer was lost; undefined when it is safe to post again. Throws
   * delivery_refused when it cannot be told. Absent: it can never be told.
   */
  find?(key: string): Promise<string | undefined>;
}

export interface PostOptions {
  /** The same for every try to post this. At most 25 characters. */
  key?: string | undefined;
  /** What sort of message it is, for programs; absent: an alert when it has events. */
  kind?: "alert" | "digest" | "test" | undefined;
  /** What it is about, for programs. */
  events?: readonly AlertEvent[] | undefined;
}
