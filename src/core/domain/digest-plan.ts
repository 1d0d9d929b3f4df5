import type { Calendar } from "./calendar.ts";
import { addDays, type Day, type Days, monthStart } from "./day.ts";
import type { Period } from "./period.ts";
import type { Instant } from "./quota.ts";

/** What one digest is about: the days since the one before, the last seven days, or the month before. */
export type DigestPeriod = "day" | "week" | "month";

/** When a channel gets its digest: at a time of day in the team's zone. */
export interface DigestPlan {
  /** Id of a channel, such as "slack:#ai-quota". */
  channel: string;
  /** "HH:MM" */
  at: string;
  /** "mon" to "sun": on which days of the week. A monthly one comes on the first day of each month instead. */
  days: readonly string[];
  period: DigestPeriod;
  /** Whether it is left out when there is nothing to say. */
  skipEmpty: boolean;
  /** When somebody asked for it from chat; absent: it is configured. */
  since?: Instant | undefined;
}

const weekdays = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/** All days of the week, from Monday on. */
export const everyDay: readonly string[] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/** Whether a plan has a digest on this day. */
function isDigestDay({ period, days }: Pick<DigestPlan, "period" | "days">, day: Day): boolean {
  if (period === "month") return day === monthStart(day);
  return days.includes(weekdays[new Date(`${day}T00:00:00Z`).getUTCDay()] ?? "");
}

/**
 * The day whose digest is due at an instant: from its time of day on to the end of that day. A time that the clocks jump
 * over comes with the jump, one that they show twice the first time. Undefined when none is due.
 */
export function dueDigest(
  plan: DigestPlan,
  now: Instant,
  { days, calendar }: { days: Days; calendar: Calendar },
): Day | undefined {
  const { day } = days.at(now);
  const at = calendar.instantAt(Date.parse(`${day}T${plan.at}:00Z`));
  return isDigestDay(plan, day) && at <= now && (plan.since ?? at) <= at ? day : undefined;
}

/** So many days back a daily digest makes up for days that none has told of. */
const mostDays = 7;

/**
 * The full days that a digest of today tells of: of a daily one those that none has told of yet, yesterday at least.
 *
 * @param told the last day that digests of the channel have told of
 */
export function digestSpan(period: DigestPeriod, today: Day, told?: Day | undefined): Period {
  const yesterday = addDays(today, -1);
  if (period === "month") {
    const from = monthStart(addDays(monthStart(today), -1));
    return { name: from.slice(0, 7), from, to: addDays(monthStart(today), -1) };
  }
  const earliest = addDays(today, -mostDays);
  if (period === "week") return span(earliest, yesterday);
  const next = addDays(told ?? addDays(yesterday, -1), 1);
  const from = next < earliest ? earliest : next;
  return from < yesterday ? span(from, yesterday) : { name: "yesterday", from: yesterday, to: yesterday };
}

function span(from: Day, to: Day): Period {
  return { name: `${from}..${to}`, from, to };
}

/** When a daily digest of this time of day, "HH:MM", comes next after an instant. */
export function nextDigest(
  at: string,
  now: Instant,
  { days, calendar }: { days: Days; calendar: Calendar },
): Instant {
  const { day } = days.at(now);
  const [today = now, tomorrow = now] = [day, addDays(day, 1)].map((one) =>
    calendar.instantAt(Date.parse(`${one}T${at}:00Z`)),
  );
  return today >= now ? today : tomorrow;
}
