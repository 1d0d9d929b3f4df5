import type { Instant } from "../domain/quota.ts";
import type { Tokens, UsageRecord, UsageSource } from "../domain/usage.ts";

/** A call as somebody reported it; what is absent was not told. */
export interface UsageDraft {
  id?: string | undefined;
  at?: Instant | undefined;
  /** Id of an account, as the reporter calls it. */
  account?: string | undefined;
  provider?: string | undefined;
  model?: string | undefined;
  user?: string | undefined;
  agent?: string | undefined;
  operation?: string | undefined;
  task?: string | undefined;
  combo?: string | undefined;
  /** 1 unless told. */
  requests?: number | undefined;
  tokens?: Tokens | undefined;
  estimated?: true | undefined;
  audioMs?: number | undefined;
  /** Whole micro-dollars. */
  costMicros?: number | undefined;
  durationMs?: number | undefined;
  /** "ok" unless told. */
  outcome?: string | undefined;
  source: UsageSource;
  /** Name of the program that reports, such as an OTLP `service.name`. */
  service?: string | undefined;
  counter?: UsageRecord["counter"];
}

/** A draft, or why one could not be understood; its place in the list is its index. */
export type Reported = UsageDraft | { problem: string };

export interface Recorded {
  accepted: number;
  duplicates: number;
  rejected: readonly { index: number; message: string }[];
}

export interface RecordUsage {
  /**
   * Keeps what was reported: the good part of it, durable once the promise resolves.
   * @param key name of the key it came with
   * @throws store_unavailable when nothing could be kept
   */
  record(reported: readonly Reported[], caller: { key: string }): Promise<Recorded>;
}
