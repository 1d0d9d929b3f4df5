import type { Reading } from "./quota.ts";

/** What a model draws on: a pool of models of an account, or with `""` as scope the account itself. */
export interface Pool {
  account: string;
  scope: string;
  /** Tells it from all other pools of all accounts. */
  key: string;
}

/** The pool of an account with this scope; without one, what the whole account draws on. */
export function poolWith(account: string, scope = ""): Pool {
  // Ids of accounts have no "|", so no two pools share a key.
  return { account, scope, key: `${account}|${scope}` };
}

/** Finds the pool that a model draws on. */
export interface ModelIndex {
  /** One look-up, however many models there are. A model that no quota lists draws on the account itself. */
  poolOf(account: string, model: string): Pool;
}

/**
 * The pools as the providers tell them: which models share a quota is up to each account's readings, never to the
 * models' names. Of two pools that list a model the smaller one is its own.
 */
export function indexModels(
  snapshots: Iterable<{ account: string; readings: readonly Reading[] }>,
): ModelIndex {
  const accounts = new Map<string, ReadonlyMap<string, Pool>>();
  for (const { account, readings } of snapshots) accounts.set(account, poolsOf(account, readings));
  return {
    poolOf: (account, model) => accounts.get(account)?.get(model) ?? poolWith(account),
  };
}

function poolsOf(account: string, readings: readonly Reading[]): ReadonlyMap<string, Pool> {
  const listing = readings.flatMap((reading) =>
    reading.kind === "quota" && reading.models !== undefined
      ? [{ models: reading.models, pool: poolWith(account, reading.scope) }]
      : [],
  );
  listing.sort((a, b) => b.models.length - a.models.length);
  return new Map(listing.flatMap(({ models, pool }) => models.map((model) => [model, pool] as const)));
}
