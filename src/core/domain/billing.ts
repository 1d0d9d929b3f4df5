import type { Account } from "./account.ts";
import { type Billing, unassigned } from "./usage.ts";
import type { UsageMatch } from "./usage-match.ts";

/**
 * How a record is paid: as the configuration says of its account, else as is usual with the account's provider. Without
 * an account as the configuration says of `unassigned`, else as all the accounts that it may be of are paid, else as is
 * usual with the provider that it tells. What nobody knows is taken to be paid: a bill must not go unseen.
 *
 * @param options.configured by account
 */
export function createBillingOf(options: {
  configured: Readonly<Record<string, Billing>>;
  providers: readonly { id: string; billing?: Billing | undefined }[];
}): (match: UsageMatch, provider: string | undefined) => Billing {
  const configured = new Map(Object.entries(options.configured));
  const usual = new Map(options.providers.map(({ id, billing }) => [id, billing ?? "paid"]));
  const ofAccount = ({ id, provider }: Account) => configured.get(id) ?? usual.get(provider) ?? "paid";
  return ({ account, possible }, provider) => {
    if (account !== undefined) return ofAccount(account);
    const [shared, ...others] = new Set(possible.map(ofAccount));
    return (
      configured.get(unassigned) ??
      (others.length === 0 ? shared : undefined) ??
      usual.get(provider ?? "") ??
      "paid"
    );
  };
}
