import { createMemo } from "./memo.ts";
import type { Instant } from "./quota.ts";
import { type Charged, createPrice, type Price, type Rates } from "./rates.ts";
import type { Billing, CostBasis } from "./usage.ts";

/** What there is to price of one call. */
export interface PricedCall extends Charged {
  /** Id of the provider, as far as known. */
  provider?: string | undefined;
  model?: string | undefined;
  at: Instant;
}

/** Tells what a call costs in whole micro-dollars; undefined when it does not know. */
export type Pricing = (call: PricedCall) => number | undefined;

/** A price that the team wrote down, for a provider's models that fit the pattern, or for all of them. */
export interface ConfiguredPrice extends Rates {
  provider: string;
  model?: string | undefined;
}

/** The pricing that knows a call first. */
export function firstPricing(...pricings: readonly Pricing[]): Pricing {
  return (call) => {
    for (const pricing of pricings) {
      const costMicros = pricing(call);
      if (costMicros !== undefined) return costMicros;
    }
    return undefined;
  };
}

/**
 * What calls cost by the team's own prices: by the first that fits and says so, those with a model before those without.
 * Capital letters in the name of a model make no difference.
 *
 * @param fits whether a name fits a pattern
 */
export function createConfiguredPricing(
  written: readonly ConfiguredPrice[],
  fits: (pattern: string, name: string) => boolean,
): Pricing {
  const entries = [
    ...written.filter(({ model }) => model !== undefined),
    ...written.filter(({ model }) => model === undefined),
  ].map((entry) => ({
    provider: entry.provider,
    pattern: entry.model?.toLowerCase(),
    price: createPrice(entry),
  }));
  const memo = createMemo<readonly Price[]>(5_000);

  function pricesOf(provider: string, model: string | undefined): readonly Price[] {
    const name = model?.toLowerCase();
    return entries
      .filter((entry) => entry.provider === provider)
      .filter(({ pattern }) => pattern === undefined || (name !== undefined && fits(pattern, name)))
      .map(({ price }) => price);
  }

  return (call) => {
    const { provider, model } = call;
    if (provider === undefined || entries.length === 0) return undefined;
    for (const price of memo.get(`${provider}\0${model ?? "\0"}`, () => pricesOf(provider, model))) {
      const costMicros = price(call);
      if (costMicros !== undefined) return costMicros;
    }
    return undefined;
  };
}

/**
 * The cost of a call, frozen into its record. On a paid or prepaid account what was reported, else the price; on others
 * the list value, which nobody bills. On any account it is unpriced where nobody knows it.
 *
 * @param reported whole micro-dollars that the caller told
 */
export function costOf(
  call: PricedCall,
  facts: { billing: Billing; reported?: number | undefined; pricing: Pricing },
): { costBasis: CostBasis; costMicros?: number | undefined } {
  const { billing, reported } = facts;
  const costMicros = reported ?? facts.pricing(call);
  if (costMicros === undefined) return { costBasis: "unpriced" };
  if (billing === "subscription") return { costBasis: "included", costMicros };
  if (billing === "free") return { costBasis: "free", costMicros };
  return { costBasis: reported === undefined ? "priced" : "reported", costMicros };
}
