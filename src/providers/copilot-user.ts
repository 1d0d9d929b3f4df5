import type { z } from "zod";
import type { Quota, Reading, Spend } from "../core/domain/quota.ts";
import { monthEndingAt } from "../core/domain/window.ts";
import { AppError } from "../core/errors.ts";
import type { ProviderReading } from "../core/provider.ts";
import { amount, dictionary, flag, instant, record, text, unwrap } from "./kit/lenient.ts";
import { slug, titleCase, withDistinctIds } from "./kit/naming.ts";

const snapshot = record({
  entitlement: amount,
  quota_remaining: amount,
  remaining: amount,
  percent_remaining: amount,
  unlimited: flag,
  has_quota: flag,
  overage_count: amount,
  overage_entitlement: amount,
  quota_reset_at: instant,
  token_based_billing: flag,
  credits_used: amount,
});
type Snapshot = NonNullable<z.output<typeof snapshot>>;

const user = record({
  login: text,
  copilot_plan: text,
  access_type_sku: text,
  token_based_billing: flag,
  quota_reset_date_utc: instant,
  quota_reset_date: instant,
  limited_user_reset_date: instant,
  quota_snapshots: dictionary(snapshot),
  limited_user_quotas: dictionary(amount),
  monthly_quotas: dictionary(amount),
});
type User = NonNullable<z.output<typeof user>>;

const quotaKeys = ["quota_snapshots", "limited_user_quotas", "monthly_quotas"];

/**
 * Readings from the answer about a Copilot user (shapes checked 2026-11-22): a monthly quota for each thing that the
 * plan bounds, in AI credits where tokens are billed and in requests elsewhere. What is unlimited or no part of the
 * plan makes no quota. Throws provider_not_applicable for a user without a seat, and
 * provider_unexpected_response for another shape.
 */
export function readCopilotUser(answer: unknown): ProviderReading {
  const body = unwrap(answer, [...quotaKeys, "copilot_plan", "access_type_sku"]);
  const found = user.parse(body);
  if (body === undefined || found === undefined) throw unexpected();
  if (found.access_type_sku === "no_access") throw noSeat();

  const snapshots = [...(found.quota_snapshots ?? [])];
  const plan = planName(found);
  const readings = [
    ...snapshots.flatMap(([key, told]) => snapshotReadings(key, told, found, plan)),
    ...legacyQuotas(found),
  ];
  if (readings.length === 0 && !snapshots.some(([, told]) => isUnderstood(told)) && !saysNoQuota(body)) {
    throw unexpected();
  }
  return { plan, readings: withDistinctIds(readings), owner: found.login };
}

/** The error for a GitHub user who may not use Copilot. */
export function noSeat(): AppError {
  return new AppError(
    "provider_not_applicable",
    "This GitHub user has no Copilot seat: subscribe, ask the organization for one, or use another account.",
  );
}

function snapshotReadings(key: string, told: Snapshot, user: User, plan: string | undefined): Reading[] {
  const { id, scope } = poolOf(key);
  const month = monthOf(told.quota_reset_at ?? resetOf(user));
  // The free plan counts messages, even where it says that it bills tokens.
  const unit = isTokenBilled(told, user) && plan !== "Free" ? "credits" : "requests";
  const spend = (thing: string, counted: Pick<Spend, "unit" | "used" | "limit">): Spend => {
    const label = scope === undefined ? thing : `${thing} (${scope})`;
    return { kind: "spend", id: slug(label), label, ...counted, ...month };
  };

  const readings: Reading[] = [];
  const allowance = allowanceOf(told, unit);
  if (allowance !== undefined) {
    readings.push({ kind: "quota", id, label: "monthly", scope, ...allowance, ...month });
  } else {
    const used =
      positive(told.credits_used) ?? (isPlaceholder(key, told, user) ? told.credits_used : undefined);
    if (used !== undefined) readings.push(spend("AI credits", { unit: "credits", used }));
  }
  const overage = positive(told.overage_count);
  if (overage !== undefined) {
    readings.push(spend("Overage", { unit, used: overage, limit: positive(told.overage_entitlement) }));
  }
  return readings;
}

/** Premium requests are what people mean by their Copilot quota; chat and completions are counted for themselves. */
function poolOf(key: string): { id: string; scope?: string } {
  if (key === "premium_interactions") return { id: "premium" };
  return { id: slug(key), scope: titleCase(key) };
}

/**
 * Undefined for what is unlimited (also told as -1) and for what the plan does not hold (an entitlement of 0). More
 * may be used than the plan allots: then what remains is negative.
 */
