import { type Account, accountName } from "../domain/account.ts";
import {
  type AccountState,
  bindingQuotas,
  type Instant,
  type Quota,
  type Reading,
  remainingPercent,
  tightestQuota,
} from "../domain/quota.ts";
import { isStale } from "../domain/snapshot.ts";
import type { Clock } from "../ports.ts";
import type { ReadQuotas, Urgency } from "./read-quotas.ts";

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
  stale: boolean;
  /** No read before this instant. */
  nextReadAt?: Instant | undefined;
  /** A read is under way that may change all of this. */
  reading: boolean;
  readings: readonly Reading[];
  /** Those of the readings that stop their pool first. */
  binding: ReadonlySet<Quota>;
  /** The reading that stops somebody first. */
  tightest?: Quota | undefined;
}

/** The accounts, worst first. */
export interface QuotaReport {
  at: Instant;
  accounts: readonly AccountReport[];
}

export interface QuotaReports {
  /** How the accounts stand by what is known now. */
  report(accounts: readonly Account[]): QuotaReport;
  /** Reads what may be read and tells how many accounts that were; see `Urgency`. */
  read(accounts: readonly Account[], urgency: Urgency): Promise<number>;
}

/** Reports on accounts from their last snapshots. `providerNames` maps provider ids to names. */
export function createQuotaReports(options: {
  readQuotas: ReadQuotas;
  providerNames: ReadonlyMap<string, string>;
  clock: Clock;
}): QuotaReports {
  const { readQuotas, providerNames, clock } = options;

  function reportOn(account: Account, now: Instant): AccountReport {
    const snapshot = readQuotas.snapshot(account.id);
    const reading =
      readQuotas.isReading(account.id) && (snapshot === undefined || now >= snapshot.nextReadAt);
    const identity = {
      account: account.id,
      name: accountName(account),
      provider: account.provider,
      providerName: providerNames.get(account.provider) ?? account.provider,
      reading,
    };
    if (snapshot === undefined) {
      return { ...identity, state: "pending", stale: false, readings: [], binding: new Set() };
    }
    return {
      ...identity,
      plan: snapshot.plan,
      state: snapshot.state,
      message: snapshot.message,
      actionUrl: snapshot.actionUrl,
      fetchedAt: snapshot.fetchedAt,
      stale: isStale(snapshot, account.interval, now),
      nextReadAt: snapshot.nextReadAt,
      readings: snapshot.readings,
      binding: new Set(bindingQuotas(snapshot.readings).values()),
      tightest: tightestQuota(snapshot.readings),
    };
  }

  return {
    report(accounts) {
      const now = clock.now();
      return { at: now, accounts: accounts.map((account) => reportOn(account, now)).sort(worstFirst) };
    },
    read: (accounts, urgency) => readQuotas.read(accounts, urgency),
  };
}

/** Exhausted and unusable accounts, then by what is left; those nobody can rank last. */
function worstFirst(a: AccountReport, b: AccountReport): number {
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
