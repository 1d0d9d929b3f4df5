import type { Instant } from "../core/domain/quota.ts";
import { AppError } from "../core/errors.ts";
import type { GuardVerdict } from "./guard-verdict.ts";

const units: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** "90s", "30m", "2h", "1d" in milliseconds. Throws request_invalid, naming the option, for any other text. */
export function lengthOf(option: string, text: string): number {
  const [, number, unit = ""] = /^(\d{1,5})([smhd])$/.exec(text.trim().toLowerCase()) ?? [];
  const length = Number(number) * (units[unit] ?? 0);
  if (length > 0) return length;
  throw new AppError("request_invalid", `${option} takes a time such as 90s, 30m or 2h, not "${text}".`);
}

/** What comes back may do so a moment late, and before anybody expects it. */
const late = 5_000;
const shortest = 15_000;
const longest = 5 * 60_000;

/** Milliseconds until it is worth looking again: when something comes back or may be read, and every five minutes in any case. */
export function pauseUntil(verdicts: readonly GuardVerdict[], now: Instant): number {
  const next = Math.min(...verdicts.flatMap(({ until }) => (until === undefined ? [] : [until])));
  return Math.min(longest, Math.max(shortest, next + late - now));
}
