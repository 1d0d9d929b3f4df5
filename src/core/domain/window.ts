import type { Instant } from "./quota.ts";

export const minute = 60;
export const hour = 60 * minute;
export const day = 24 * hour;
export const week = 7 * day;

/**
 * What people call a window of this length: "5-hour", "daily", "weekly", "monthly". Providers round months
 * differently, so 28 to 31 days are a month.
 */
export function windowLabel(seconds: number): string {
  if (seconds === hour) return "hourly";
  if (seconds === day) return "daily";
  if (seconds === week) return "weekly";
  if (seconds >= 28 * day && seconds <= 31 * day) return "monthly";
  if (seconds % day === 0) return `${seconds / day}-day`;
  if (seconds % hour === 0) return `${seconds / hour}-hour`;
  if (seconds % minute === 0) return `${seconds / minute}-minute`;
  return `${seconds}-second`;
}

/** Two resets at most 10 minutes apart are the same one: providers compute them anew for every answer. */
export function isSameReset(a: Instant, b: Instant): boolean {
  return Math.abs(a - b) <= 10 * minute * 1000;
}

/** Length in seconds of the calendar month (UTC) that ends at this reset. */
export function monthEndingAt(resetsAt: Instant): number {
  const end = new Date(resetsAt);
  const start = new Date(end);
  start.setUTCMonth(start.getUTCMonth() - 1);
  // A month that lacks the day (31 March -> "31 February") overflows into the next one: take its last day.
  if (start.getUTCMonth() === end.getUTCMonth()) start.setUTCDate(0);
  return (end.getTime() - start.getTime()) / 1000;
}

/** The first instant of the calendar month (UTC) after this one. */
export function startOfNextMonth(now: Instant): Instant {
  const date = new Date(now);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1);
}
