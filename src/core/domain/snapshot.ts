import { retryDelay } from "./backoff.ts";
import type { AccountState, Instant, Reading, Snapshot } from "./quota.ts";
import { nextSamples } from "./shared-pool.ts";

/** What was tried: which account, when, with which credential, and the provider's floor in milliseconds. */
export interface Attempt {
  account: string;
  provider: string;
  at: Instant;
  credentialKey: string;
  floor: number;
}

/** What a read that succeeded found. */
interface Found {
  plan?: string | undefined;
  readings: readonly Reading[];
  owner?: string | undefined;
  /** Why there is nothing to read any more: the provider has ended this service. */
  retired?: string | undefined;
}

/** The snapshot after a read that succeeded. */
export function afterSuccess(attempt: Attempt, previous: Snapshot | undefined, found: Found): Snapshot {
  const { plan, readings, owner, retired } = found;
  // Another credential may be that of somebody else.
  const same = previous?.credentialKey === attempt.credentialKey ? previous : undefined;
  const fetchedAt = retired !== undefined && readings.length === 0 ? undefined : attempt.at;
  return {
    account: attempt.account,
    provider: attempt.provider,
    plan,
    state: retired === undefined ? "ok" : "retired",
    message: retired,
    readings,
    owner: owner ?? same?.owner,
    samples: nextSamples(same?.samples ?? [], readings),
    fetchedAt,
    knownSince: knownSince(previous) ?? fetchedAt,
    attemptedAt: attempt.at,
    nextReadAt: attempt.at + attempt.floor,
    failures: 0,
    credentialKey: attempt.credentialKey,
  };
}

/** The snapshot after a read that failed: what was known before stays, with the reason beside it. */
export function afterFailure(
  attempt: Attempt,
  previous: Snapshot | undefined,
  failure: {
    state: AccountState;
    message: string;
    actionUrl?: string | undefined;
    retryAfter?: number | undefined;
    /** From 0 to 1. */
    random: number;
  },
): Snapshot {
  const failures = (previous?.failures ?? 0) + 1;
  const wait = retryDelay({
    floor: attempt.floor,
    failures,
    retryAfter: failure.retryAfter,
    random: failure.random,
  });
  return {
    account: attempt.account,
    provider: attempt.provider,
    plan: previous?.plan,
    state: failure.state,
    message: failure.message,
    actionUrl: failure.actionUrl,
    readings: previous?.readings ?? [],
    owner: previous?.owner,
    samples: previous?.samples,
    fetchedAt: previous?.fetchedAt,
    knownSince: knownSince(previous),
    pushedBy: previous?.pushedBy,
    attemptedAt: attempt.at,
    nextReadAt: attempt.at + wait,
    failures,
    credentialKey: attempt.credentialKey,
  };
}

/** When readings were first known, as far as the snapshot tells; undefined when there never were any. */
export function knownSince(snapshot: Snapshot | undefined): Instant | undefined {
  return snapshot?.knownSince ?? snapshot?.fetchedAt;
}

/** States that only a person can end: asking again by the clock would harm the account or lead nowhere. */
const needsPerson: ReadonlySet<AccountState> = new Set([
  "auth_expired",
  "forbidden",
  "unsupported",
  "retired",
]);

/** Whether the account waits for a person to act. */
export function waitsForPerson(state: AccountState): boolean {
  return needsPerson.has(state);
}

/** Whether a scheduled read is due. `interval` is in milliseconds. */
export function isDue(snapshot: Snapshot, interval: number, now: Instant): boolean {
  return (
    !waitsForPerson(snapshot.state) && now >= snapshot.nextReadAt && now >= snapshot.attemptedAt + interval
  );
}

/**
 * Whether the readings may no longer be true: the last read failed, or they are older than three intervals and half
 * an hour. Without readings there is nothing to be stale.
 */
export function isStale(snapshot: Snapshot, interval: number, now: Instant): boolean {
  if (snapshot.fetchedAt === undefined) return false;
  return snapshot.state !== "ok" || isTooOld(snapshot.fetchedAt, interval, now);
}

/** Whether a reading of that instant is too old to raise or clear an alert. */
export function isTooOld(fetchedAt: Instant, interval: number, now: Instant): boolean {
  return now >= staleFrom(fetchedAt, interval);
}

/** From when on a reading of that instant is too old. */
export function staleFrom(fetchedAt: Instant, interval: number): Instant {
  return fetchedAt + Math.max(3 * interval, 30 * 60_000) + 1;
}
