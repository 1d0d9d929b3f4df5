import { countsTo, type TokenWindow, type TokenWindows } from "./capacity.ts";
import type { Priority } from "./estimate.ts";
import type { Instant } from "./quota.ts";

/** Tokens of an account that an agent has reserved before a task. */
export interface Allocation {
  id: string;
  agent: string;
  account: string;
  model?: string | undefined;
  combo?: string | undefined;
  task?: string | undefined;
  /** By which its agent knows the request again. */
  request?: string | undefined;
  priority: Priority;
  /** What is reserved, used tokens included. */
  tokens: number;
  /** What was reserved as well until a more urgent one took it. */
  lent: number;
  /** May exceed `tokens`. */
  used: number;
  /** The ends of the ids of the last reports, so that one sent twice counts once. */
  reports: readonly string[];
  createdAt: Instant;
  expiresAt: Instant;
}

/** An allocation that has ended, remembered for what its agent may still report. */
export interface EndedAllocation
  extends Pick<Allocation, "id" | "agent" | "account" | "model" | "combo" | "task"> {
  endedAt: Instant;
  how: "released" | "expired";
}

/** The allocations of one provider's accounts: at most one active of each agent and account. */
export interface AllocationBook {
  active: readonly Allocation[];
  /** The last of each agent and account, for a day. */
  ended: readonly EndedAllocation[];
}

export const emptyAllocations: AllocationBook = { active: [], ended: [] };

/** So long and so many ended allocations are remembered. */
const memory = { for: 24 * 3_600_000, most: 200 };
/** So many reports of an allocation are known again, by so many characters. */
const reportMemory = { most: 8, characters: 16 };

/** What nobody else may have because of this allocation. */
export function unusedOf({ tokens, used }: Pick<Allocation, "tokens" | "used">): number {
  return Math.max(0, tokens - used);
}

/** What was used beyond what is reserved. */
export function overageOf({ tokens, used }: Pick<Allocation, "tokens" | "used">): number {
  return Math.max(0, used - tokens);
}

/** The book without what has expired by now, and what that is. The same object when nothing changed. */
export function sweep(
  book: AllocationBook,
  now: Instant,
): { book: AllocationBook; expired: readonly Allocation[] } {
  const expired = book.active.filter(({ expiresAt }) => expiresAt <= now);
  if (expired.length === 0) return { book, expired };
  return { book: withEnded(book, expired, "expired", now), expired };
}

/** What an agent asks for. */
export type Wish = Omit<Allocation, "lent" | "used" | "reports">;

export interface GrantRules {
  /** What the account has for the model. */
  windows: TokenWindows;
  /** Active allocations at a time. */
  maxConcurrent: { provider?: number | undefined; account?: number | undefined };
  /** Whether a high priority may take what low ones have reserved and not used. */
  lendUnused: boolean;
}

export type Grant =
  | { kind: "granted"; book: AllocationBook; allocation: Allocation; binding: Binding }
  /** The agent has one of this account. */
  | { kind: "held"; allocation: Allocation }
  | { kind: "crowded"; of: "provider" | "account"; most: number; freeAt: Instant | undefined }
  | { kind: "short"; binding: Binding; freeAt: Instant | undefined };

/** The window with the least left, and what is free of it, reservations counted. */
export interface Binding {
  window: TokenWindow;
  free: number;
}

/** Grants the wish if there is room for it in every window and among the others; changes nothing otherwise. */
export function grant(book: AllocationBook, wish: Wish, rules: GrantRules): Grant {
  const { account, agent, tokens } = wish;
  const { active } = book;
  const held = active.find((one) => one.agent === agent && one.account === account);
  if (held !== undefined) return { kind: "held", allocation: held };
  const ofAccount = active.filter((one) => one.account === account);
  for (const [of, others] of [["provider", active] as const, ["account", ofAccount] as const]) {
    const most = rules.maxConcurrent[of];
    if (most === undefined || others.length < most) continue;
    return { kind: "crowded", of, most, freeAt: firstExpiry(others) };
  }
  const others =
    rules.lendUnused && wish.priority === "high" ? borrow(active, rules.windows, tokens) : active;
  const before = bindingOf(rules.windows, others);
  if (before.free < tokens) {
    const drawing = active.filter((one) => unusedOf(one) > 0 && countsTo(before.window, one));
    return { kind: "short", binding: bindingOf(rules.windows, active), freeAt: firstExpiry(drawing) };
  }
  const allocation: Allocation = { ...wish, lent: 0, used: 0, reports: [] };
  const all = [...others, allocation];
  const ended = book.ended.filter((one) => one.agent !== agent || one.account !== account);
  return {
    kind: "granted",
    book: { active: all, ended },
    allocation,
    binding: bindingOf(rules.windows, all),
  };
}

