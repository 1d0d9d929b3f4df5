/** An instant: milliseconds since 1970-01-01T00:00:00Z. */
export type Instant = number;

/** What a number counts. A currency other than the two named is its ISO 4217 code in lower case. */
export type Unit =
  | "percent"
  | "requests"
  | "tokens"
  | "credits"
  | "minutes"
  | "hours"
  | "usd"
  | "cny"
  | (string & {});

/** A bounded allowance. `used` may exceed `limit`; a number the provider did not tell is absent, never 0. */
export interface Quota {
  kind: "quota";
  /** Unique among the quotas of one account, stable from read to read. */
  id: string;
  /** What people call the window: "5-hour", "weekly", "monthly". */
  label: string;
  windowSeconds?: number | undefined;
  /** The pool of models this quota counts for; absent: the whole account. */
  scope?: string | undefined;
  /** Whether the provider says that this is the one that stops somebody first; absent: it does not tell. */
  binds?: boolean | undefined;
  /** Ids of the models in the pool, where the provider tells them. */
  models?: readonly string[] | undefined;
  unit: Unit;
  used?: number | undefined;
  limit?: number | undefined;
  resetsAt?: Instant | undefined;
  /**
   * Set when `used` is what usage records added up to at that instant, not what the provider told. `atLeast`: the cost
   * of some of them is not known, so it is more.
   */
  counted?: { at: Instant; atLeast: boolean } | undefined;
}

/** A prepaid amount. */
export interface Balance {
  kind: "balance";
  id: string;
  label: string;
  unit: Unit;
  remaining: number;
}

/** A counter that the plan does not bound; `limit` is a cap somebody set, when there is one. */
export interface Spend {
  kind: "spend";
  id: string;
  label: string;
  unit: Unit;
  used: number;
  limit?: number | undefined;
  windowSeconds?: number | undefined;
  resetsAt?: Instant | undefined;
}

/** One fact a provider reported. */
export type Reading = Quota | Balance | Spend;

export const accountStates = [
  "ok",
  "auth_expired",
  "forbidden",
  "needs_action",
  "rate_limited",
  "unsupported",
  "retired",
  "error",
  "pending",
] as const;
export type AccountState = (typeof accountStates)[number];

/** What the quotas of one read said, kept to find accounts that draw on one pool. */
export interface Sample {
  /** Use and limit of every window. */
  numbers: string;
  /** When they start over, in the same order; null where that is not told. */
  resets: readonly (Instant | null)[];
}

/**
 * All facts of one account: the readings of the last read that succeeded, and how the last read went.
 * A failed read changes `state`, `message` and `attemptedAt`, and leaves the readings as they were.
 */
export interface Snapshot {
  account: string;
  provider: string;
  plan?: string | undefined;
  state: AccountState;
  /** Why the state is not ok and what to do; without secrets. */
  message?: string | undefined;
  /** A page where a person can put it right; for admins only. */
  actionUrl?: string | undefined;
  readings: readonly Reading[];
  /** Whose quota it is, as a hash of the provider's own id; equal for accounts that share it. */
  owner?: string | undefined;
  /** The last three reads that tell accounts apart, newest first. */
  samples?: readonly Sample[] | undefined;
  /** When the readings were read; absent when no read has succeeded yet. */
  fetchedAt?: Instant | undefined;
  /** When readings of the account were first known. */
  knownSince?: Instant | undefined;
  attemptedAt: Instant;
  /** No read before this instant. */
  nextReadAt: Instant;
  /** Failed reads in a row. */
  failures: number;
  /** Which credential and address the read used, as an opaque key; a change allows a read at once. */
  credentialKey: string;
  /** Set when a person's machine told the readings; whose, as far as that may be known. */
  pushedBy?: { user?: string | undefined } | undefined;
}

/** When the reading was true: what was counted has an instant of its own, the rest is of the account's last read. */
export function trueAt(reading: Reading, fetchedAt: Instant | undefined): Instant | undefined {
  return reading.kind === "quota" && reading.counted !== undefined ? reading.counted.at : fetchedAt;
}

/** Part of the limit that is used, in percent; may exceed 100. Unknown when used or limit is. */
export function usedPercent(reading: {
  used?: number | undefined;
  limit?: number | undefined;
}): number | undefined {
  if (reading.used === undefined || reading.limit === undefined || reading.limit <= 0) return undefined;
  return (reading.used / reading.limit) * 100;
}

/** Part of the limit that is left, in percent, from 0 to 100; of a limit of 0 nothing. Unknown when used or limit is. */
export function remainingPercent(reading: {
  used?: number | undefined;
  limit?: number | undefined;
}): number | undefined {
  if (reading.limit === 0) return 0;
  const used = usedPercent(reading);
  return used === undefined ? undefined : Math.min(100, Math.max(0, 100 - used));
}

/**
 * The quotas that stop somebody first: those that the provider says do, or else, in each pool, the window with the
 * least left; of two with equally little left the one that blocks longer. A window whose use is unknown cannot.
 */
export function bindingQuotas(readings: readonly Reading[]): ReadonlySet<Quota> {
  const quotas = readings.filter((reading) => reading.kind === "quota");
  const told = quotas.filter((quota) => quota.binds);
  if (told.length > 0) return new Set(told);
  const pools = new Set(quotas.map((quota) => quota.scope));
  const binding = [...pools].map((pool) => tightestQuota(quotas.filter((quota) => quota.scope === pool)));
  return new Set(binding.filter((quota) => quota !== undefined));
}

/** Whether something comes back at the reading's reset: a counter without a limit only begins anew. */
export function comesBack(reading: Reading): reading is (Quota | Spend) & { resetsAt: Instant } {
  if (reading.kind === "balance" || reading.resetsAt === undefined) return false;
  return reading.kind === "quota" || reading.limit !== undefined;
}

/** The window with the least left, over all pools. Undefined when the use of none is known. */
export function tightestQuota(readings: readonly Reading[]): Quota | undefined {
  let tightest: Quota | undefined;
  for (const reading of readings) {
    if (reading.kind !== "quota" || remainingPercent(reading) === undefined) continue;
    if (tightest === undefined || bindsBefore(reading, tightest)) tightest = reading;
  }
  return tightest;
}

function bindsBefore(a: Quota, b: Quota): boolean {
  const leftOfA = remainingPercent(a) ?? 100;
  const leftOfB = remainingPercent(b) ?? 100;
  if (leftOfA !== leftOfB) return leftOfA < leftOfB;
  return (a.resetsAt ?? 0) > (b.resetsAt ?? 0);
}
