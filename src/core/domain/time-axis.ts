import type { Calendar } from "./calendar.ts";
import type { Instant } from "./quota.ts";

/** A mark on an axis of time: whether it stands for a time of the day or for a day. */
export interface TimeMark {
  at: Instant;
  unit: "hour" | "day";
}

const hour = 3_600_000;
const day = 24 * hour;
const steps = [1, 2, 3, 4, 6, 12].map((hours) => hours * hour);
const daySteps = [1, 2, 5, 7, 14, 30, 61].map((days) => days * day);

/**
 * At most so many marks between two instants, at round times on the clocks of a zone: so they stand closer together or
 * further apart where the clocks change.
 */
export function timeMarks(from: Instant, to: Instant, calendar: Calendar, most: number): TimeMark[] {
  const step = [...steps, ...daySteps].find((length) => (to - from) / length <= most) ?? 122 * day;
  const marks: TimeMark[] = [];
  const first = Math.ceil(calendar.wallAt(from) / step) * step;
  for (let wall = first; wall <= calendar.wallAt(to) + hour; wall += step) {
    const at = calendar.instantAt(wall);
    if (at < from || at > to || at <= (marks.at(-1)?.at ?? Number.NEGATIVE_INFINITY)) continue;
    marks.push({ at, unit: step >= day || calendar.wallAt(at) % day === 0 ? "day" : "hour" });
  }
  return marks;
}
