import { z } from "zod";
import type { Instant, Spend, Unit } from "../../core/domain/quota.ts";
import { AppError } from "../../core/errors.ts";
import { instant, list, record } from "./lenient.ts";
import { addUp, type Money } from "./money.ts";
import { total } from "./totals.ts";
import { type CalendarSpan, startOf, utcDay, utcMonth } from "./utc-calendar.ts";

/** A day of a report. Its results are of whatever the report counts. */
export interface Day {
  start?: Instant | undefined;
  results: readonly unknown[];
}

const bucketFields = record({ starting_at: instant, start_time: instant, results: list(z.unknown()) });

/**
 * The buckets of a report as Anthropic (`starting_at`) and OpenAI (`start_time`) give them, checked 2026-11-22.
 * A day without use has empty results.
 * @throws provider_unexpected_response when one is not understood: the sum would miss it.
 */
export function toDays(name: string, entries: readonly unknown[]): Day[] {
  return entries.map((entry) => {
    const bucket = bucketFields.parse(entry);
    if (bucket?.results === undefined) {
      throw new AppError("provider_unexpected_response", `${name} answered with a day that has no results.`);
    }
    return { start: bucket.starting_at ?? bucket.start_time, results: bucket.results };
  });
}

/**
 * What was spent over all days, in each currency; undefined before there is a day. `moneyOf` tells that of one result.
 * @throws provider_unexpected_response when that of one is unknown.
 */
export function costSums(
  name: string,
  days: readonly Day[],
  moneyOf: (result: unknown) => Money | undefined,
): ReadonlyMap<Unit, number> | undefined {
  if (days.length === 0) return undefined;
  const sums = addUp(days.flatMap(({ results }) => results.map(moneyOf)));
  if (sums !== undefined) return sums;
  throw new AppError("provider_unexpected_response", `${name} answered with a cost that has no amount.`);
}

/**
 * Tokens of today and of this month (UTC), from a report that begins with the month. `tokensOf` tells those of one
 * result; a sum with an unknown part, or of no days at all, is left out. `classes` names what is counted.
 */
export function tokenReadings(
  days: readonly Day[],
  now: Instant,
  tokensOf: (result: unknown) => number | undefined,
  classes: string,
): Spend[] {
  const today = utcDay(now);
  const daysOfToday = days.filter(
    ({ start }) => start !== undefined && start >= startOf(today) && start < today.resetsAt,
  );
  const counted = (id: string, label: string, of: readonly Day[], span: CalendarSpan): Spend[] => {
    const used = of.length === 0 ? undefined : total(of.flatMap(({ results }) => results.map(tokensOf)));
    return used === undefined
      ? []
      : [{ kind: "spend", id, label: `${label} (${classes})`, unit: "tokens", used, ...span }];
  };
  return [
    ...counted("tokens-today", "Tokens today", daysOfToday, today),
    ...counted("tokens-month", "Tokens this month", days, utcMonth(now)),
  ];
}
