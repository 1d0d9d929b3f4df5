import type { Verdict } from "./availability.ts";
import type { Instant } from "./quota.ts";
import type { Billing } from "./usage.ts";

/** What calls can be sent to: an account, and the model of it where that is known. */
export interface Candidate {
  /** Unique among the candidates of one route. */
  key: string;
  account: string;
  model?: string | undefined;
  /** Why it is among them. */
  basis: "combo" | "told" | "used";
  billing: Billing;
  verdict: Verdict;
  /** List price in micro-dollars of a million tokens, three of four of them input; absent when it is not known. */
  price?: number | undefined;
}

/** What a route has come to, kept between two questions so that it does not change with every small difference. */
export interface Choice {
  key: string;
  since: Instant;
  /**
   * Those in front of it that were passed over, and when they were expected back; null: nobody knew. One that only a
   * budget kept away is not among them: it has nothing to recover from.
   */
  awaited: Readonly<Record<string, Instant | null>>;
}

/** Percent that must be left before an earlier member of a combo counts as recovered. */
const recovered = 5;
/** Percent that another account must have more before it takes over. */
const margin = 10;
/** A hindrance that ends within so many milliseconds is sat out: others stand in, and nothing is switched. */
const brief = 120_000;

/**
 * The choice along a chain: the first that can be used, and none before the present one that has not clearly recovered.
 * The same object when nothing changes; undefined when there never was anything to use.
 */
export function chooseAlong(
  chain: readonly Candidate[],
  before: Choice | undefined,
  now: Instant,
): Choice | undefined {
  const current = chain.find(({ key }) => key === before?.key);
  const next = chain.find((one) => {
    if (one === current) return lasts(one, now);
    if (!one.verdict.available) return false;
    const isEarlier = current !== undefined && chain.indexOf(one) < chain.indexOf(current);
    return !isEarlier || before === undefined || hasRecovered(one, before, now);
  });
  if (next === undefined || next.key === before?.key) return before;
  const passed = chain
    .slice(0, chain.indexOf(next))
    .filter((one) => !isOnlySpared(one))
    .map((one) => [one.key, endOf(one, now)] as const);
  return { key: next.key, since: now, awaited: Object.fromEntries(passed) };
}

/** Whether it can be used, or will be so soon that nothing need be switched. */
function lasts({ verdict }: Candidate, now: Instant): boolean {
  return verdict.available || (verdict.until !== undefined && verdict.until - now <= brief);
}

/** Whether nothing keeps it away but a budget. */
function isOnlySpared({ verdict: { hindrances } }: Candidate): boolean {
  return hindrances.length > 0 && hindrances.every(({ code }) => code === "budget");
}

function endOf({ verdict }: Candidate, now: Instant): Instant | null {
  return verdict.available ? now : (verdict.until ?? null);
}

/**
 * The end it was expected to come back at has passed, or it has been seen with enough left since. What was not waited
 * for may be used as soon as it can be.
 */
function hasRecovered({ key, verdict }: Candidate, choice: Choice, now: Instant): boolean {
  const { left, knownAt } = verdict;
  const expected = choice.awaited[key];
  if (expected === undefined) return true;
  const isDue = expected !== null && expected <= now;
  if (left === undefined) return isDue || expected === null;
  return left >= recovered && (isDue || (knownAt ?? 0) > choice.since);
}

/**
 * The choice among accounts that all serve a model: the best, see `byWorth`. The present one stays until it cannot be
 * used, another one costs nothing where it does, or another one has clearly more left.
 */
export function chooseAmong(
  candidates: readonly Candidate[],
  before: Choice | undefined,
  now: Instant,
): Choice | undefined {
  const [best] = [...candidates].sort(byWorth);
  const current = candidates.find(({ key }) => key === before?.key);
  if (current !== undefined && lasts(current, now) && !isClearlyBetter(best, current)) return before;
  if (best === undefined || !best.verdict.available) return before;
  return best.key === before?.key ? before : { key: best.key, since: now, awaited: {} };
}

function isClearlyBetter(best: Candidate | undefined, current: Candidate): boolean {
  if (best === undefined || !best.verdict.available) return false;
  if (costs(best) !== costs(current)) return costs(best) < costs(current);
  const [left, other] = [best.verdict.left, current.verdict.left];
  return left !== undefined && other !== undefined && left >= other + margin;
}

/**
 * Usable ones first, of these those that cost nothing more before those that do, then the most left, then the lowest
 * price. What is not known comes after what is, old numbers after fresh ones.
 */
export function byWorth(a: Candidate, b: Candidate): number {
  return (
    Number(b.verdict.available) - Number(a.verdict.available) ||
    costs(a) - costs(b) ||
    isOld(a) - isOld(b) ||
    (b.verdict.left ?? -1) - (a.verdict.left ?? -1) ||
    (a.price ?? Number.MAX_VALUE) - (b.price ?? Number.MAX_VALUE) ||
    (a.key < b.key ? -1 : 1)
  );
}

function costs({ billing }: Candidate): number {
  return billing === "paid" || billing === "prepaid" ? 1 : 0;
}

function isOld({ verdict }: Candidate): number {
  return verdict.caveats.some(({ code }) => code === "stale") ? 1 : 0;
}

/** The choice, where it can be used, or whoever stands in for it. Undefined when nothing can be used now. */
export function usableNow(order: readonly Candidate[], choice: Choice | undefined): Candidate | undefined {
  const chosen = order.find(({ key }) => key === choice?.key);
  return chosen?.verdict.available ? chosen : order.find(({ verdict }) => verdict.available);
}
