import type { Account } from "../core/domain/account.ts";
import type { Instant, Snapshot } from "../core/domain/quota.ts";
import { staleFrom } from "../core/domain/snapshot.ts";
import type { Clock } from "../core/ports.ts";
import { iso } from "../core/services/json-fields.ts";
import { quotaJson } from "../core/services/quota-json.ts";
import { type AccountReport, type QuotaReports, worstFirst } from "../core/services/quota-report.ts";
import type { ReadQuotas } from "../core/services/read-quotas.ts";
import type { QuotaAnswer } from "./schemas/quota-answer.ts";

export interface KeptReportOptions {
  accounts: readonly Account[];
  reports: Pick<QuotaReports, "report">;
  readQuotas: Pick<ReadQuotas, "snapshot" | "onRead">;
  clock: Clock;
}

/** What was told of an account, and how long that holds unless the account is read. */
interface Kept {
  report: AccountReport;
  json: string;
  snapshot: Snapshot | undefined;
  from: Instant;
  until: Instant;
}

/** How old, in milliseconds, an answer may be that nothing has happened since. */
const lifetime = 1_000;
/**
 * What depends on nothing but the snapshot is made anew at least so often: by then, too, counts the history that is brought
 * back at the start. It is spread over as long again, so that not all accounts are due at once.
 */
const longest = 20_000;

/** What is known of all accounts, worst first, for callers that ask thousands of times a second. */
export interface KeptReport {
  /** As JSON of the shape that `quotaJson` has: of all accounts, or of those with these ids. */
  bytes(only?: ReadonlySet<string>): Buffer<ArrayBuffer>;
  reports(): readonly AccountReport[];
}

/**
 * Keeps what is told of accounts. It is made anew once an account was read, and after a second; of what is in it, only the
 * accounts of which something may be different: those that were read, with all that they share or shared a pool with, whose
 * numbers have grown stale or whose window has started over by now, and those with windows of the team's own, which records
 * fill.
 */
export function createKeptReport({ accounts, reports, readQuotas, clock }: KeptReportOptions): KeptReport {
  const known = new Map<string, Kept>();
  const spread = new Map(accounts.map(({ id }, index) => [id, longest + (index % 50) * (longest / 50)]));
  let order: Kept[] = [];
  let orderedAt: Instant | undefined;
  let all: Buffer<ArrayBuffer> | undefined;
  readQuotas.onRead(() => {
    orderedAt = undefined;
  });

  function isDue({ id }: Account, now: Instant): boolean {
    const kept = known.get(id);
    if (kept === undefined || now >= kept.until || now < kept.from) return true;
    // Other processes read too.
    return kept.snapshot !== readQuotas.snapshot(id);
  }

  /** Tells of the accounts anew; returns the providers of those that now share another pool than before. */
  function renew(some: readonly Account[], now: Instant): ReadonlySet<string> {
    const byId = new Map(some.map((account) => [account.id, account]));
    const regrouped = new Set<string>();
    const told = reports.report(some);
    const { accounts: items }: QuotaAnswer = quotaJson(told);
    told.accounts.forEach((report, index) => {
      const account = byId.get(report.account);
      if (account === undefined) return;
      const before = known.get(account.id);
      if (before !== undefined && poolOf(before.report) !== poolOf(report)) regrouped.add(account.provider);
      const snapshot = readQuotas.snapshot(account.id);
      const most = account.windows?.length ? lifetime : (spread.get(account.id) ?? lifetime);
      const until = Math.min(now + most, nextChange(report, account, now));
      known.set(account.id, { report, json: JSON.stringify(items[index]), snapshot, from: now, until });
    });
    return regrouped;
  }

  /** What holds now, and since when. */
  function current(): { order: readonly Kept[]; at: Instant } {
    const now = clock.now();
    if (orderedAt !== undefined && now >= orderedAt && now - orderedAt < lifetime) {
      return { order, at: orderedAt };
    }
    const due = accounts.filter((account) => isDue(account, now));
    if (due.length > 0) {
      const regrouped = renew(due, now);
      if (regrouped.size > 0)
        renew(
          accounts.filter(({ provider }) => regrouped.has(provider)),
          now,
        );
      order = [...known.values()].sort((a, b) => worstFirst(a.report, b.report));
    }
    orderedAt = now;
    all = undefined;
    return { order, at: now };
  }

  function write(some: readonly Kept[], now: Instant): Buffer<ArrayBuffer> {
    const at = JSON.stringify(iso(now));
    return Buffer.from(`{"at":${at},"accounts":[${some.map(({ json }) => json).join(",")}]}`);
  }

  return {
    bytes(only) {
      const { order, at } = current();
      if (only !== undefined)
        return write(
          order.filter(({ report }) => only.has(report.account)),
          at,
        );
      all ??= write(order, at);
      return all;
    },
    reports: () => current().order.map(({ report }) => report),
  };
}

function poolOf({ sharedBy = [] }: AccountReport): string {
  return sharedBy.map(({ account }) => account).join(" ");
}

/** When something is different by the clock alone: the numbers are stale, or a window starts over. */
function nextChange({ fetchedAt, readings }: AccountReport, { interval }: Account, now: Instant): Instant {
  const turns = readings.flatMap((one) => (one.kind === "balance" ? [] : (one.resetsAt ?? [])));
  if (fetchedAt !== undefined) turns.push(staleFrom(fetchedAt, interval));
  return Math.min(...turns.filter((turn) => turn > now));
}
