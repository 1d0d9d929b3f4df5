import type { Instant, Reading, Snapshot } from "./quota.ts";
import { nextSamples } from "./shared-pool.ts";
import { isTooOld, knownSince } from "./snapshot.ts";

/** What a person's machine reported of an account. */
export interface Report {
  account: string;
  provider: string;
  /** Whose machine, as far as that may be known. */
  user?: string | undefined;
  /** When the numbers were true. */
  at: Instant;
  plan?: string | undefined;
  readings: readonly Reading[];
}

/**
 * The snapshot after a report: its readings, and when the bot may read itself, as before. An account whose own reads
 * succeed keeps the windows that the report does not tell.
 *
 * @param interval milliseconds between two scheduled reads of the account
 */
export function afterReport(
  report: Report,
  previous: Snapshot | undefined,
  facts: { interval: number; now: Instant },
): Snapshot {
  const { account, provider, user, at } = report;
  const read = previous !== undefined && previous.credentialKey !== neverRead ? previous : undefined;
  const readsWell = read?.failures === 0 && !isTooOld(read.attemptedAt, facts.interval, facts.now);
  const reported = new Set(report.readings.map(({ id }) => id));
  const kept = readsWell ? read.readings.filter(({ id }) => !reported.has(id)) : [];
  const readings = [...report.readings, ...kept];
  return {
    account,
    provider,
    plan: report.plan ?? previous?.plan,
    state: "ok",
    readings,
    owner: previous?.owner,
    samples: nextSamples(previous?.samples ?? [], readings),
    fetchedAt: at,
    knownSince: knownSince(previous) ?? at,
    attemptedAt: read?.attemptedAt ?? at,
    nextReadAt: read?.nextReadAt ?? at,
    failures: read?.failures ?? 0,
    credentialKey: read?.credentialKey ?? neverRead,
    pushedBy: { user },
  };
}

/** The credential key of an account that has only been reported on: any credential is a new one. */
const neverRead = "";

/**
 * Whether reading is left to the machines that report on the account: the bot's own reads fail, and their numbers are
 * recent.
 */
export function isLeftToReports(snapshot: Snapshot, interval: number, now: Instant): boolean {
  return (
    snapshot.pushedBy !== undefined &&
    snapshot.failures > 0 &&
    snapshot.fetchedAt !== undefined &&
    !isTooOld(snapshot.fetchedAt, interval, now)
  );
}
