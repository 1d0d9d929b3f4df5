import type { Account } from "../domain/account.ts";
import { AppError } from "../errors.ts";
import type { Ledger } from "../ports.ts";
import type { ReadQuotas } from "./read-quotas.ts";

/** What had a person's name in it. */
export interface ForgottenUser {
  /** Usage records that are kept. */
  records: number;
  /** Ids of accounts whose numbers the person's machine told last. */
  accounts: readonly string[];
}

/**
 * Takes a person's name out of everything that is kept of usage and readings; amounts stay, as nobody's. Resolves when
 * that is durable; what fails half way is finished by calling it again.
 * @throws request_invalid for no name, store_unavailable
 */
export type ForgetUser = (user: string) => Promise<ForgottenUser>;

/** @param options.namesOf all that a person may be kept as: the name itself, its pseudonym */
export function createForgetUser(options: {
  accounts: readonly Account[];
  ledger: Pick<Ledger, "forgetUser">;
  readQuotas: Pick<ReadQuotas, "snapshot" | "accept">;
  namesOf: (user: string) => readonly string[];
}): ForgetUser {
  const { accounts, ledger, readQuotas } = options;
  return async (user) => {
    if (user.trim() === "") throw new AppError("request_invalid", "Name the person to forget.");
    let records = 0;
    const told: string[] = [];
    for (const name of new Set(options.namesOf(user))) {
      records += await ledger.forgetUser(name);
      for (const { id } of accounts) {
        const snapshot = readQuotas.snapshot(id);
        if (snapshot?.pushedBy?.user !== name) continue;
        // Newer, so that other processes take it over.
        const nameless = { ...snapshot, pushedBy: {}, attemptedAt: snapshot.attemptedAt + 1 };
        // Twice, because stores may keep what was there before as a backup.
        await readQuotas.accept(nameless);
        await readQuotas.accept(nameless);
        told.push(id);
      }
    }
    return { records, accounts: told };
  };
}
