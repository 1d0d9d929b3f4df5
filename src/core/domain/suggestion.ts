import type { Instant } from "./quota.ts";
import type { Billing } from "./usage.ts";

/** Something that would save money or quota, with the numbers that say so. Money is whole micro-dollars. */
export type Suggestion =
  /** What is billed would cost nothing more on an account that has the model for free, or in its subscription. */
  | {
      kind: "free_elsewhere" | "covered";
      account: string;
      model: string;
      to: string;
      billedMicros: number;
      requests: number;
      days: number;
      /** Percent that the other account has left; absent when it is not known. */
      left?: number | undefined;
    }
  /** The same model costs less on another account, at list price of a million tokens, three of four of them input. */
  | {
      kind: "cheaper_elsewhere";
      account: string;
      model: string;
      to: string;
      billedMicros: number;
      requests: number;
      days: number;
      priceMicros: number;
      otherMicros: number;
    }
  /** A window of it runs out so often: of a subscription, that its plan is too small. */
  | {
      kind: "plan_too_small" | "exhausted_often";
      account: string;
      window: string;
      times: number;
      days: number;
    }
  /** No window of its plan was ever used beyond this. */
  | { kind: "plan_too_large"; account: string; window: string; mostUsedPercent: number; days: number }
  /** Nobody calls at these hours (0 to 23, `from` on and before `to`), while accounts run out at others. */
  | {
      kind: "idle_hours";
      from: number;
      to: number;
      requests: number;
      total: number;
      days: number;
      exhausted: readonly { account: string; times: number }[];
    }
  | { kind: "unused"; account: string; days: number };

/** What one account did. */
export interface AccountUse {
  account: string;
  billing: Billing;
  /** Use of the last 30 days by model. */
  models: readonly {
    model: string;
    requests: number;
    billedMicros: number;
  }[];
  /** Calls of the last 14 days. */
  recentRequests: number;
  /** Its windows, as their history tells. */
  windows: readonly WindowHistory[];
  /** Whether any of its numbers changed in the last 14 days; absent when it is not known for so long. */
  moved?: boolean | undefined;
  /** What is left now. */
  left?: number | undefined;
}

/** What the history of a window tells. */
export interface WindowHistory {
  window: string;
  /** Days that are known, up to 30. */
  days: number;
  /** The most that was used, in percent. */
  mostUsedPercent: number;
  /** How many times it ran out in the last 14 days. */
  exhausted: number;
}

export interface SuggestionFacts {
  now: Instant;
  accounts: readonly AccountUse[];
  /** The accounts that are known to serve a model. */
  serving(model: string): readonly string[];
  /** List price of a million tokens of a model with an account, in micro-dollars. */
  price(account: string, model: string): number | undefined;
  /** Calls of everybody in the last 14 days by hour of the day, 24 of them, and on how many days there were any. */
  hours: readonly number[];
  daysWithUse: number;
}

const spans = { money: 30, recent: 14, plan: 30 };
const leastBilled = 500_000;
const roomy = 20;
const often = 3;
const largePlan = 30;
const cheaper = 0.8;
const idle = { hours: 6, requests: 100, days: 7, part: 0.01 };

/** All rules, those about the most money first. */
export function suggestionsFrom(facts: SuggestionFacts): Suggestion[] {
  const found = [
    ...savedElsewhere(facts),
    ...smallPlans(facts),
    ...largePlans(facts),
    ...idleHours(facts),
    ...unusedAccounts(facts),
  ];
  return found.sort((a, b) => moneyOf(b) - moneyOf(a));
}

function moneyOf(suggestion: Suggestion): number {
  return "billedMicros" in suggestion ? suggestion.billedMicros : 0;
}

