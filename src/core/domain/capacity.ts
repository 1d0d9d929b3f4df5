import type { QuotaSample } from "./history.ts";
import { type Instant, type Quota, remainingPercent } from "./quota.ts";
import { hour, isSameReset } from "./window.ts";

/** What a window of an account leaves in tokens, reservations left aside. */
export interface TokenWindow {
  /** Id of the window. */
  id: string;
  label: string;
  /** Not below 0. */
  tokens: number;
  /** How the number came about: "counted", "told", "1% = 12,300 tokens, measured over 40%", "used up". */
  basis: string;
  resetsAt?: Instant | undefined;
  /** The accounts whose use it counts. */
  accounts: readonly string[];
  /** The models that it counts for; absent: all. Empty: nobody tells which, but not all. */
  models?: readonly string[] | undefined;
}

/** What bounds an account: at least one window. */
export type TokenWindows = readonly [TokenWindow, ...TokenWindow[]];

/** What one percent of a window is in tokens. */
export interface TokensPerPercent {
  tokens: number;
  /** Percent points of rise that it was measured over. */
  points: number;
}

/** What came of looking at a window: its tokens, that nobody knows, or that it says nothing of tokens. */
export type WindowLook =
  | { kind: "tokens"; tokens: number; basis: string; resetsAt?: Instant | undefined }
  | { kind: "unknown" }
  | { kind: "other" };

/**
 * What a window leaves. One of tokens: its limit less what is used. One of percent: what is left of it at the measured
 * size of a percent. Any one that is used up: nothing, whatever it counts. Windows of less than an hour are rates,
 * which fill up again while a task runs, so they are passed over.
 *
 * @param facts.spent tokens recorded since the window was true, or since it has started over
 * @param facts.perPercent asked only where it is needed
 */
export function lookAtWindow(
  quota: Quota,
  facts: { now: Instant; spent: number; perPercent: TokensPerPercent | undefined },
): WindowLook {
  const { unit, limit, windowSeconds, resetsAt } = quota;
  if (windowSeconds !== undefined && windowSeconds < hour) return { kind: "other" };
  const over = hasStartedOver(quota, facts.now);
  const used = over ? 0 : quota.used;
  const reset = over ? undefined : resetsAt;
  const left = remainingPercent({ used, limit });
  if (left === 0) return { kind: "tokens", tokens: 0, basis: "used up", resetsAt: reset };
  if (unit === "tokens") {
    if (used === undefined || limit === undefined) return { kind: "unknown" };
    return {
      kind: "tokens",
      tokens: atLeastNone(limit - used - facts.spent),
      basis: "told",
      resetsAt: reset,
    };
  }
  if (unit !== "percent") return { kind: "other" };
  const { perPercent } = facts;
  if (left === undefined || perPercent === undefined) return { kind: "unknown" };
  return {
    kind: "tokens",
    tokens: atLeastNone(left * perPercent.tokens - facts.spent),
    basis: `1% = ${perPercent.tokens.toLocaleString("en-US")} tokens, measured over ${Math.floor(perPercent.points)}%`,
    resetsAt: reset,
  };
}

/** Whether the window has started over since it was told. */
export function hasStartedOver({ resetsAt }: Pick<Quota, "resetsAt">, now: Instant): boolean {
  return resetsAt !== undefined && resetsAt <= now;
}

/** A whole number of tokens that is not negative. */
export function atLeastNone(tokens: number): number {
  return Math.max(0, Math.floor(tokens));
}

/** Whether what somebody uses with an account, and a model as far as it is known, counts to the window. */
export function countsTo(
  { accounts, models }: Pick<TokenWindow, "accounts" | "models">,
  user: { account: string; model?: string | undefined },
): boolean {
  if (!accounts.includes(user.account)) return false;
  return models === undefined || user.model === undefined || models.includes(user.model);
}

/** A time in which a quota rose, by so many percent points. */
export interface Rise {
  from: Instant;
  to: Instant;
  points: number;
}

/** The rises in samples of one quota, oldest first, each within one run of its window; the newest first. */
export function risesOf(samples: readonly QuotaSample[]): Rise[] {
  const rises: Rise[] = [];
  let first: QuotaSample | undefined;
  let last: QuotaSample | undefined;
  const end = () => {
    if (first === undefined || !last?.limit) return;
    const points = ((last.value - first.value) * 100) / last.limit;
    if (points > 0) rises.unshift({ from: first.at, to: last.at, points });
  };
  for (const sample of samples) {
    // What is used beyond the limit raises nothing.
    if (!sample.limit || sample.value >= sample.limit) continue;
    if (last !== undefined && !goesOn(last, sample)) {
      end();
      first = undefined;
    }
    first ??= sample;
    last = sample;
  }
  end();
  return rises;
}

function goesOn(before: QuotaSample, after: QuotaSample): boolean {
  if (after.value < before.value || after.limit !== before.limit) return false;
  return (
    before.resetsAt === undefined ||
    after.resetsAt === undefined ||
    isSameReset(before.resetsAt, after.resetsAt)
  );
}

/** So many points of rise there must be before a percent has a size. */
const enoughPoints = 5;

/** What a percent is by the tokens that were recorded in these rises; undefined with too little to go by. */
export function tokensPerPercent(
  rises: readonly { points: number; tokens: number }[],
): TokensPerPercent | undefined {
  const points = rises.reduce((sum, rise) => sum + rise.points, 0);
  const tokens = rises.reduce((sum, rise) => sum + rise.tokens, 0);
  if (points < enoughPoints || tokens === 0) return undefined;
  return { tokens: Math.floor(tokens / points), points };
}