function allowanceOf(told: Snapshot, unit: string): Pick<Quota, "unit" | "used" | "limit"> | undefined {
  const { entitlement, percent_remaining: percentLeft } = told;
  if (told.unlimited === true || (entitlement !== undefined && entitlement <= 0)) return undefined;
  const left = told.quota_remaining ?? told.remaining;
  if (entitlement === undefined && (left === -1 || told.has_quota === false)) return undefined;
  if (entitlement !== undefined && left !== undefined) {
    return { unit, used: usedOf(entitlement, left), limit: entitlement };
  }
  if (percentLeft !== undefined) return { unit: "percent", used: usedOf(100, percentLeft), limit: 100 };
  if (entitlement === undefined) return undefined;
  const used = unit === "credits" ? told.credits_used : undefined;
  return { unit, used, limit: entitlement };
}

/** Of the first free plan, which told what remains and what there is each month, both by feature. */
function legacyQuotas(user: User): Quota[] {
  const month = monthOf(user.limited_user_reset_date ?? resetOf(user));
  return [...(user.monthly_quotas ?? [])].flatMap(([key, limit]) => {
    if (limit <= 0 || user.quota_snapshots?.has(key)) return [];
    const left = user.limited_user_quotas?.get(key);
    const used = left === undefined ? undefined : usedOf(limit, left);
    return [{ kind: "quota", label: "monthly", ...poolOf(key), unit: "requests", used, limit, ...month }];
  });
}

function usedOf(limit: number, left: number): number {
  // Six digits hide what binary fractions add: 1500 - 1110.4 would be 389.59999999999997.
  return Math.max(0, Math.round((limit - left) * 1e6) / 1e6);
}

function resetOf(user: User) {
  return user.quota_reset_date_utc ?? user.quota_reset_date ?? user.limited_user_reset_date;
}

function monthOf(resetsAt: number | undefined) {
  return { windowSeconds: resetsAt === undefined ? undefined : monthEndingAt(resetsAt), resetsAt };
}

function isTokenBilled(told: Snapshot, user: User): boolean {
  return told.token_based_billing ?? user.token_based_billing ?? false;
}

/**
 * A seat whose organization pays by use is told an "unlimited" allotment of 0. The count of credits is all there is
 * to tell of it, so it is told even at 0.
 */
function isPlaceholder(key: string, told: Snapshot, user: User): boolean {
  const isNothing = told.unlimited === true && told.entitlement === 0;
  return key === "premium_interactions" && isNothing && isTokenBilled(told, user);
}

function isUnderstood(told: Snapshot): boolean {
  return [told.unlimited, told.entitlement, told.percent_remaining].some((value) => value !== undefined);
}

/** Whether an answer without readings is that of a plan that counts nothing, and not one we misread. */
function saysNoQuota(body: Record<string, unknown>): boolean {
  const isEmpty = (part: unknown) => typeof part === "object" && Object.keys(part ?? {}).length === 0;
  return "quota_snapshots" in body && quotaKeys.every((key) => isEmpty(body[key] ?? {}));
}

/** As GitHub sells it. Personal plans share a word in the answer and differ by product code, or else by allotment. */
function planName(user: User): string | undefined {
  const plan = user.copilot_plan?.toLowerCase();
  const code = user.access_type_sku?.toLowerCase() ?? "";
  const isFirstFree = user.quota_snapshots === undefined && user.limited_user_quotas !== undefined;
  if (plan === "free" || code.startsWith("free_limited") || isFirstFree) return "Free";
  if (plan === "individual_max" || code.startsWith("max_")) return "Max";
  if (plan === "individual_pro" || plan === "pro_plus" || code.startsWith("plus_")) return "Pro+";
  if (plan === "individual") return personalPlan(user);
  if (plan !== undefined) return titleCase(plan);
  return ["Business", "Enterprise"].find((known) => code.includes(known.toLowerCase()));
}

/** Allotments: 1500, 7000 or 20000 AI credits; 300 or 1500 premium requests. */
function personalPlan(user: User): string {
  const premium = user.quota_snapshots?.get("premium_interactions");
  const entitlement = premium?.entitlement ?? 0;
  if (premium === undefined || !isTokenBilled(premium, user)) return entitlement >= 1500 ? "Pro+" : "Pro";
  if (entitlement >= 20_000) return "Max";
  return entitlement >= 7000 ? "Pro+" : "Pro";
}

function positive(count: number | undefined): number | undefined {
  return count !== undefined && count > 0 ? count : undefined;
}

function unexpected(): AppError {
  return new AppError(
    "provider_unexpected_response",
    "GitHub Copilot answered without any quota: its format may have changed.",
  );
}
