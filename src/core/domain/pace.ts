import { type Instant, type Quota, remainingPercent, usedPercent } from "./quota.ts";

/** When a quota runs out if it goes on as it went since its window began. */
export interface Projection {
  runsOutAt: Instant;
  /** Milliseconds between running out and the reset. */
  beforeReset: number;
  /** Milliseconds of the window that the rate was measured over. */
  measuredOver: number;
}

/**
 * Projects the use of the current window in a straight line: rate = used / elapsed. Only when it would run out before
 * the reset, the window's start is known, and at least 5 minutes and 1 % of it have passed; undefined otherwise.
 *
 * @param fetchedAt when the reading was read
 */
export function projectRunOut(quota: Quota, fetchedAt: Instant): Projection | undefined {
  const used = usedPercent(quota);
  const left = remainingPercent(quota);
  if (used === undefined || left === undefined || used <= 0 || left <= 0) return undefined;
  if (quota.resetsAt === undefined || quota.windowSeconds === undefined || quota.resetsAt <= fetchedAt)
    return undefined;
  const length = quota.windowSeconds * 1000;
  const elapsed = fetchedAt - (quota.resetsAt - length);
  if (elapsed < Math.max(5 * 60_000, length / 100) || elapsed > length) return undefined;
  const runsOutAt = fetchedAt + (left * elapsed) / used;
  if (runsOutAt >= quota.resetsAt) return undefined;
  return { runsOutAt, beforeReset: quota.resetsAt - runsOutAt, measuredOver: elapsed };
}
