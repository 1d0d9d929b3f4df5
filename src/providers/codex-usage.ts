import { z } from "zod";
import type { Instant, Quota, Reading } from "../core/domain/quota.ts";
import { monthEndingAt } from "../core/domain/window.ts";
import { AppError } from "../core/errors.ts";
import type { ProviderReading } from "../core/provider.ts";
import { notNegative, percentUsed, quotasOf, resetFields, resetOf } from "./codex-windows.ts";
import { amount, flag, list, record, text, unwrap } from "./kit/lenient.ts";
import { titleCase } from "./kit/naming.ts";

const individualLimit = record({
  ...resetFields,
  limit: amount,
  used: amount,
  remaining: amount,
  used_percent: amount,
  remaining_percent: amount,
});

const creditDetails = record({ has_credits: flag, unlimited: flag, balance: amount });

const usage = record({
  account_id: text,
  user_id: text,
  plan_type: text,
  rate_limit: z.unknown(),
  code_review_rate_limit: z.unknown(),
  additional_rate_limits: list(record({ limit_name: text, metered_feature: text, rate_limit: z.unknown() })),
  spend_control: record({ reached: flag, individual_limit: individualLimit }),
  individual_limit: individualLimit,
  credits: creditDetails,
});

/** The parts of an answer that tell limits, if only with null. */
const limitKeys = [
  "rate_limit",
  "rate_limits",
  "spend_control",
  "additional_rate_limits",
  "code_review_rate_limit",
];

/**
 * Readings from an answer of Codex's usage endpoint (shapes checked 2026-11-22): windows in percent, the cap of a
 * workspace and the balance in credits. Keys may be in camel case, as the CLI's own server writes them. An account
 * without any limit has no readings. Ids may repeat. Throws provider_unexpected_response for another shape.
 */
export function readCodexUsage(answer: unknown, now: Instant): ProviderReading {
  const body = flatten(unwrap(snakeKeys(answer), [...limitKeys, "credits"]));
  const found = usage.parse(body);
  if (body === undefined || found === undefined) throw unexpected();

  const windows = quotasOf(found.rate_limit, undefined, now);
  const cap = found.spend_control?.individual_limit ?? found.individual_limit;
  const spending = cap && spendLimit(cap, found.spend_control?.reached === true, now);
  const readings: Reading[] = [
    ...windows,
    // Beside windows the cap counts only what is used beyond them, so it is a pool of its own.
    ...(spending === undefined ? [] : [{ ...spending, scope: windows.length > 0 ? "Credits" : undefined }]),
    ...(found.additional_rate_limits ?? []).flatMap(({ limit_name, metered_feature, rate_limit }) =>
      quotasOf(rate_limit, limit_name ?? metered_feature ?? "Other models", now),
    ),
    ...quotasOf(found.code_review_rate_limit, "Code review", now),
    ...creditBalance(found.credits),
  ];
  if (readings.length === 0 && !saysNoLimit(body)) throw unexpected();
  const type = found.plan_type;
  return {
    plan: type && (planNames.get(type.toLowerCase()) ?? titleCase(type)),
    readings,
    // The seats of one workspace have quotas of their own.
    owner: found.account_id && found.user_id && `${found.account_id} ${found.user_id}`,
  };
}

/** The cap on one person's credits in a workspace. Some workspaces are told only percentages of it. */
function spendLimit(
  told: NonNullable<z.output<typeof individualLimit>>,
  reached: boolean,
  now: Instant,
): Quota | undefined {
  const resetsAt = resetOf(told, now);
  const limit = notNegative(told.limit);
  const used = notNegative(told.used) ?? notNegative(difference(limit, told.remaining));
  const percent = notNegative(told.used_percent) ?? notNegative(difference(100, told.remaining_percent));
  const inCredits = used !== undefined && limit !== undefined && limit > 0;
  let counted: Pick<Quota, "unit" | "used" | "limit"> = { unit: "credits", used, limit };
  if (!inCredits && percent !== undefined) counted = percentUsed(percent);
  else if (limit === undefined && reached) counted = percentUsed(100);
  else if (limit === undefined && used === undefined) return undefined;
  if (reached) counted = { ...counted, used: Math.max(counted.used ?? 0, counted.limit ?? 0) };
  const windowSeconds = resetsAt === undefined ? undefined : monthEndingAt(resetsAt);
  return { ...counted, kind: "quota", id: "spend-limit", label: "monthly", windowSeconds, resetsAt };
}

/** Bought credits. Accounts that have none are told a balance of 0 or null, which is no news. */
function creditBalance(credits: z.output<typeof creditDetails>): Reading[] {
  const { has_credits, unlimited, balance } = credits ?? {};
  if (balance === undefined || unlimited === true || (has_credits !== true && balance === 0)) return [];
  return [{ kind: "balance", id: "credits", label: "Credits", unit: "credits", remaining: balance }];
}

function difference(whole: number | undefined, part: number | undefined): number | undefined {
  return whole === undefined || part === undefined ? undefined : whole - part;
}

/** ChatGPT has two Pro plans; people tell them apart by their size. */
const planNames = new Map([
  ["pro", "Pro 20x"],
  ["prolite", "Pro 5x"],
  ["edu", "Education"],
]);

/** The CLI's server puts plan and credits inside its `rateLimits`, and there may be a cap inside `rate_limit`. */
function flatten(body: Record<string, unknown> | undefined): Record<string, unknown> | undefined {
  const limits = body?.rate_limit ?? body?.rate_limits;
  return body && { ...(isObject(limits) ? limits : {}), ...body, rate_limit: limits };
}

/** Whether an answer without readings is that of an account without limits, and not one we misread. */
function saysNoLimit(body: Record<string, unknown>): boolean {
  const rateLimit = body.rate_limit ?? { allowed: true };
  if (body.rate_limit === undefined && body.spend_control === undefined) return false;
  if (body.plan_type === undefined || !isObject(rateLimit)) return false;
  if (!("allowed" in rateLimit || "primary_window" in rateLimit)) return false;
  return limitKeys.every((key) => {
    const part = body[key] ?? {};
    return isObject(part) && !Object.values(part).some(isObject);
  });
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

/** The answer with its keys in snake case. No answer goes deeper than eight levels, except to do harm. */
function snakeKeys(value: unknown, depth = 8): unknown {
  if (!isObject(value) || depth === 0) return value;
  if (Array.isArray(value)) return value.map((item) => snakeKeys(item, depth - 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key.replace(/(?<=[a-z])[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      snakeKeys(item, depth - 1),
    ]),
  );
}

function unexpected(): AppError {
  return new AppError(
    "provider_unexpected_response",
    "Codex answered without any rate limit: its format may have changed.",
  );
}
