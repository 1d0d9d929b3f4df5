import type { Instant, Reading } from "./quota.ts";
import { isSameReset } from "./window.ts";

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

/** What one reading said lately, oldest first, and what it said last when that was not worth keeping. */
export interface Trail {
  kept: readonly QuotaSample[];
  unkept?: QuotaSample | undefined;
}

const hour = day / 24;
const remembered = { samples: 100, for: 6 * hour };

/**
 * The trail with one more sample, and what of it is to be stored. A sample that says the same as the last is stored
 * once an hour only, and when it is the last one that does: so a line between samples shows where a change began.
 * What is not newer than the last sample is left out.
 *
 * @param spacing milliseconds between two stored samples, however much they differ
 */
export function follow(
  { kept, unkept }: Trail,
  sample: QuotaSample,
  spacing: number,
): { trail: Trail; stored: readonly QuotaSample[] } {
  const last = kept.at(-1);
  if (last === undefined) return { trail: { kept: [sample] }, stored: [sample] };
  if (sample.at <= (unkept ?? last).at) return { trail: { kept, unkept }, stored: [] };
  const same = saysTheSame(last, sample);
  if (sample.at - last.at < (same ? hour : spacing)) return { trail: { kept, unkept: sample }, stored: [] };
  const endsARun = unkept !== undefined && !same && saysTheSame(last, unkept);
  const stored = endsARun ? [unkept, sample] : [sample];
  const recent = [...kept, ...stored].filter(({ at }) => at >= sample.at - remembered.for);
  return { trail: { kept: recent.slice(-remembered.samples) }, stored };
}

/** All that a trail tells, oldest first. */
export function samplesAlong({ kept, unkept }: Trail): readonly QuotaSample[] {
  return unkept === undefined ? kept : [...kept, unkept];
}

function saysTheSame(a: QuotaSample, b: QuotaSample): boolean {
  if (a.value !== b.value || a.limit !== b.limit) return false;
  if (a.resetsAt === undefined || b.resetsAt === undefined) return a.resetsAt === b.resetsAt;
  return isSameReset(a.resetsAt, b.resetsAt);
}

/**
 * How many milliseconds two neighbouring samples of a reading may lie apart when no read between them failed: for long only
 * the last sample of an hour or a day is kept, and of those that say the same one an hour.
 *
 * @param interval milliseconds between two reads
 */
export function usualSpacing(
  before: QuotaSample,
  after: QuotaSample,
  { interval, now }: { interval: number; now: Instant },
): number {
  const age = now - before.at;
  if (age > 60 * day) return 2 * day + 2 * interval;
  if (age > 2 * day) return 2 * hour + 2 * interval;
  return saysTheSame(before, after) ? hour + 2 * interval : interval;
}
