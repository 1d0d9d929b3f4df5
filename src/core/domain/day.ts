import { createCalendar } from "./calendar.ts";
import type { Instant } from "./quota.ts";

/** A calendar day, "2026-11-22". Days compare and sort as text. */
export type Day = string;

/** The days of one time zone. A day has 23 or 25 hours when the clocks change. */
export interface Days {
  /** The day, and the hour from 0 to 23, that clocks on the wall show at an instant. */
  at(instant: Instant): { day: Day; hour: number };
  /** Its first instant: midnight, or where the clocks jump over midnight, the jump. */
  start(day: Day): Instant;
}

const quarter = 15 * 60_000;
const mostRemembered = 2_000;

/**
 * The days of an IANA time zone.
 *
 * @throws RangeError for a name that is not one of a time zone
 */
export function createDays(zone: string): Days {
  const calendar = createCalendar(zone);
  // Clocks change on the quarter, so all of a quarter shares one day and hour. Asking the calendar is slow.
  const known = new Map<number, { day: Day; hour: number }>();
  return {
    at(instant) {
      const slot = Math.floor(instant / quarter);
      const remembered = known.get(slot);
      if (remembered !== undefined) return remembered;
      const wall = new Date(calendar.wallAt(slot * quarter));
      const found = { day: dayText(wall.getTime()), hour: wall.getUTCHours() };
      if (known.size >= mostRemembered) known.clear();
      known.set(slot, found);
      return found;
    },
    start: (day) => calendar.instantAt(Date.parse(`${day}T00:00:00Z`)),
  };
}

/** The day so many days later; earlier when negative. */
export function addDays(day: Day, count: number): Day {
  return dayText(Date.parse(`${day}T00:00:00Z`) + count * 86_400_000);
}

/** All days from the first to the last, both included; none when the last comes before the first. */
export function daysBetween(first: Day, last: Day): Day[] {
  const days: Day[] = [];
  for (let day = first; day <= last; day = addDays(day, 1)) days.push(day);
  return days;
}

/** Whether the text is a day that exists. */
export function isDay(text: string): boolean {
  const instant = Date.parse(`${text}T00:00:00Z`);
  return /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(instant) && dayText(instant) === text;
}

/** The first day of the month that a day lies in. */
export function monthStart(day: Day): Day {
  return `${day.slice(0, 7)}-01`;
}

/** The last day of the month that a day lies in. */
export function monthEnd(day: Day): Day {
  return addDays(monthStart(addDays(monthStart(day), 31)), -1);
}

/** The Monday of the week that a day lies in. */
export function weekStart(day: Day): Day {
  const weekday = (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7;
  return addDays(day, -weekday);
}

function dayText(instant: number): Day {
  return new Date(instant).toISOString().slice(0, 10);
}
