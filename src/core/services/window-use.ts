import pLimit from "p-limit";
import type { Account } from "../domain/account.ts";
import {
  type ConfiguredWindow,
  type Counted,
  countIn,
  isWithin,
  windowSpan,
} from "../domain/configured-window.ts";
import type { Instant } from "../domain/quota.ts";
import type { UsageRecord } from "../domain/usage.ts";
import type { Clock, Ledger, Log } from "../ports.ts";

/** What the ledger says that the team's own windows have used, always at hand. */
export interface WindowUse {
  /** What is known by now; undefined when nobody knows, or when what was known is too old or of the span before. */
  countedOf(account: string, window: Pick<ConfiguredWindow, "id">): Counted | undefined;
  /** Tells that records have arrived: their accounts are counted anew soon. */
  recorded(records: readonly Pick<UsageRecord, "account">[]): void;
  /**
   * Counts what is older than half a minute or of a span that has ended, since use changes with time alone too. Never
   * throws: what cannot be counted stays as it was.
   *
   * @param accounts absent: all
   */
  refresh(accounts?: readonly Pick<Account, "id">[]): Promise<void>;
  /** Calls back when what a window of the account has used is another number than before. */
  onChange(listener: (account: string) => void): void;
}

/** A little less than the half minute that the clock asks in. */
const lifetime = 29_000;
const tooOld = 5 * 60_000;

interface Count {
  start: Instant;
  resetsAt?: Instant | undefined;
  at: Instant;
  counted?: Counted | undefined;
}

/**
 * @param options.timezone the team's
 * @param options.pause resolves when what records arrive meanwhile may be counted again: however many come, the ledger
 * is asked once in between
 */
export function createWindowUse(options: {
  ledger: Pick<Ledger, "spent">;
  accounts: readonly Account[];
  clock: Clock;
  timezone: string;
  log: Log;
  pause: () => Promise<void>;
}): WindowUse {
  const { ledger, clock, log } = options;
  const windows = new Map(
    options.accounts.flatMap(({ id, windows = [] }) => (windows.length > 0 ? [[id, windows] as const] : [])),
  );
  /** By account and window. */
  const known = new Map<string, ReadonlyMap<string, Count>>();
  const underWay = new Map<string, Promise<void>>();
  const touched = new Set<string>();
  const listeners: ((account: string) => void)[] = [];
  const limit = pLimit(8);
  let following = false;
  let failing = false;

  async function count(account: string): Promise<void> {
    const now = clock.now();
    const counts = new Map<string, Count>();
    try {
      for (const window of windows.get(account) ?? []) {
        const span = windowSpan(window, now, options.timezone);
        const spent = await ledger.spent(account, span.start, now);
        const use = spent && countIn(window.unit, spent);
        counts.set(window.id, { ...span, at: now, counted: use && { ...use, at: now } });
      }
    } catch (error) {
      if (!failing) log.warn({ account, error }, "What windows have used cannot be counted for now.");
      failing = true;
      return;
    }
    failing = false;
    const before = known.get(account);
    known.set(account, counts);
    const changed = [...counts].some(([id, { counted }]) => counted?.used !== before?.get(id)?.counted?.used);
    if (changed) for (const listener of listeners) listener(account);
  }

  function counting(account: string): Promise<void> {
    const running = underWay.get(account);
    if (running !== undefined) return running;
    const started = limit(() => count(account)).finally(() => underWay.delete(account));
    underWay.set(account, started);
    return started;
  }

  function isDue(account: string): boolean {
    const counts = known.get(account);
    if (counts === undefined) return true;
    const now = clock.now();
    return [...counts.values()].some((one) => now - one.at >= lifetime || !isWithin(one, now));
  }

  async function follow(): Promise<void> {
    following = true;
    while (touched.size > 0) {
      const accounts = [...touched];
      touched.clear();
      await Promise.all(
        accounts.map(async (account) => {
          // A count that is under way may have asked before the records came.
          await underWay.get(account);
          await counting(account);
        }),
      );
      await options.pause();
    }
    following = false;
  }

  return {
    countedOf(account, { id }) {
      const found = known.get(account)?.get(id);
      const now = clock.now();
      if (found === undefined || now - found.at > tooOld || !isWithin(found, now)) return undefined;
      return found.counted;
    },
    recorded(records) {
      for (const { account } of records) if (windows.has(account)) touched.add(account);
      if (!following) void follow();
    },
    async refresh(accounts) {
      const asked = accounts?.map(({ id }) => id).filter((id) => windows.has(id)) ?? [...windows.keys()];
      await Promise.all(asked.filter(isDue).map(counting));
    },
    onChange: (listener) => void listeners.push(listener),
  };
}
