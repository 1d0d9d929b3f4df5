import { type Account, accountName } from "../domain/account.ts";
import { matching, nearest } from "../matching.ts";

/** Finds accounts by what a person calls them: an account or a provider, by id or name, or a part of it. */
export interface Targets {
  /** The accounts meant; empty when nothing fits. No word at all means all accounts. */
  find(typed: string | undefined): readonly Account[];
  /** The id that was probably meant when nothing fits. */
  suggest(typed: string): string | undefined;
  /** Values for a half-typed word, best first, at most 25. */
  complete(typed: string): readonly { label: string; value: string }[];
}

/** `providerNames` maps provider ids to names; only providers with an account can be meant. */
export function createTargets(
  accounts: readonly Account[],
  providerNames: ReadonlyMap<string, string>,
): Targets {
  const named = accounts.map((account) => ({
    id: account.id,
    name: accountName(account),
    accounts: [account],
  }));
  const providers = [...new Set(accounts.map((account) => account.provider))].map((id) => ({
    id,
    name: providerNames.get(id) ?? id,
    accounts: accounts.filter((account) => account.provider === id),
  }));
  const all = [...named, ...providers];

  return {
    find(typed) {
      if (typed === undefined || typed.trim() === "") return accounts;
      const found = matching(typed.trim(), all).flatMap((target) => target.accounts);
      return [...new Set(found)];
    },
    suggest: (typed) =>
      nearest(
        typed,
        all.map((target) => target.id),
      ),
    complete(typed) {
      const fitting = typed.trim() === "" ? all : matching(typed.trim(), all);
      const several = (target: (typeof all)[number]) =>
        providers.includes(target) && target.accounts.length > 1;
      return fitting.slice(0, 25).map((target) => ({
        label: several(target) ? `${target.name} (all ${target.accounts.length})` : target.name,
        value: target.id,
      }));
    },
  };
}
