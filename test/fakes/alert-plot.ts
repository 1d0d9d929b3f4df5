import type { Instant, Snapshot } from "../../src/core/domain/quota.ts";
import type { Watched } from "./alert-channels.ts";
import type { Answer, Troubles } from "./quota-world.ts";

/** What happens in a history, beside what people use. */
export interface Plot extends Troubles {
  accounts: number;
  days: number;
  /** Minutes between two reads of an account. */
  interval: number;
  /** Minutes between two sweeps. */
  sweep: number;
  replicas: number;
  /** New messages that a channel takes in an hour. */
  mostPosts: number;
  /** Reads that fail for hours, and accounts that are signed out. */
  outages: boolean;
  /** Processes end and begin anew; `"killed"`: at any moment, without a word, and some stay away for long. */
  restarts: false | "told" | "killed";
  /** Channels fail in all ways. */
  weather: boolean;
  /** The outbox is away at times. */
  storms: boolean;
  /** One of the channels has quiet hours. */
  quiet: boolean;
  /** Somebody deletes messages. */
  deletions: boolean;
  /** What is told of how fast windows are used. */
  rates: boolean;
}

/** One try to read an account. */
export interface Read {
  account: string;
  at: Instant;
  state: Snapshot["state"];
  answers: readonly Answer[];
  /** Nothing may have come of it: the process died while it looked at this, or the outbox was away. */
  missed: boolean;
}

export interface Span {
  from: Instant;
  to: Instant;
}

/** What has happened in a history. */
export interface Told {
  plot: Plot;
  end: Instant;
  reads: readonly Read[];
  /** When all accounts were looked at. */
  sweeps: readonly { at: Instant; missed: boolean }[];
  watched: readonly Watched[];
  /** How often a process was killed. */
  kills: number;
  /** While processes were dead; while the outbox was away. */
  downs: readonly Span[];
  storms: readonly Span[];
  /** From here on nothing goes wrong and nothing is quiet. */
  calm: Instant;
}
