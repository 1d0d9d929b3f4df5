import { z } from "zod";
import type { Quota, Spend, Unit } from "../core/domain/quota.ts";
import { AppError } from "../core/errors.ts";
import { amount, flag, list, record, text, unwrap } from "./kit/lenient.ts";
import { currencyUnit, fromCents } from "./kit/money.ts";
import type { Page } from "./kit/pages.ts";
import type { CalendarSpan } from "./kit/utc-calendar.ts";

type Sums = ReadonlyMap<Unit, number> | undefined;

/** A limit or an alert, in cents; checked 2026-11-22. */
const thresholdFields = record({
  threshold_amount: amount,
  currency: text,
  interval: text,
  enforcement: record({ status: text }),
});

/**
 * What an answer of /spend_limit says of the month: a quota when the limit is enforced, else a cap to show beside
 * the cost. Neither when none is set.
 */
export function limitReading(
  answer: unknown,
  costs: Sums,
  month: CalendarSpan,
): { quota?: Quota | undefined; softLimit?: number | undefined } {
  const told = thresholdFields.parse(unwrap(answer, ["threshold_amount"]));
  const cents = told?.threshold_amount;
  if (told === undefined || cents === undefined || cents <= 0 || !isMonthly(told.interval)) return {};
  const limit = fromCents(cents);
  const unit = currencyUnit(told.currency);
  if (told.enforcement?.status === "inactive") return unit === "usd" ? { softLimit: limit } : {};
  const used = costs?.get(unit);
  return { quota: { kind: "quota", id: "spend-limit", label: "monthly", unit, used, limit, ...month } };
}

const alertsFields = record({ data: list(z.unknown()), has_more: flag, last_id: text });

/** The page in an answer of /spend_alerts. Throws provider_unexpected_response for another shape. */
export function alertPage(name: string, answer: unknown): Page {
  const page = alertsFields.parse(unwrap(answer, ["data"]));
  if (page?.data === undefined) {
    throw new AppError("provider_unexpected_response", `${name} answered without its alerts.`);
  }
  return { entries: page.data, next: page.has_more === true ? page.last_id : undefined };
}

/** The month's cost against each sum at which somebody wants to be told. They stop nothing. */
export function alertReadings(alerts: readonly unknown[], costs: Sums, month: CalendarSpan): Spend[] {
  const readings = new Map<string, Spend>();
  for (const alert of alerts) {
    const told = thresholdFields.parse(alert);
    const cents = told?.threshold_amount;
    if (told === undefined || cents === undefined || cents <= 0 || !isMonthly(told.interval)) continue;
    const unit = currencyUnit(told.currency);
    const used = costs?.get(unit);
    const limit = fromCents(cents);
    const id = `alert-${unit}-${String(limit).replaceAll(/[^0-9]+/g, "-")}`;
    // Several people may be told of the same sum.
    if (used !== undefined)
      readings.set(id, { kind: "spend", id, label: "Spend alert", unit, used, limit, ...month });
  }
  return [...readings.values()];
}

function isMonthly(interval = "month"): boolean {
  return interval === "month";
}
