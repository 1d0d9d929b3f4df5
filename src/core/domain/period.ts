import { addDays, type Day, isDay, monthEnd, monthStart, weekStart } from "./day.ts";

/** A span of days, both included, as somebody named it. */
export interface Period {
  /** As typed: "today", "7d", "2026-11". */
  name: string;
  from: Day;
  to: Day;
}

/** What periods look like, for help and error messages. */
export const periodExamples =
  "today, yesterday, week, month, 7d, 30d, 2026-11, 2026-11-03 or 2026-11-01..2026-11-15";

const mostDays = 3_661;

/**
 * The period that a text names, seen from today. `week` and `month` are the current ones up to today, "7d" the last
 * seven days with today. Undefined for any other text, and for spans of more than 3,661 days (ten years) or that end before they begin.
 */
export function parsePeriod(text: string, today: Day): Period | undefined {
  const name = text.trim().toLowerCase();
  const found = spanOf(name, today);
  return found === undefined || spanFault(found) !== undefined ? undefined : { name, ...found };
}

/** Why a text names no period, as what is said of it: "ends before it begins". */
export function periodFault(text: string, today: Day): string {
  const found = spanOf(text.trim().toLowerCase(), today);
  return (found && spanFault(found)) ?? "is no period";
}

function spanFault({ from, to }: { from: Day; to: Day }): string | undefined {
  if (to < from) return "ends before it begins";
  return to >= addDays(from, mostDays)
    ? `is longer than ${mostDays.toLocaleString("en-US")} days`
    : undefined;
}

function spanOf(name: string, today: Day): { from: Day; to: Day } | undefined {
  if (name === "today") return { from: today, to: today };
  if (name === "yesterday") return { from: addDays(today, -1), to: addDays(today, -1) };
  if (name === "week") return { from: weekStart(today), to: today };
  if (name === "month") return { from: monthStart(today), to: today };
  const days = /^(\d{1,4})d$/.exec(name)?.[1];
  if (days !== undefined)
    return Number(days) > 0 ? { from: addDays(today, 1 - Number(days)), to: today } : undefined;
  if (/^\d{4}-\d\d$/.test(name) && isDay(`${name}-01`))
    return { from: `${name}-01`, to: monthEnd(`${name}-01`) };
  if (isDay(name)) return { from: name, to: name };
  const [from = "", to = "", ...rest] = name.split("..");
  return rest.length === 0 && isDay(from) && isDay(to) ? { from, to } : undefined;
}
