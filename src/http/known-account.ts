import type { Account } from "../core/domain/account.ts";
import { AppError } from "../core/errors.ts";
import { nearest } from "../core/matching.ts";

/**
 * Finds accounts by their ids.
 * @throws not_found with the nearest id for one that no account has
 */
export function createKnownAccounts(accounts: readonly Account[]): (id: string) => Account {
  const byId = new Map(accounts.map((account) => [account.id, account]));
  return (id) => {
    const account = byId.get(id);
    if (account !== undefined) return account;
    const written = id.slice(0, 120);
    const meant = nearest(written, [...byId.keys()]);
    const hint = meant === undefined ? "" : ` Did you mean "${meant}"?`;
    throw new AppError("not_found", `No account is called "${written}".${hint}`);
  };
}
