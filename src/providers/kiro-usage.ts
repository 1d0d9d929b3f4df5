import { z } from "zod";
import type { Instant, Quota, Reading, Spend } from "../core/domain/quota.ts";
import { monthEndingAt } from "../core/domain/window.ts";
import { AppError } from "../core/errors.ts";
import type { ProviderReading } from "../core/provider.ts";
import { amount, instant, list, record, text, unwrap } from "./kit/lenient.ts";
import { currencyUnit } from "./kit/money.ts";
import { titleCase } from "./kit/naming.ts";

const usage = { currentUsage: amount, currentUsageWithPrecision: amount };
const limit = { usageLimit: amount, usageLimitWithPrecision: amount };

/** An entry of `usageBreakdownList`; checked 2026-11-22. */
const breakdown = record({
  resourceType: text,
  displayName: text,
  /** Overage included. */
  ...usage,
  ...limit,
  currentOverages: amount,
  currentOveragesWithPrecision: amount,
  overageCap: amount,
  overageCapWithPrecision: amount,
  /** Money for one credit. */
  overageRate: amount,
  overageCharges: amount,
  currency: text,
  nextDateReset: instant,
  bonuses: list(z.unknown()),
  freeTrialInfo: record({ ...usage, ...limit, freeTrialStatus: text }),
});
type Breakdown = NonNullable<z.output<typeof breakdown>>;

const answerFields = record({
  nextDateReset: instant,
  usageBreakdownList: list(breakdown),
  overageConfiguration: record({ overageStatus: text }),
  subscriptionInfo: record({ subscriptionTitle: text, type: text }),
  userInfo: record({ userId: text }),
});
type Answer = NonNullable<z.output<typeof answerFields>>;

/**
 * The plan's credits of the month, what was used beyond them, and what is left of a trial.
 * @throws provider_unexpected_response when the answer tells no credits, or more than one kind of them.
 */
export function readKiroUsage(answer: unknown): ProviderReading {
  const found = answerFields.parse(unwrap(answer, ["usageBreakdownList"]));
  const rows = found?.usageBreakdownList?.filter(countsCredits) ?? [];
  const [row, another] = rows;
  if (found === undefined || row === undefined) throw unexpected("Kiro answered without credits.");
  if (another !== undefined) {
    throw unexpected("Kiro tells more than one kind of credits, and not which of them the plan is.");
  }
  const resetsAt = row.nextDateReset ?? found.nextDateReset;
  const month = { windowSeconds: resetsAt === undefined ? undefined : monthEndingAt(resetsAt), resetsAt };
  const credits = planCredits(row, month);
  const readings: Reading[] = [credits, ...overage(row, found, month), trial(row)].filter(
    (reading) => reading !== undefined,
  );
  if (readings.length === 0) throw unexpected("Kiro answered without credits.");
  return { plan: planName(found), readings, owner: found.userInfo?.userId };
}

interface Month {
  windowSeconds: number | undefined;
  resetsAt: Instant | undefined;
}

function countsCredits({ resourceType, displayName }: Breakdown): boolean {
  return /^credits?$/i.test(resourceType ?? displayName ?? "credit");
}

function planCredits(row: Breakdown, month: Month): Quota | undefined {
  const limit = row.usageLimitWithPrecision ?? row.usageLimit;
  const total = row.currentUsageWithPrecision ?? row.currentUsage;
  if (limit === undefined && total === undefined) return undefined;
  // What bonus credits paid for is in the total, and is not told apart.
  const mixed = row.bonuses !== undefined && row.bonuses.length > 0;
  const used = total === undefined || mixed ? undefined : exact(total - (overagesOf(row) ?? 0));
  return {
    kind: "quota",
    id: "credits",
    label: "monthly",
    ...month,
    unit: "credits",
    used: used !== undefined && used >= 0 ? used : undefined,
    limit: limit !== undefined && limit > 0 ? limit : undefined,
  };
}

function overagesOf(row: Breakdown): number | undefined {
  return row.currentOveragesWithPrecision ?? row.currentOverages;
}

/** In credits, and in money where its price is told. Switching it off does not undo what was used. */
function overage(row: Breakdown, { overageConfiguration }: Answer, month: Month): Spend[] {
  const used = overagesOf(row);
  const status = overageConfiguration?.overageStatus?.toUpperCase();
  if (used === undefined || used < 0 || (used === 0 && status !== "ENABLED")) return [];
  const told = row.overageCapWithPrecision ?? row.overageCap;
  const cap = told === undefined || told <= 0 || status === "DISABLED" ? undefined : told;
  const credits: Spend = {
    kind: "spend",
    id: "overage",
    label: "Overage",
    ...month,
    unit: "credits",
    used,
    limit: cap,
  };
  const charges = row.overageCharges;
  if (charges === undefined || charges < 0) return [credits];
  const limit = cap === undefined || row.overageRate === undefined ? undefined : exact(cap * row.overageRate);
  const unit = currencyUnit(row.currency);
  return [
    credits,
    { ...credits, id: "overage-cost", label: "Overage cost", unit, used: exact(charges), limit },
  ];
}

/** Credits on top of the plan's, once. A trial that is over or used up stops nobody, so it is none. */
function trial({ freeTrialInfo: told }: Breakdown): Quota | undefined {
  const limit = told?.usageLimitWithPrecision ?? told?.usageLimit;
  const used = told?.currentUsageWithPrecision ?? told?.currentUsage;
  if (told?.freeTrialStatus?.toUpperCase() !== "ACTIVE" || limit === undefined || limit <= 0)
    return undefined;
  if (used !== undefined && used >= limit) return undefined;
  return {
    kind: "quota",
    id: "trial",
    label: "one-time",
    scope: "Free trial",
    unit: "credits",
    used: used !== undefined && used >= 0 ? used : undefined,
    limit,
  };
}

/** "Power" of "KIRO POWER" or, without a title, of "Q_DEVELOPER_STANDALONE_POWER". */
function planName({ subscriptionInfo }: Answer): string | undefined {
  const { subscriptionTitle, type } = subscriptionInfo ?? {};
  const told = subscriptionTitle ?? type?.replace(/^Q_DEVELOPER_STANDALONE_/i, "");
  const name = told?.replace(/^KIRO\s+/i, "").toLowerCase();
  return name === undefined || name === "" ? undefined : titleCase(name);
}

/** Without the noise that binary fractions leave in differences and products. */
function exact(value: number): number {
  return Number(value.toFixed(6));
}

function unexpected(message: string): AppError {
  return new AppError("provider_unexpected_response", message);
}
