import type { AccountReport } from "../services/quota-report.ts";

/** What accounts that share a pool are called together: "Lan's Max, CI seat", "Lan's Max, CI seat and 3 more". */
export function poolName(names: readonly string[]): string {
  return names.length <= 3
    ? names.join(", ")
    : `${names.slice(0, 2).join(", ")} and ${names.length - 2} more`;
}

/**
 * One report for each pool, in the order given. Of accounts that share one only that with the newest numbers stays,
 * under the names of all.
 */
export function onePerPool(accounts: readonly AccountReport[]): AccountReport[] {
  const newest = new Map<string, AccountReport>();
  for (const report of accounts) {
    const rival = newest.get(poolOf(report));
    if (rival === undefined || (report.fetchedAt ?? 0) > (rival.fetchedAt ?? 0)) {
      newest.set(poolOf(report), report);
    }
  }
  return accounts.filter((report) => newest.get(poolOf(report)) === report).map(underAllNames);
}

/** The same for all accounts that share a pool. */
function poolOf({ account, sharedBy }: AccountReport): string {
  return sharedBy?.[0]?.account ?? account;
}

function underAllNames(report: AccountReport): AccountReport {
  const { sharedBy } = report;
  return sharedBy === undefined ? report : { ...report, name: poolName(sharedBy.map(({ name }) => name)) };
}
