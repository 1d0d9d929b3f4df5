import { findSharedPools, type PoolEvidence } from "../domain/shared-pool.ts";
import type { ReadQuotas } from "./read-quotas.ts";

/** Which accounts draw on one pool, as far as their last snapshots tell. */
export interface SharedPools {
  /** By account, all that share its pool, itself included, in the order of the configuration; absent when alone. */
  all(): ReadonlyMap<string, readonly string[]>;
  /** The same for one account; just itself when it is alone. */
  with(account: string): readonly string[];
}

/** Looks at the snapshots anew for every question: accounts that fall apart are apart at once. */
export function createSharedPools(options: { readQuotas: ReadQuotas; evidence: PoolEvidence }): SharedPools {
  const { readQuotas, evidence } = options;
  const among = (accounts: ReadQuotas["accounts"]) =>
    findSharedPools(
      accounts.flatMap(({ id }) => readQuotas.snapshot(id) ?? []),
      evidence,
    );
  return {
    all: () => among(readQuotas.accounts),
    with(account) {
      const provider = readQuotas.snapshot(account)?.provider;
      const candidates = readQuotas.accounts.filter((candidate) => candidate.provider === provider);
      return among(candidates).get(account) ?? [account];
    },
  };
}
