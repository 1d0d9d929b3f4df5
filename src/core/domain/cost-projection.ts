import { addDays, type Day, daysBetween } from "./day.ts";

/** Money of the full days before today, from which the days to come are expected. */
export interface RecentSpend {
  micros: number;
  /** Over how many days, and on how many of them there was use. */
  days: number;
  daysWithUse: number;
}

/** So many days before today tell what the days to come will cost: each weekday once. */
export const recentDays = 7;
/** On fewer days with use nothing is projected. */
export const fewestDays = 3;
/** Use so many days ago tells that today's pause is not the time before the first use. */
const lookBack = 30;

/** The earliest day that `recentSpend` asks about. */
export function recentStart(today: Day): Day {
  return addDays(today, -lookBack);
}

/**
 * The money of the last seven full days, of fewer when the first use in a month was later than that: days before anybody
 * used anything say nothing. Undefined with use on fewer than three of them.
 *
 * @param micros what a day cost; undefined for a day without use
 */
export function recentSpend(today: Day, micros: (day: Day) => number | undefined): RecentSpend | undefined {
  let first = recentStart(today);
  while (first < today && micros(first) === undefined) first = addDays(first, 1);
  const earliest = addDays(today, -recentDays);
  const days = daysBetween(first > earliest ? first : earliest, addDays(today, -1));
  const used = days.map(micros).filter((cost) => cost !== undefined);
  if (used.length < fewestDays) return undefined;
  return {
    micros: used.reduce((sum, cost) => sum + cost, 0),
    days: days.length,
    daysWithUse: used.length,
  };
}

/**
 * Whole micro-dollars by the end of a span that today lies in: what is spent, and the recent mean for each day to come.
 * Today is expected to reach the mean, but to spend no faster than it in what is left of the day. Never less than what
 * is spent.
 */
export function projectSpend(span: {
  /** Spent in the span before today. */
  before: number;
  /** Spent today so far. */
  today: number;
  /** Part of today still to come, from 0 to 1. */
  leftOfToday: number;
  /** Full days of the span after today. */
  daysAfter: number;
  recent: RecentSpend;
}): number {
  const { before, today, leftOfToday, daysAfter, recent } = span;
  const mean = recent.micros / recent.days;
  const allOfToday = Math.max(today, Math.min(mean, today + mean * leftOfToday));
  const toCome = Math.round((recent.micros * daysAfter) / recent.days);
  return before + Math.round(allOfToday) + toCome;
}