/** Billed use of a model that another account has for free, in its subscription, or for at least 20 % less. */
export function savedElsewhere({ accounts, serving, price }: SuggestionFacts): Suggestion[] {
  const byId = new Map(accounts.map((one) => [one.account, one]));
  return accounts.filter(isBilled).flatMap(({ account, models }) =>
    models.flatMap(({ model, requests, billedMicros }): Suggestion[] => {
      if (billedMicros < leastBilled) return [];
      const others = serving(model).flatMap((id) => (id === account ? [] : (byId.get(id) ?? [])));
      const about = { account, model, billedMicros, requests, days: spans.money };
      const [free] = others.filter(hasRoom).sort(byBilling);
      if (free !== undefined) {
        const kind = free.billing === "free" ? "free_elsewhere" : "covered";
        return [{ kind, ...about, to: free.account, left: free.left }];
      }
      const priceMicros = price(account, model);
      if (priceMicros === undefined) return [];
      const priced = others.filter(isBilled).flatMap((other) => {
        const otherMicros = price(other.account, model);
        return otherMicros === undefined ? [] : [{ to: other.account, otherMicros }];
      });
      const [best] = priced.sort((a, b) => a.otherMicros - b.otherMicros);
      if (best === undefined || best.otherMicros > priceMicros * cheaper) return [];
      return [{ kind: "cheaper_elsewhere", ...about, ...best, priceMicros }];
    }),
  );
}

function isBilled({ billing }: AccountUse): boolean {
  return billing === "paid" || billing === "prepaid";
}

/** A subscription must be known to have room; what is free costs nothing to try. */
function hasRoom({ billing, left, windows }: AccountUse): boolean {
  if (windows.some(({ exhausted }) => exhausted >= often)) return false;
  if (billing === "free") return left === undefined || left >= roomy;
  return billing === "subscription" && left !== undefined && left >= roomy;
}

function byBilling(a: AccountUse, b: AccountUse): number {
  return Number(b.billing === "free") - Number(a.billing === "free") || (b.left ?? 0) - (a.left ?? 0);
}

/** Windows that ran out three times or more in 14 days; of each account the one that did most often. */
export function smallPlans({ accounts }: SuggestionFacts): Suggestion[] {
  return accounts.flatMap(({ account, billing, windows }): Suggestion[] => {
    const [worst] = [...windows].sort((a, b) => b.exhausted - a.exhausted);
    if (worst === undefined || worst.exhausted < often) return [];
    const kind = billing === "subscription" ? "plan_too_small" : "exhausted_often";
    return [{ kind, account, window: worst.window, times: worst.exhausted, days: spans.recent }];
  });
}

/** Subscriptions that are in use, and none of whose windows was used beyond 30 % in 30 days. */
export function largePlans({ accounts }: SuggestionFacts): Suggestion[] {
  return accounts.flatMap(({ account, billing, windows, moved }): Suggestion[] => {
    if (billing !== "subscription" || moved !== true || windows.length === 0) return [];
    const [most] = [...windows].sort((a, b) => b.mostUsedPercent - a.mostUsedPercent);
    if (most === undefined || most.mostUsedPercent >= largePlan) return [];
    if (windows.some(({ days }) => days < spans.plan)) return [];
    const { window, mostUsedPercent, days } = most;
    return [{ kind: "plan_too_large", account, window, mostUsedPercent, days }];
  });
}

/**
 * The longest span of at least 6 hours with at most 1 % of the calls, told only while accounts run out at other hours, and
 * with 100 calls or more on 7 days or more.
 */
export function idleHours({ accounts, hours, daysWithUse }: SuggestionFacts): Suggestion[] {
  const total = hours.reduce((sum, requests) => sum + requests, 0);
  const exhausted = accounts.flatMap(({ account, windows }) => {
    const times = Math.max(0, ...windows.map((one) => one.exhausted));
    return times === 0 ? [] : [{ account, times }];
  });
  if (exhausted.length === 0 || total < idle.requests || daysWithUse < idle.days) return [];
  let best: { from: number; length: number; requests: number } | undefined;
  for (let from = 0; from < 24; from += 1) {
    let requests = 0;
    for (let length = 1; length < 24; length += 1) {
      requests += hours[(from + length - 1) % 24] ?? 0;
      if (requests > total * idle.part) break;
      if (length >= idle.hours && length > (best?.length ?? 0)) best = { from, length, requests };
    }
  }
  if (best === undefined) return [];
  const { from, length, requests } = best;
  exhausted.sort((a, b) => b.times - a.times);
  const to = (from + length) % 24;
  return [{ kind: "idle_hours", from, to, requests, total, days: spans.recent, exhausted }];
}

/** Accounts without a call in 14 days whose numbers have not changed for as long either. */
export function unusedAccounts({ accounts }: SuggestionFacts): Suggestion[] {
  return accounts
    .filter(({ recentRequests, moved }) => recentRequests === 0 && moved === false)
    .map(({ account }) => ({ kind: "unused", account, days: spans.recent }));
}
