import { z } from "zod";
import type { Instant } from "../core/domain/quota.ts";
import { instant, list, record, text, toAmount, unwrap } from "./kit/lenient.ts";

/** Fields that tell what is left, in the spellings that have been seen; checked 2026-11-22. */
export const remainderFields = {
  remainingFraction: z.unknown(),
  remainingAmount: z.unknown(),
  remaining: z.unknown(),
  resetTime: instant,
};

export type RemainderFields = { [Field in "remainingFraction" | "remainingAmount" | "remaining"]: unknown };

/** What is left of a quota. Both absent: unknown. */
export interface Remainder {
  /** From 0 to 1. */
  fraction?: number | undefined;
  /** A count, at least 0. */
  amount?: number | undefined;
  /** Whether the answer said anything about it at all, understood or not. */
  told: boolean;
}

const nested = record({
  remainingFraction: z.unknown(),
  remainingAmount: z.unknown(),
  case: text,
  value: z.unknown(),
});

/** Reads `remainingFraction`, `remaining.remainingFraction` or `remaining.{case, value}`, and likewise the amount. */
export function remainderOf(fields: RemainderFields): Remainder {
  const { remainingFraction, remainingAmount, remaining } = fields;
  const inner = nested.parse(remaining);
  const value = (name: string) => (inner?.case === name ? inner.value : undefined);
  const fraction = remainingFraction ?? inner?.remainingFraction ?? value("remainingFraction");
  const amount = toAmount(remainingAmount ?? inner?.remainingAmount ?? value("remainingAmount"));
  return {
    fraction: toFraction(fraction),
    amount: amount !== undefined && amount >= 0 ? amount : undefined,
    told: [remainingFraction, remainingAmount, remaining].some(
      (field) => field !== undefined && field !== null,
    ),
  };
}

/**
 * Fractions a little outside 0 to 1 occur and mean its ends. Those that are off by a whole are on another scale or
 * stand for something else, so they are unknown.
 */
function toFraction(value: unknown): number | undefined {
  const fraction = toAmount(value);
  if (fraction === undefined || fraction <= -1 || fraction >= 2) return undefined;
  return Math.min(1, Math.max(0, fraction));
}

/** The used part in percent, without the noise of binary fractions: 0.6125 left is 38.75 used. */
export function usedOf(fraction: number | undefined): number | undefined {
  return fraction === undefined ? undefined : Math.round((1 - fraction) * 1e6) / 1e4;
}

/** Whether two quotas start over together. Resets of one pool have been seen to differ by a second. */
export function sameReset(
  a: { resetsAt?: Instant | undefined },
  b: { resetsAt?: Instant | undefined },
): boolean {
  return a.resetsAt === b.resetsAt || Math.abs((a.resetsAt ?? 0) - (b.resetsAt ?? 0)) < 60_000;
}

/** One model's quota as `retrieveUserQuota` tells it. */
export interface ModelQuota {
  model?: string | undefined;
  /** What an amount counts: "REQUESTS". */
  tokenType?: string | undefined;
  resetsAt?: Instant | undefined;
  remainder: Remainder;
}

const buckets = list(record({ modelId: text, tokenType: text, ...remainderFields }));

/**
 * The quotas in an answer of `retrieveUserQuota`. An empty object is an account without quotas; undefined means that
 * the answer has another shape.
 */
export function modelQuotas(body: unknown): ModelQuota[] | undefined {
  const raw = unwrap(body, ["buckets"])?.buckets;
  if (raw === null || (raw === undefined && isEmptyObject(body))) return [];
  const quotas = buckets
    .parse(raw)
    ?.map(({ modelId, tokenType, resetTime, ...fields }) => ({
      model: modelId,
      tokenType,
      resetsAt: resetTime,
      remainder: remainderOf(fields),
    }))
    .filter(({ model, remainder }) => model !== undefined || remainder.told);
  return quotas?.length === 0 && Array.isArray(raw) && raw.length > 0 ? undefined : quotas;
}

function isEmptyObject(body: unknown): boolean {
  return typeof body === "object" && body !== null && !Array.isArray(body) && Object.keys(body).length === 0;
}
