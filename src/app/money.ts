import type { Config } from "../config.ts";
import type { Account } from "../core/domain/account.ts";
import { createBillingOf } from "../core/domain/billing.ts";
import { createConfiguredPricing, firstPricing } from "../core/domain/price.ts";
import { fitsPattern } from "../core/matching.ts";
import type { Provider } from "../core/provider.ts";
import { createListPricing } from "../prices/list-pricing.ts";

/** How calls are paid and what they cost, as configured and else as is usual. */
export function createMoney(
  config: Pick<Config, "billing" | "prices">,
  { providers }: { providers: readonly Provider[] },
) {
  const billing = createBillingOf({ configured: config.billing, providers });
  const listPricing = createListPricing({ providers });
  return {
    billing,
    billingOf: (account: Account) => billing({ account, possible: [account] }, account.provider),
    pricing: firstPricing(createConfiguredPricing(config.prices, fitsPattern), listPricing),
  };
}

export type Money = ReturnType<typeof createMoney>;