/** What is free of a window. Below 0 when more was used than reserved. */
function freeOf(window: TokenWindow, active: readonly Allocation[]): number {
  const reserved = active.filter((one) => countsTo(window, one)).reduce((sum, one) => sum + unusedOf(one), 0);
  return window.tokens - reserved;
}

function bindingOf([first, ...others]: TokenWindows, active: readonly Allocation[]): Binding {
  return others
    .map((window) => ({ window, free: freeOf(window, active) }))
    .reduce((least, one) => (one.free < least.free ? one : least), {
      window: first,
      free: freeOf(first, active),
    });
}

/** The allocations with as much taken from low ones, those with the most unused first, as is short for so many tokens. */
function borrow(
  active: readonly Allocation[],
  windows: readonly TokenWindow[],
  tokens: number,
): readonly Allocation[] {
  let current = active;
  for (const window of windows) {
    const lenders = current
      .filter((one) => one.priority === "low" && countsTo(window, one))
      .sort((a, b) => unusedOf(b) - unusedOf(a));
    for (const lender of lenders) {
      const taken = Math.min(unusedOf(lender), tokens - freeOf(window, current));
      if (taken <= 0) continue;
      const shrunk = { ...lender, tokens: lender.tokens - taken, lent: lender.lent + taken };
      current = current.map((one) => (one.id === lender.id ? shrunk : one));
    }
  }
  return current;
}

function firstExpiry(allocations: readonly Allocation[]): Instant | undefined {
  return allocations.length === 0 ? undefined : Math.min(...allocations.map(({ expiresAt }) => expiresAt));
}

/**
 * Counts a report to an allocation; the same book when it is not active any more, or has counted the report already.
 *
 * @param report.id its own, if its agent can send the report again
 * @param report.isNew whether the ledger did not know it
 */
export function addUse(
  book: AllocationBook,
  allocation: string,
  report: { id?: string | undefined; isNew: boolean; tokens: number },
): AllocationBook {
  const mark = report.id?.slice(-reportMemory.characters);
  const active = book.active.map((one) => {
    if (one.id !== allocation) return one;
    const known = mark !== undefined && one.reports.includes(mark);
    // The ledger may know a report that a crash kept from being counted; one too old to be remembered was counted.
    const missed = !known && one.reports.length < reportMemory.most;
    if (!report.isNew && !missed) return one;
    const reports = mark === undefined ? one.reports : [...one.reports, mark].slice(-reportMemory.most);
    return { ...one, used: one.used + report.tokens, reports };
  });
  return active.some((one, index) => one !== book.active[index]) ? { ...book, active } : book;
}

/** Ends allocations before their time. */
export function release(
  book: AllocationBook,
  allocations: readonly Allocation[],
  now: Instant,
): AllocationBook {
  return allocations.length === 0 ? book : withEnded(book, allocations, "released", now);
}

function withEnded(
  book: AllocationBook,
  gone: readonly Allocation[],
  how: EndedAllocation["how"],
  now: Instant,
): AllocationBook {
  const isOf = (one: { agent: string; account: string }) =>
    gone.some(({ agent, account }) => agent === one.agent && account === one.account);
  const added = gone.map(({ id, agent, account, model, combo, task, expiresAt }): EndedAllocation => {
    const endedAt = how === "expired" ? expiresAt : now;
    return { id, agent, account, model, combo, task, endedAt, how };
  });
  const kept = book.ended.filter((one) => !isOf(one) && one.endedAt > now - memory.for);
  return {
    active: book.active.filter((one) => !gone.some(({ id }) => id === one.id)),
    ended: [...kept, ...added].slice(-memory.most),
  };
}
