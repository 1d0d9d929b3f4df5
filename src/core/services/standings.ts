import type { Account } from "../domain/account.ts";
import { indexModels, type ModelIndex, type Pool } from "../domain/pool.ts";
import {
  type AccountState,
  type Instant,
  type Quota,
  type Reading,
  remainingPercent,
} from "../domain/quota.ts";
import type { Billing } from "../domain/usage.ts";
import type { Clock } from "../ports.ts";
import type { ReadingsOf } from "./account-readings.ts";
import type { ReadQuotas } from "./read-quotas.ts";

/** What is known of an account, prepared so that any question about it is a few look-ups. */
export interface Standing {
  account: Account;
  billing: Billing;
  state: AccountState;
  fetchedAt?: Instant | undefined;
  /** Whether it lives from prepaid money, and none is left. */
  broke: boolean;
  /** All models that its quotas name. */
  models: readonly string[];
  poolOf(model: string): Pool;
  /**
   * The windows that count for a model: its pool's, and those of the whole account. Without a model those of the whole
   * account, or where there are none, of the pool with the most left.
   */
  windowsFor(model: string | undefined): readonly Quota[];
  /** The same for a pool by its scope; `""` is the whole account. */
  windowsIn(scope: string): readonly Quota[];
}

export interface Standings {
  /** Undefined for an account that is not configured. */
  of(account: string): Standing | undefined;
  /** Prepares an account anew, because something is known that was not known before. */
  touch(account: string): void;
}

/** Prepares all accounts at once, and each again when it is touched. */
export function createStandings(options: {
  accounts: readonly Account[];
  readQuotas: Pick<ReadQuotas, "snapshot">;
  readingsOf: ReadingsOf;
  billingOf: (account: Account) => Billing;
  clock: Clock;
}): Standings {
  const { readQuotas, clock } = options;
  const accounts = new Map(options.accounts.map((account) => [account.id, account]));
  const known = new Map<string, Standing>();

  function prepare(account: Account): Standing {
    const snapshot = readQuotas.snapshot(account.id);
    const readings = options.readingsOf(account.id, clock.now());
    const billing = options.billingOf(account);
    const index = indexModels([{ account: account.id, readings }]);
    const quotas = readings.filter((reading) => reading.kind === "quota");
    const windows = byScope(quotas);
    return {
      account,
      billing,
      state: snapshot?.state ?? "pending",
      fetchedAt: snapshot?.fetchedAt,
      broke: billing === "prepaid" && isBroke(readings),
      models: [...new Set(quotas.flatMap(({ models = [] }) => models))],
      poolOf: (model) => index.poolOf(account.id, model),
      windowsIn: windows.counting,
      windowsFor: (model) => windows.counting(model === undefined ? "" : scopeOf(index, account.id, model)),
    };
  }

  function touch(id: string): void {
    const account = accounts.get(id);
    if (account !== undefined) known.set(id, prepare(account));
  }

  for (const id of accounts.keys()) touch(id);
  return { of: (account) => known.get(account), touch };
}

function scopeOf(index: ModelIndex, account: string, model: string): string {
  // A model of no pool counts for the whole account alone, so never for whichever pool has the most left.
  return index.poolOf(account, model).scope || noPool;
}

const noPool = "\0";

/** Windows by the pool they are of, each with those of the whole account. */
function byScope(quotas: readonly Quota[]): { counting(scope: string): readonly Quota[] } {
  const wide = quotas.filter(({ scope }) => scope === undefined);
  const scoped = new Map<string, Quota[]>();
  for (const quota of quotas) {
    if (quota.scope === undefined) continue;
    const found = scoped.get(quota.scope) ?? [...wide];
    found.push(quota);
    scoped.set(quota.scope, found);
  }
  return {
    counting(scope) {
      if (scope !== "" || wide.length > 0) return scoped.get(scope) ?? wide;
      let roomiest: readonly Quota[] = wide;
      let most = -1;
      for (const windows of scoped.values()) {
        const left = leastLeft(windows);
        if (left <= most) continue;
        roomiest = windows;
        most = left;
      }
      return roomiest;
    },
  };
}

function leastLeft(windows: readonly Quota[]): number {
  return Math.min(...windows.map((window) => remainingPercent(window) ?? 100));
}

function isBroke(readings: readonly Reading[]): boolean {
  const balances = readings.filter((reading) => reading.kind === "balance");
  return balances.length > 0 && balances.every(({ remaining }) => remaining <= 0);
}
