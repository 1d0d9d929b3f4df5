import type { Pool } from "./pool.ts";
import { type Instant, type Quota, remainingPercent } from "./quota.ts";

/**
 * Why a call was refused for now: a quota is used up, calls come too fast, or the provider has too much to do, which is
 * nobody's quota.
 */
export type RefusalKind = "quota" | "rate" | "capacity";

/** What a refusal tells, as far as it is understood. */
export interface ToldRefusal {
  /** Absent: it does not tell. */
  kind?: RefusalKind | undefined;
  /** When calls may go on. */
  until?: Instant | undefined;
  /** One short line in our own words, without anything of the answer that could be secret. */
  reason: string;
  /** The model that the refusal itself names. */
  model?: string | undefined;
  /** Whether the limit counts for each model apart. */
  perModel?: boolean | undefined;
}

/** A refusal that somebody met. */
export interface LimitReport {
  account: string;
  model?: string | undefined;
  /** When it was met; absent: now. */
  at?: Instant | undefined;
  told: ToldRefusal;
}

/** What is blocked when only one model of an account is: no pool, whatever else the account has. */
export function modelAlone(account: string, model: string): Pool {
  // Ids of accounts have neither "/" nor "|", so the key is none of a pool.
  return { account, scope: model, key: `${account}/${model.toLowerCase()}` };
}

const shortest = 30_000;
const usual = 45_000;
const longest = 60_000;

/** When a model that its provider has no capacity for is tried again: soon, whatever was told. */
export function capacityEnd(at: Instant, told: Instant | undefined): Instant {
  return told === undefined ? at + usual : Math.min(at + longest, Math.max(at + shortest, told));
}

/** What must be left in percent before numbers speak against a refusal. */
const room = 5;
/** A provider counts the call that it refused a while later. */
const lag = 60_000;

/**
 * Whether readings show that a quota which was refused has come back: true a minute or more after the refusal, with at
 * least 5 % left in every window that counts, as far as it is known, and in one at least.
 *
 * @param refusedAt when it was refused last
 */
export function showsRoom(
  windows: readonly Quota[],
  fetchedAt: Instant | undefined,
  refusedAt: Instant,
): boolean {
  if (fetchedAt === undefined || fetchedAt < refusedAt + lag) return false;
  const left = windows.flatMap((window) => remainingPercent(window) ?? []);
  return left.length > 0 && left.every((percent) => percent >= room);
}
