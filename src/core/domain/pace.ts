import { type BurnRate, meanRate, type Point, recentRate, shortest } from "./burn-rate.ts";
import type { Instant, Quota } from "./quota.ts";

/** When a quota runs out before its reset if it goes on as it went. */
export interface Projection {
  runsOutAt: Instant;
  /** Milliseconds between running out and the reset. */
  beforeReset: number;
}

/** How fast a quota is used; the projection is absent when it lasts until its reset, or has none. */
export interface Pace extends BurnRate {
  projection?: Projection | undefined;
}

/** The recent rate may speak for so many times what it was measured over. */
const foresight = 6;

/**
 * How fast a quota is used, and when it runs out if that goes on. Over the next hours the recent rate counts, further
 * ahead the mean since the window began, which has the nights in it. Of a window of the team's own that rolls there is
 * the mean alone, and no running out. Undefined where less than 5 minutes or 1 % of the window have passed, nothing was
 * measured, or the window has started over since.
 *
 * @param facts.at when the quota was true
 * @param facts.samples what it stood at before, oldest first
 */
export function paceOf(
  quota: Quota,
  facts: { at: Instant; now: Instant; samples: readonly Point[] },
): Pace | undefined {
  const { used, limit, resetsAt, windowSeconds } = quota;
  const { at, now } = facts;
  if (used === undefined || limit === undefined || limit <= 0) return undefined;
  if (resetsAt !== undefined && resetsAt <= now) return undefined;
  const length = windowSeconds === undefined ? undefined : windowSeconds * 1000;
  if (resetsAt === undefined && quota.counted !== undefined) {
    return length === undefined ? undefined : meanRate(used, length);
  }
  const elapsed = length === undefined || resetsAt === undefined ? undefined : at - (resetsAt - length);
  if (elapsed !== undefined && elapsed < Math.max(shortest, (length ?? 0) / 100)) return undefined;
  const mean = elapsed === undefined ? undefined : meanRate(used, elapsed);
  const samples = facts.samples.filter((sample) => sample.at < at);
  const recent = recentRate([...samples, { at, value: used, limit, resetsAt }]);
  const rate = rulingRate(recent, mean, limit - used);
  if (rate === undefined || resetsAt === undefined || used >= limit) return rate;
  const lasts = timeLeft(rate, limit - used);
  const beforeReset = resetsAt - (at + lasts);
  if (beforeReset <= 0 || (mean === undefined && lasts > reach(rate))) return rate;
  return { ...rate, projection: { runsOutAt: at + lasts, beforeReset } };
}

/** Whichever of the rates says that it runs out soon, it is for the recent one to say when, or that it does not. */
function rulingRate(
  recent: BurnRate | undefined,
  mean: BurnRate | undefined,
  left: number,
): BurnRate | undefined {
  if (recent === undefined || mean === undefined) return recent ?? mean;
  return Math.min(timeLeft(recent, left), timeLeft(mean, left)) <= reach(recent) ? recent : mean;
}

/** Milliseconds until so much is used. */
function timeLeft({ perHour }: BurnRate, left: number): number {
  return perHour > 0 ? (left * 3_600_000) / perHour : Number.POSITIVE_INFINITY;
}

function reach({ measuredOver }: BurnRate): number {
  return foresight * measuredOver;
}
