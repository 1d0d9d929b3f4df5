import type { Instant, Reading } from "./quota.ts";

/** What one reading of an account said at an instant. */
export interface QuotaSample {
  account: string;
  /** Id of the reading. */
  reading: string;
  kind: Reading["kind"];
  at: Instant;
  /** Used of a quota or spend, remaining of a balance. */
  value: number;
  limit?: number | undefined;
  resetsAt?: Instant | undefined;
}

/** What readings say, as samples; those whose use is unknown say nothing. */
export function samplesOf(account: string, readings: readonly Reading[], at: Instant): QuotaSample[] {
  return readings.flatMap((reading): QuotaSample[] => {
    const { id, kind } = reading;
    const value = reading.kind === "balance" ? reading.remaining : reading.used;
    if (value === undefined) return [];
    const bounds = reading.kind === "balance" ? {} : { limit: reading.limit, resetsAt: reading.resetsAt };
    return [{ account, reading: id, kind, at, value, ...bounds }];
  });
}

const day = 86_400_000;

/**
 * Which of the samples of one account are kept at this age: all for 2 days, for 60 days the last one of each hour (UTC)
 * and reading, after that the last one of each day.
 */
export function thinned(samples: readonly QuotaSample[], now: Instant): QuotaSample[] {
  const last = new Map<string, QuotaSample>();
  for (const sample of samples) {
    const age = now - sample.at;
    const span = age <= 2 * day ? 1 : age <= 60 * day ? day / 24 : day;
    const key = `${sample.reading} ${span} ${Math.floor(sample.at / span)}`;
    const other = last.get(key);
    if (other === undefined || other.at <= sample.at) last.set(key, sample);
  }
  return [...last.values()].sort((a, b) => a.at - b.at);
}
