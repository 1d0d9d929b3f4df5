import type { Instant } from "../core/domain/quota.ts";
import type { GuardVerdict } from "./guard-verdict.ts";

/** What comes back may do so a moment late, and before anybody expects it. */
const late = 5_000;
const shortest = 15_000;
const longest = 5 * 60_000;

/** Milliseconds until it is worth looking again: when something comes back or may be read, and every five minutes in any case. */
export function pauseUntil(verdicts: readonly GuardVerdict[], now: Instant): number {
  const next = Math.min(...verdicts.flatMap(({ until }) => (until === undefined ? [] : [until])));
  return Math.min(longest, Math.max(shortest, next + late - now));
}
