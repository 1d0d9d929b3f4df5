import { AppError } from "../errors.ts";
import { didYouMean, nearest } from "../matching.ts";

/**
 * Finds accounts by their ids.
 * @throws not_found with the nearest id for one that no account has
 */
export function createKnownAccounts<Known extends { id: string }>(
  accounts: readonly Known[],
): (id: string) => Known {
  const byId = new Map(accounts.map((account) => [account.id, account]));
  return (id) => {
    const account = byId.get(id);
    if (account === undefined) throw unknownAccount(id, accounts);
    return account;
  };
}

/** That there is no such account, with the one that was probably meant. */
export function unknownAccount(id: string, accounts: readonly { id: string }[]): AppError {
  const written = id.slice(0, 120);
  const ids = accounts.map((account) => account.id);
  return new AppError("not_found", `No account is called "${written}".${didYouMean(nearest(written, ids))}`);
}
