import type { Pace } from "../domain/pace.ts";
import { comesBack, type Quota, type Reading, remainingPercent, usedPercent } from "../domain/quota.ts";
import { iso, isoOrNull } from "./json-fields.ts";
import type { AccountReport, QuotaReport } from "./quota-report.ts";

/**
 * The report as JSON for scripts: the shape that `quota list --json` prints. Instants are ISO 8601 in UTC; what is
 * not known is null. Accounts that share a pool name each other in `sharedWith`; others do not have it.
 */
export function quotaJson(report: QuotaReport) {
  return { at: iso(report.at), accounts: report.accounts.map(accountJson) };
}

/** All known resets as JSON, soonest first: the shape that `quota resets --json` prints. */
export function resetsJson(report: QuotaReport) {
  const resets = report.accounts
    .flatMap((account) => account.readings.flatMap((reading) => resetJson(account, reading)))
    .sort((a, b) => a.resetsAt.localeCompare(b.resetsAt));
  return { at: iso(report.at), resets };
}

function resetJson(account: AccountReport, reading: Reading) {
  if (!comesBack(reading)) return [];
  return [
    {
      account: account.account,
      provider: account.provider,
      id: reading.id,
      label: reading.label,
      scope: reading.kind === "quota" ? (reading.scope ?? null) : null,
      remainingPercent: percentOrNull(remainingPercent(reading)),
      resetsAt: iso(reading.resetsAt),
    },
  ];
}

function accountJson(report: AccountReport) {
  return {
    account: report.account,
    provider: report.provider,
    label: report.name,
    plan: report.plan ?? null,
    state: report.state,
    message: report.message ?? null,
    fetchedAt: isoOrNull(report.fetchedAt),
    source: report.fetchedAt === undefined ? null : report.pushedBy === undefined ? "read" : "push",
    reportedBy: report.pushedBy?.user ?? null,
    stale: report.stale,
    retryAt: isoOrNull(report.state === "ok" ? undefined : report.nextReadAt),
    ...sharedWith(report),
    readings: report.readings.map((reading) => readingJson(reading, report)),
  };
}

function sharedWith({ account, sharedBy }: AccountReport): { sharedWith?: string[] } {
  if (sharedBy === undefined) return {};
  return { sharedWith: sharedBy.map((other) => other.account).filter((other) => other !== account) };
}

function readingJson(reading: Reading, report: AccountReport) {
  const { kind, id, label, unit } = reading;
  if (kind === "balance") return { kind, id, label, unit, remaining: tidy(reading.remaining) };
  const window = { windowSeconds: reading.windowSeconds ?? null };
  const numbers = {
    unit,
    used: tidyOrNull(reading.used),
    limit: tidyOrNull(reading.limit),
    usedPercent: percentOrNull(usedPercent(reading)),
    remainingPercent: percentOrNull(remainingPercent(reading)),
    resetsAt: isoOrNull(reading.resetsAt),
  };
  if (kind === "spend") return { kind, id, label, ...window, ...numbers };
  return {
    kind,
    id,
    label,
    ...window,
    scope: reading.scope ?? null,
    ...numbers,
    binding: report.binding.has(reading),
    ...paceJson(reading, report.paces.get(reading)),
  };
}

function paceJson({ counted }: Quota, pace: Pace | undefined) {
  return {
    counted: counted === undefined ? null : { at: iso(counted.at), atLeast: counted.atLeast },
    burnRate:
      pace === undefined
        ? null
        : {
            perHour: tidy(pace.perHour),
            basis: pace.samples === undefined ? "mean" : "recent",
            measuredOverSeconds: Math.round(pace.measuredOver / 1000),
            samples: pace.samples ?? null,
          },
    runsOutAt: isoOrNull(pace?.projection && Math.round(pace.projection.runsOutAt)),
  };
}

/** Without the noise of binary fractions. */
function tidy(number: number): number {
  return Math.round(number * 1e6) / 1e6;
}

function tidyOrNull(number: number | undefined): number | null {
  return number === undefined ? null : tidy(number);
}

function percentOrNull(percent: number | undefined): number | null {
  return percent === undefined ? null : Math.round(percent * 100) / 100;
}
