import type { z } from "zod";
import type { Reading, Spend } from "../core/domain/quota.ts";
import { amount, flag, record, text } from "./kit/lenient.ts";

/** Money in minor units: 1233 with exponent 2 is 12.33. */
const moneyFields = record({ amount_minor: amount, currency: text, exponent: amount });
type Money = NonNullable<z.output<typeof moneyFields>>;

const answerFields = record({
  extra_usage: record({
    is_enabled: flag,
    monthly_limit: amount,
    used_credits: amount,
    utilization: amount,
    currency: text,
    decimal_places: amount,
  }),
  spend: record({ enabled: flag, used: moneyFields, limit: moneyFields, balance: moneyFields }),
});
type Answer = NonNullable<z.output<typeof answerFields>>;

/** What was paid beyond the plan this month, and the prepaid balance, from an answer of /api/oauth/usage. */
export function moneyReadings(answer: unknown): Reading[] {
  const { extra_usage: extra, spend } = answerFields.parse(answer) ?? {};
  // Both tell of the same pool.
  const pool = extra === undefined ? fromSpend(spend) : fromExtraUsage(extra);
  const readings: Reading[] = pool === undefined ? [] : [pool];
  const remaining = toMajor(spend?.balance);
  if (remaining !== undefined) {
    const unit = unitOf(spend?.balance?.currency);
    readings.push({ kind: "balance", id: "credits", label: "Credits", unit, remaining });
  }
  return readings;
}

function fromExtraUsage(extra: NonNullable<Answer["extra_usage"]>): Spend | undefined {
  const money = (minor: number | undefined) =>
    minor === undefined
      ? undefined
      : { amount_minor: minor, currency: extra.currency, exponent: extra.decimal_places };
  const limit = toMajor(money(extra.monthly_limit));
  const share =
    extra.utilization === undefined || limit === undefined ? undefined : (extra.utilization / 100) * limit;
  return pool(extra.is_enabled, toMajor(money(extra.used_credits)) ?? share, limit, extra.currency);
}

function fromSpend(spend: Answer["spend"]): Spend | undefined {
  if (spend === undefined) return undefined;
  const currency = spend.used?.currency ?? spend.limit?.currency;
  return pool(spend.enabled, toMajor(spend.used), toMajor(spend.limit), currency);
}

/** A limit of 0 means that there is no pool, none at all that it has no ceiling. */
function pool(
  enabled: boolean | undefined,
  used: number | undefined,
  limit: number | undefined,
  currency: string | undefined,
): Spend | undefined {
  if (enabled === false || used === undefined || used < 0 || (limit !== undefined && limit <= 0))
    return undefined;
  return { kind: "spend", id: "extra-usage", label: "Extra usage", unit: unitOf(currency), used, limit };
}

function toMajor(money: Money | undefined): number | undefined {
  if (money?.amount_minor === undefined) return undefined;
  const { exponent = 2 } = money;
  const places = Number.isInteger(exponent) && exponent >= 0 && exponent <= 6 ? exponent : 2;
  return money.amount_minor / 10 ** places;
}

function unitOf(currency = "usd"): string {
  return /^[a-z]{3}$/i.test(currency) ? currency.toLowerCase() : "usd";
}
