import { type Account, accountName } from "../domain/account.ts";
import { otherValues } from "../domain/book.ts";
import { type Dimension, unassigned } from "../domain/usage.ts";

/** What accounts and providers are called in front of people, by id. */
export interface UsageNames {
  account(id: string): string;
  provider(id: string): string;
}

/** `providerNames` maps provider ids to names; an id that nobody knows stands for itself. */
export function createUsageNames(
  accounts: readonly Account[],
  providerNames: ReadonlyMap<string, string>,
): UsageNames {
  const names = new Map(accounts.map((account) => [account.id, accountName(account)]));
  return {
    account: (id) => (id === unassigned ? "Unassigned" : (names.get(id) ?? id)),
    provider: (id) => providerNames.get(id) ?? id,
  };
}

/** A value of a dimension in words: "not told" for what records do not tell, "09:00" for an hour. */
export function valueName(dimension: Dimension, value: string, names: UsageNames): string {
  if (value === "") return "not told";
  if (value === otherValues) return "all others";
  if (dimension === "account") return names.account(value);
  if (dimension === "provider") return names.provider(value);
  return dimension === "hour" ? `${value}:00` : value;
}
