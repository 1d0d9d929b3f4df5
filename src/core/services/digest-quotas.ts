import { comesBack, type Instant, remainingPercent } from "../domain/quota.ts";
import { markOf } from "../messages/format.ts";
import { onePerPool } from "../messages/pool-rows.ts";
import type { ResetToday } from "./digest-facts.ts";
import type { AccountReport } from "./quota-report.ts";

/** Pools with little or nothing left, in the order given. */
export function lowOf(accounts: readonly AccountReport[]): AccountReport[] {
  return onePerPool(accounts).filter(({ tightest }) => {
    const left = tightest && remainingPercent(tightest);
    return left !== undefined && markOf(left) !== "ok";
  });
}

/** Accounts that somebody has to see to; one that is throttled comes back by itself. */
export function stuckOf(accounts: readonly AccountReport[]): AccountReport[] {
  return accounts.filter(({ state, stale }) => {
    return state !== "ok" && state !== "pending" && (state !== "rate_limited" || stale);
  });
}

/** How many accounts are as they should be. */
export function inOrder(accounts: readonly AccountReport[]): number {
  return accounts.length - stuckOf(accounts).length;
}

/** What comes back from now until an instant and is used at all, least left first. */
export function resetsOn(accounts: readonly AccountReport[], now: Instant, until: Instant): ResetToday[] {
  return onePerPool(accounts)
    .flatMap((account) =>
      account.readings.flatMap((reading) => {
        if (!comesBack(reading) || reading.resetsAt <= now || reading.resetsAt >= until) return [];
        const left = remainingPercent(reading) ?? 100;
        return left < 100 ? [{ name: account.name, reading, at: reading.resetsAt, left }] : [];
      }),
    )
    .sort((a, b) => a.left - b.left || a.at - b.at)
    .map(({ name, reading, at }) => ({ name, reading, at }));
}
