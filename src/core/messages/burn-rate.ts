import type { BurnRate } from "../domain/burn-rate.ts";
import type { Text } from "../domain/message.ts";
import { type Instant, type Quota, remainingPercent } from "../domain/quota.ts";
import { day } from "../domain/window.ts";
import type { AccountReport } from "../services/quota-report.ts";
import { count, duration, quantity } from "./format.ts";
import { windowName } from "./quota-table.ts";

/**
 * How fast a quota is used and whether it lasts until its reset, with what that rests on. Undefined when there is nothing
 * to say: none of it is used, none is left, or its numbers are too old.
 */
export function burnRateText(quota: Quota, report: AccountReport, at: Instant): Text | undefined {
  const left = remainingPercent(quota);
  if (!quota.used || left === undefined || left === 0) return undefined;
  const name = windowName(quota);
  const pace = report.paces.get(quota);
  if (pace === undefined) {
    const fresh = quota.counted !== undefined || (report.fetchedAt !== undefined && !report.stale);
    if (!fresh || quota.resetsAt === undefined || quota.resetsAt <= at) return undefined;
    return `${name}: not enough data to say whether it lasts until the reset.`;
  }
  const basis = `(${burnRateBasis(pace)})`;
  const { projection } = pace;
  if (projection === undefined) {
    if (pace.perHour <= 0) return undefined;
    const lasts = quota.resetsAt === undefined ? "" : "lasts until its reset at ";
    return `${name}: ${lasts}${rateText(pace, quota)} ${basis}.`;
  }
  const before = `, ${duration(projection.beforeReset)} before the reset ${basis}.`;
  if (projection.runsOutAt <= at) return `${name}: at this rate it has run out by now${before}`;
  return [`${name}: runs out `, { instant: projection.runsOutAt, style: "countdown" }, before];
}

/** What a rate was measured from: "last 50 min, 11 samples", "mean of 3 h". */
export function burnRateBasis({ measuredOver, samples }: BurnRate): string {
  return samples === undefined
    ? `mean of ${duration(measuredOver)}`
    : `last ${duration(measuredOver)}, ${count(samples, "sample")}`;
}

/** "12.5% an hour"; means over days by the day. */
function rateText({ perHour, samples, measuredOver }: BurnRate, { unit }: Quota): string {
  const daily = samples === undefined && measuredOver > 2 * day * 1000;
  const rate = Number((perHour * (daily ? 24 : 1)).toPrecision(3));
  const per = daily ? "a day" : "an hour";
  const least = unit === "usd" ? 0.01 : 0.1;
  return rate < least ? `less than ${quantity(least, unit)} ${per}` : `${quantity(rate, unit)} ${per}`;
}
