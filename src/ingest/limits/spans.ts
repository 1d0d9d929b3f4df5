import type { Instant } from "../../core/domain/quota.ts";
import { inRange, readInstant } from "../instant.ts";
import { readNumber } from "../values.ts";

const units: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds of a span as servers write it, "1h2m3.5s", "120ms", "34.07s", "2 minutes"; undefined for other text. */
export function readSpan(text: string): number | undefined {
  const compact = text
    .trim()
    .toLowerCase()
    .replace(/\s*(seconds?|secs?)\b/g, "s")
    .replace(/\s*(minutes?|mins?)\b/g, "m")
    .replace(/\s*(hours?|hrs?)\b/g, "h")
    .replace(/\s*days?\b/g, "d")
    .replace(/\s+/g, "");
  if (compact.length > 60 || !/^(\d+(\.\d+)?(ms|d|h|m|s))+$/.test(compact)) return undefined;
  let total = 0;
  for (const [, count, unit = ""] of compact.matchAll(/(\d+(?:\.\d+)?)(ms|d|h|m|s)/g)) {
    total += Number(count) * (units[unit] ?? 0);
  }
  return Math.ceil(total);
}

/** A span in seconds, or an HTTP date, as `Retry-After` has it; 0 and what is past say nothing. */
export function readRetryAfter(text: string | undefined, at: Instant): Instant | undefined {
  if (text === undefined) return undefined;
  const seconds = readNumber(text);
  return later(seconds === undefined ? Date.parse(text) : at + seconds * 1_000, at);
}

/** When something starts over, however a server writes it: a span, seconds from now, an epoch, or ISO 8601. */
export function readReset(text: string | undefined, at: Instant): Instant | undefined {
  if (text === undefined) return undefined;
  const number = readNumber(text);
  if (number !== undefined && number < 1e9) return later(at + number * 1_000, at);
  const span = readSpan(text);
  return later(span === undefined ? readInstant(text) : at + span, at);
}

/** The instant, if it makes sense and lies after the other. */
export function later(instant: number | undefined, at: Instant): Instant | undefined {
  const known = instant === undefined || Number.isNaN(instant) ? undefined : inRange(Math.ceil(instant));
  return known !== undefined && known > at ? known : undefined;
}
