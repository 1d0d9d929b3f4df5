import type { Instant } from "./quota.ts";
import type { Billing, CostBasis, Tokens } from "./usage.ts";

/** What there is to price of one call. */
export interface PricedCall {
  /** Id of the provider, as far as known. */
  provider?: string | undefined;
  model?: string | undefined;
  at: Instant;
  requests: number;
  tokens: Tokens;
  audioMs: number;
}

/** Tells what a call costs in whole micro-dollars; undefined when it does not know. */
export type Pricing = (call: PricedCall) => number | undefined;

/**
 * The cost of a call, frozen into its record. On a paid or prepaid account what was reported, else the price; on others
 * the list value, which nobody bills.
 *
 * @param reported whole micro-dollars that the caller told
 */
export function costOf(
  call: PricedCall,
  facts: { billing: Billing; reported?: number | undefined; pricing: Pricing },
): { costBasis: CostBasis; costMicros?: number | undefined } {
  const { billing, reported } = facts;
  const costMicros = reported ?? facts.pricing(call);
  if (billing === "subscription") return { costBasis: "included", costMicros };
  if (billing === "free") return { costBasis: "free", costMicros };
  if (costMicros === undefined) return { costBasis: "unpriced" };
  return { costBasis: reported === undefined ? "priced" : "reported", costMicros };
}
