import type { Instant } from "../../core/domain/quota.ts";
import { day, monthEndingAt, startOfNextMonth, week } from "../../core/domain/window.ts";

/** A calendar window in UTC that is under way: its whole length, and when it starts over. */
export interface CalendarSpan {
  windowSeconds: number;
  resetsAt: Instant;
}

/** The day, from midnight. */
export function utcDay(now: Instant): CalendarSpan {
  return { windowSeconds: day, resetsAt: (Math.floor(now / 1000 / day) + 1) * day * 1000 };
}

/** The week, from Monday. */
export function utcWeek(now: Instant): CalendarSpan {
  // The clock began on a Thursday, three days into a week.
  const weeks = Math.floor((now / 1000 + 3 * day) / week) + 1;
  return { windowSeconds: week, resetsAt: (weeks * week - 3 * day) * 1000 };
}

/** The calendar month. */
export function utcMonth(now: Instant): CalendarSpan {
  const resetsAt = startOfNextMonth(now);
  return { windowSeconds: monthEndingAt(resetsAt), resetsAt };
}

/** The first instant of a window that is under way. */
export function startOf({ windowSeconds, resetsAt }: CalendarSpan): Instant {
  return resetsAt - windowSeconds * 1000;
}
