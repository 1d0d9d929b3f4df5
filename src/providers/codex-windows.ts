import type { z } from "zod";
import type { Instant, Quota } from "../core/domain/quota.ts";
import { day, hour, minute, week, windowLabel } from "../core/domain/window.ts";
import { amount, dictionary, flag, instant, record, toInstant } from "./kit/lenient.ts";
import { slug } from "./kit/naming.ts";

/** How Codex tells when something starts over; for `record`. */
export const resetFields = { reset_at: instant, resets_at: instant, reset_after_seconds: amount };

const rateWindow = record({
  ...resetFields,
  used_percent: amount,
  limit_window_seconds: amount,
  window_duration_mins: amount,
  window_minutes: amount,
});
type RateWindow = NonNullable<z.output<typeof rateWindow>>;

/** The windows of one pool, from its `rate_limit`. What cannot be read is left out. */
export function quotasOf(rateLimit: unknown, pool: string | undefined, now: Instant): readonly Quota[] {
  const quotas = [...(dictionary(rateWindow).parse(rateLimit) ?? [])].flatMap(([key, window]) => {
    const slot = /^([a-z]\w*)_window$|^(primary|secondary)$/.exec(key);
    return slot === null ? [] : (quotaOf(slot[1] ?? key, window, pool, now) ?? []);
  });
  const state = record({ allowed: flag, limit_reached: flag }).parse(rateLimit);
  const blocked = state?.allowed === false || state?.limit_reached === true;
  return blocked ? exhausted(quotas, pool) : quotas;
}

const usualLengths = new Map([
  ["primary", 5 * hour],
  ["secondary", week],
]);

/**
 * A window is named by its length: the same slot holds 5 hours for one account and a week for the next. Only where
 * the length is missing, the slot has to tell. Undefined when nothing is known of the window.
 */
function quotaOf(
  slot: string,
  window: RateWindow,
  pool: string | undefined,
  now: Instant,
): Quota | undefined {
  const length = lengthOf(window);
  const resetsAt = resetOf(window, now);
  if (length === undefined && resetsAt === undefined && window.used_percent === undefined) return undefined;
  const windowSeconds = length ?? usualLengths.get(slot);
  const label = windowSeconds === undefined ? slot.replaceAll("_", " ") : windowLabel(windowSeconds);
  const id = idOf(label, pool);
  return { ...percentUsed(window.used_percent), id, label, windowSeconds, scope: pool, resetsAt };
}

/**
 * The provider says that this pool is used up, which counts more than its percentages. A window at 100 explains it.
 * Where none is, those of unknown use are taken to be full, or else the fullest, of equal ones the longest. So the
 * pool is never shown as usable, and no window as full without need.
 */
function exhausted(quotas: readonly Quota[], pool: string | undefined): readonly Quota[] {
  if (quotas.length === 0) {
    return [{ ...percentUsed(100), id: idOf("rate-limit", pool), label: "rate limit", scope: pool }];
  }
  if (quotas.some(({ used }) => used !== undefined && used >= 100)) return quotas;
  const unknown = quotas.filter(({ used }) => used === undefined);
  const [fullest] = quotas.toSorted(
    (a, b) => (b.used ?? 0) - (a.used ?? 0) || (b.windowSeconds ?? 0) - (a.windowSeconds ?? 0),
  );
  const full = unknown.length > 0 ? unknown : [fullest];
  return quotas.map((quota) => (full.includes(quota) ? { ...quota, used: 100 } : quota));
}

/** A percentage as a quota; a negative one stands for unknown. */
export function percentUsed(percent: number | undefined) {
  return { kind: "quota", unit: "percent", used: notNegative(percent), limit: 100 } as const;
}

function idOf(label: string, pool: string | undefined): string {
  return pool === undefined ? slug(label) : `${slug(pool)}-${slug(label)}`;
}

/** Seconds; to the whole hour where they are off by up to a minute (299 minutes have been seen for 5 hours). */
function lengthOf(window: RateWindow): number | undefined {
  const minutes = window.window_duration_mins ?? window.window_minutes;
  const seconds = window.limit_window_seconds ?? (minutes === undefined ? undefined : minutes * minute);
  if (seconds === undefined || seconds < 1 || seconds > 366 * day) return undefined;
  const hours = Math.round(seconds / hour) * hour;
  return hours > 0 && Math.abs(hours - seconds) <= minute ? hours : Math.round(seconds);
}

/** The instant it starts over: the one told or, where only the wait is, counted from now. */
export function resetOf(told: z.output<z.ZodObject<typeof resetFields>>, now: Instant): Instant | undefined {
  const wait = told.reset_after_seconds;
  const ahead = wait !== undefined && wait > 0 ? toInstant(now + wait * 1000) : undefined;
  return told.reset_at ?? told.resets_at ?? ahead;
}

/** A negative count stands for "not known". */
export function notNegative(count: number | undefined): number | undefined {
  return count !== undefined && count >= 0 ? count : undefined;
}
