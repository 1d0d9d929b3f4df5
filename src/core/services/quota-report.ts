import { type Account, accountName } from "../domain/account.ts";
import { type Pace, paceOf } from "../domain/pace.ts";
import {
  type AccountState,
  bindingQuotas,
  type Instant,
  type Quota,
  type Reading,
  remainingPercent,
  tightestQuota,
  trueAt,
} from "../domain/quota.ts";
import { isStale } from "../domain/snapshot.ts";
import type { Clock } from "../ports.ts";
import { createReadingsOf } from "./account-readings.ts";
import type { KeepHistory } from "./keep-history.ts";
import type { ReadQuotas, Urgency } from "./read-quotas.ts";
import type { SharedPools } from "./shared-pools.ts";
import type { WindowUse } from "./window-use.ts";

/** One account as it stands now. */
export interface AccountReport {
  account: string;
  name: string;
  provider: string;
  providerName: string;
  plan?: string | undefined;
  state: AccountState;
  message?: string | undefined;
  actionUrl?: string | undefined;
  fetchedAt?: Instant | undefined;
  /** Set when a person's machine told the readings; whose, as far as that may be known. */
  pushedBy?: { user?: string | undefined } | undefined;
  stale: boolean;
  /** No read before this instant. */
  nextReadAt?: Instant | undefined;
  /** A read is under way that may change all of this. */
  reading: boolean;
  readings: readonly Reading[];
  /** All accounts that draw on the same pool, this one included; absent when it is alone. */
  sharedBy?: readonly { account: string; name: string }[] | undefined;
  /** Those of the readings that stop their pool first. */
  binding: ReadonlySet<Quota>;
  /** The reading that stops somebody first. */
  tightest?: Quota | undefined;
  /** How fast quotas are used, where that can be told. */
  paces: ReadonlyMap<Quota, Pace>;
}

/** The accounts, worst first. */
export interface QuotaReport {
  at: Instant;
  accounts: readonly AccountReport[];
}

export interface QuotaReports {
  /** How the accounts stand by what is known now. */
  report(accounts: readonly Account[]): QuotaReport;
  /** Reads and counts what may be, and tells how many accounts were read; see `Urgency`. */
  read(accounts: readonly Account[], urgency: Urgency): Promise<number>;
}

/**
 * Reports on accounts from their last snapshots, with the team's own windows. `providerNames` maps provider ids to
 * names; `timezone` is the team's. Without `windowUse` no window is filled from the ledger, without `history` burn rates
 * are means alone.
 */
export function createQuotaReports(options: {
  readQuotas: ReadQuotas;
  sharedPools: SharedPools;
  providerNames: ReadonlyMap<string, string>;
  clock: Clock;
  timezone: string;
  windowUse?: Pick<WindowUse, "countedOf" | "refresh"> | undefined;
  history?: Pick<KeepHistory, "recent" | "load"> | undefined;
}): QuotaReports {
  const { readQuotas, providerNames, clock, windowUse, history } = options;
  const readingsOf = createReadingsOf(options);
  const names = new Map(readQuotas.accounts.map((account) => [account.id, accountName(account)]));

  function reportOn(account: Account, now: Instant, sharers: readonly string[] | undefined): AccountReport {
    const snapshot = readQuotas.snapshot(account.id);
    const readings = readingsOf(account.id, now);
    const stale = snapshot !== undefined && isStale(snapshot, account.interval, now);
    const reading =
      readQuotas.isReading(account.id) && (snapshot === undefined || now >= snapshot.nextReadAt);
    const identity = {
      account: account.id,
      name: accountName(account),
      provider: account.provider,
      providerName: providerNames.get(account.provider) ?? account.provider,
      reading,
      readings,
      stale,
      binding: bindingQuotas(readings),
      tightest: tightestQuota(readings),
      paces: pacesOf(account.id, readings, {
        fetchedAt: stale ? undefined : snapshot?.fetchedAt,
        now,
      }),
    };
    if (snapshot === undefined) {
      return { ...identity, state: "pending", message: account.push ? firstReport : undefined };
    }
    return {
      ...identity,
      plan: snapshot.plan,
      state: snapshot.state,
      message: snapshot.message ?? (readings.length === 0 ? nothingTold : undefined),
      actionUrl: snapshot.actionUrl,
      fetchedAt: snapshot.fetchedAt,
      pushedBy: snapshot.pushedBy,
      nextReadAt: snapshot.nextReadAt,
      sharedBy: sharers?.map((id) => ({ account: id, name: names.get(id) ?? id })),
    };
  }

  /** `fetchedAt` is absent when what was read is too old to go on from. */
  function pacesOf(
    account: string,
    readings: readonly Reading[],
    { fetchedAt, now }: { fetchedAt: Instant | undefined; now: Instant },
  ): ReadonlyMap<Quota, Pace> {
    const paces = new Map<Quota, Pace>();
    for (const quota of readings) {
      const at = trueAt(quota, fetchedAt);
      if (quota.kind !== "quota" || at === undefined) continue;
      const pace = paceOf(quota, { at, now, samples: history?.recent(account, quota) ?? [] });
      if (pace !== undefined) paces.set(quota, pace);
    }
    return paces;
  }

  return {
    report(accounts) {
      const now = clock.now();
      const shared = options.sharedPools.all();
      const reports = accounts.map((account) => reportOn(account, now, shared.get(account.id)));
      return { at: now, accounts: reports.sort(worstFirst) };
    },
    async read(accounts, urgency) {
      const reads = readQuotas.read(accounts, urgency);
      await Promise.all([windowUse?.refresh(accounts), history?.load(accounts)]);
      return reads;
    },
  };
}

const firstReport = "Its numbers come with the first report from somebody's machine.";

const nothingTold = "The provider tells no quota for this account.";

/** Exhausted and unusable accounts, then by what is left; those nobody can rank last. */
export function worstFirst(a: AccountReport, b: AccountReport): number {
  return rank(a) - rank(b) || left(a) - left(b) || a.name.localeCompare(b.name, "en");
}

function rank(report: AccountReport): number {
  if (report.tightest !== undefined && left(report) === 0) return 0;
  if (unusable.has(report.state)) return 1;
  if (report.tightest !== undefined) return 2;
  return report.state === "pending" ? 4 : 3;
}

const unusable: ReadonlySet<AccountState> = new Set(["auth_expired", "forbidden", "needs_action"]);

function left(report: AccountReport): number {
  return (report.tightest && remainingPercent(report.tightest)) ?? 101;
}
