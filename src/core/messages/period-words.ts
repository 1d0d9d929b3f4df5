import type { Day } from "../domain/day.ts";
import type { Period } from "../domain/period.ts";

/** When, as the end of a headline: "today", "in the last 7 days", "in November 2026", "from 1 Nov to 15 Nov 2026". */
export function periodWords({ name, from, to }: Period): string {
  if (name === "today" || name === "yesterday") return name;
  if (name === "week" || name === "month") return `this ${name}`;
  const days = /^(\d+)d$/.exec(name)?.[1];
  if (days !== undefined) return days === "1" ? "today" : `in the last ${days} days`;
  if (/^\d{4}-\d\d$/.test(name)) return `in ${monthName(from)}`;
  if (from === to) return `on ${dayName(from)}`;
  return `from ${from.slice(0, 4) === to.slice(0, 4) ? shortDayName(from) : dayName(from)} to ${dayName(to)}`;
}

/** The days of a period for the small print: "22 Nov 2026, so far", "16 Nov to 22 Nov 2026, today so far". */
export function periodSpan({ from, to }: Period, today: Day): string {
  if (from === to) return from === today ? `${dayName(from)}, so far` : dayName(from);
  const span = periodWords({ name: "", from, to }).slice("from ".length);
  return from <= today && today <= to ? `${span}, today so far` : span;
}

/** "November 2026" */
export function monthName(day: Day): string {
  return written(day, { month: "long", year: "numeric" });
}

/** "22 Nov 2026" */
export function dayName(day: Day): string {
  return written(day, { day: "numeric", month: "short", year: "numeric" });
}

/** "22 Nov" */
export function shortDayName(day: Day): string {
  return written(day, { day: "numeric", month: "short" });
}

function written(day: Day, parts: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat("en-GB", { ...parts, timeZone: "UTC" }).format(
    Date.parse(`${day}T00:00:00Z`),
  );
}
