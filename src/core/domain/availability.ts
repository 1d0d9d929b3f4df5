import type { Why } from "./block.ts";
import { type AccountState, type Instant, type Quota, remainingPercent, trueAt } from "./quota.ts";
import { staleFrom } from "./snapshot.ts";
import type { Billing } from "./usage.ts";

/** Why something may not be used now. `until` is when that ends, as far as it is known. */
export type Hindrance =
  /** A window that counts is used up. */
  | { code: "exhausted"; window: string; scope?: string | undefined; until?: Instant | undefined }
  /** Nothing is left of what was paid before. */
  | { code: "no_balance"; until?: undefined }
  /** Somebody was refused: see `RefusalKind`. */
  | { code: "refused"; why: Why; until: Instant }
  /** A budget is exceeded, and only accounts that pay in another way are to be used. */
  | { code: "budget"; budget: string; to: Billing; until?: Instant | undefined }
  /** The provider has locked the account out, or ended its service. */
  | { code: "account"; state: AccountState; until?: undefined };

/** What makes an answer less sure, and forbids nothing. */
export type Caveat =
  /** The numbers are as old as that. */
  | { code: "stale"; at: Instant }
  /** Nothing is known of what is left. */
  | { code: "unknown" };

/** Whether something may be used now. */
export interface Verdict {
  available: boolean;
  /** When it may be used again; absent when it may now, or when nobody knows. */
  until?: Instant | undefined;
  hindrances: readonly Hindrance[];
  caveats: readonly Caveat[];
  /** Percent left in the window that counts first; absent when it is not known. */
  left?: number | undefined;
  /** That window. */
  window?: { label: string; scope?: string | undefined; resetsAt?: Instant | undefined } | undefined;
  /** When `left` was true. */
  knownAt?: Instant | undefined;
  /** Until then this verdict stands, unless something is learned meanwhile. */
  changesAt: Instant;
}

/** Usage is restricted to accounts that pay in one way, because a budget is exceeded. */
export interface RouteMode {
  to: Billing;
  /** Id of the budget. */
  budget: string;
  /** When the budget begins anew; absent: until the mode is taken back. */
  until?: Instant | undefined;
}

/** All there is to know of the one account and model that a verdict is about. */
export interface Facts {
  /** Windows that count for it. */
  windows: readonly Quota[];
  /** Set when there is prepaid money and nothing of it is left. */
  broke: boolean;
  billing: Billing;
  state: AccountState;
  fetchedAt?: Instant | undefined;
  /** Milliseconds between two reads of the account. */
  interval: number;
  block?: { until: Instant; why: Why } | undefined;
  mode?: RouteMode | undefined;
}

const lockedOut: ReadonlySet<AccountState> = new Set(["forbidden", "retired"]);
const forever = Number.MAX_SAFE_INTEGER;

/**
 * Judges by what is known. A window whose reset has passed since it was read has room as far as anybody knows. That an
 * account cannot be read at present, such as for a sign-in that has run out, says nothing about calls with it.
 */
export function judge(facts: Facts, now: Instant): Verdict {
  const { fetchedAt, state, block, mode } = facts;
  const hindrances: Hindrance[] = [];
  const moments: Instant[] = [];
  if (lockedOut.has(state)) hindrances.push({ code: "account", state });
  if (mode !== undefined && (mode.until ?? forever) > now && facts.billing !== mode.to) {
    hindrances.push({ code: "budget", budget: mode.budget, to: mode.to, until: mode.until });
  }
  moments.push(mode?.until ?? 0);
  if (block !== undefined && block.until > now) {
    hindrances.push({ code: "refused", why: block.why, until: block.until });
    moments.push(block.until);
  }
  if (facts.broke) hindrances.push({ code: "no_balance" });

  let tightest: { quota: Quota; left: number } | undefined;
  for (const quota of facts.windows) {
    const { resetsAt, label, scope } = quota;
    moments.push(resetsAt ?? 0);
    const left = remainingPercent(quota);
    if (left === undefined || (resetsAt !== undefined && resetsAt <= now)) continue;
    if (left <= 0) hindrances.push({ code: "exhausted", window: label, scope, until: resetsAt });
    if (tightest === undefined || left < tightest.left) tightest = { quota, left };
  }

  const knownAt = tightest && trueAt(tightest.quota, fetchedAt);
  const caveats: Caveat[] = [];
  if (tightest === undefined) caveats.push({ code: "unknown" });
  else if (knownAt !== undefined) {
    const oldFrom = staleFrom(knownAt, facts.interval);
    moments.push(oldFrom);
    const readLately = state === "ok" || tightest.quota.counted !== undefined;
    if (oldFrom <= now || !readLately) caveats.push({ code: "stale", at: knownAt });
  }
  return {
    available: hindrances.length === 0,
    until: endOf(hindrances),
    hindrances,
    caveats,
    left: tightest?.left,
    window: tightest && {
      label: tightest.quota.label,
      scope: tightest.quota.scope,
      resetsAt: tightest.quota.resetsAt,
    },
    knownAt,
    changesAt: Math.min(forever, ...moments.filter((moment) => moment > now)),
  };
}

/** When the last of them ends; undefined without any, or when it is not known of one. */
function endOf(hindrances: readonly Hindrance[]): Instant | undefined {
  const ends = hindrances.map(({ until }) => until);
  if (ends.length === 0 || ends.includes(undefined)) return undefined;
  return Math.max(...ends.map((end) => end ?? 0));
}
