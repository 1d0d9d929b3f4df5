import type { z } from "zod";
import type { Reading } from "../core/domain/quota.ts";
import { amount, flag, record, text } from "./kit/lenient.ts";
import { currencyUnit, fromCents } from "./kit/money.ts";

const centsFields = record({ currency: text, priceInCents: amount });

/** The prepaid wallet that pays for use beyond the plan; checked 2026-11-22. */
export const boosterFields = record({
  /** In millionths of a cent. */
  balance: record({ amountLeft: amount }),
  monthlyChargeLimitEnabled: flag,
  monthlyChargeLimit: centsFields,
  monthlyUsed: centsFields,
});

/** What is left in the wallet, and what it paid this month. A monthly limit of 0 is none. */
export function boosterReadings(wallet: z.output<typeof boosterFields>): Reading[] {
  const { balance, monthlyUsed, monthlyChargeLimit, monthlyChargeLimitEnabled } = wallet ?? {};
  const unit = currencyUnit(monthlyChargeLimit?.currency ?? monthlyUsed?.currency);
  const readings: Reading[] = [];
  if (balance?.amountLeft !== undefined) {
    const remaining = fromCents(balance.amountLeft / 1e6);
    readings.push({ kind: "balance", id: "booster", label: "Booster", unit, remaining });
  }
  const used = monthlyUsed?.priceInCents;
  if (used !== undefined && used >= 0) {
    const cap = monthlyChargeLimitEnabled === false ? undefined : monthlyChargeLimit?.priceInCents;
    const limit = cap === undefined || cap <= 0 ? undefined : fromCents(cap);
    readings.push({
      kind: "spend",
      id: "booster-month",
      label: "Booster this month",
      unit,
      used: fromCents(used),
      limit,
    });
  }
  return readings;
}
