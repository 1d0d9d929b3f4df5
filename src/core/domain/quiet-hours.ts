import { type Calendar, createCalendar } from "./calendar.ts";
import { createMemo } from "./memo.ts";
import type { Instant } from "./quota.ts";

/** A part of the day in which nothing but what is urgent is posted. */
export interface QuietHours {
  /** "HH:MM"; when `to` is not later, it is on the next day. */
  from: string;
  to: string;
  /** IANA name of a time zone. */
  zone: string;
}

/**
 * When the quiet hours that `now` lies in end; undefined when it lies in none. Where the clocks change, a time that they
 * jump over comes with the jump.
 */
export function quietUntil({ from, to, zone }: QuietHours, now: Instant): Instant | undefined {
  const calendar = calendars.get(zone, () => createCalendar(zone));
  const shown = new Date(calendar.wallAt(now));
  const midnight = Date.UTC(shown.getUTCFullYear(), shown.getUTCMonth(), shown.getUTCDate());
  for (const date of [midnight - day, midnight]) {
    const start = calendar.instantAt(date + timeOf(from));
    const end = calendar.instantAt(date + timeOf(to) + (timeOf(to) > timeOf(from) ? 0 : day));
    if (start <= now && now < end) return end;
  }
  return undefined;
}

const day = 86_400_000;
/** Making a calendar takes longer than asking it. */
const calendars = createMemo<Calendar>(100);

function timeOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(":").map(Number);
  return (hours * 60 + minutes) * 60_000;
}
