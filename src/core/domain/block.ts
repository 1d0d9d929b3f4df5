import type { RefusalKind } from "./limit-report.ts";
import type { Pool } from "./pool.ts";
import { type Instant, type Quota, remainingPercent } from "./quota.ts";

/** A refusal that said "too much" (429): what it told, and what is known of the pool. */
export interface Refusal {
  pool: Pool;
  now: Instant;
  /** When to come again, as the refusal told. */
  told?: Instant | undefined;
  /** The binding window of the pool by its last reading. */
  window?: Quota | undefined;
  why?: Why | undefined;
}

/** What a block is for, in our own words. */
export interface Why {
  kind: RefusalKind;
  reason: string;
}

/** Pools that must not be used for a while. Each block ends by itself, without anybody doing anything. */
export interface Blocks {
  /** Blocks the pool, and no other. Returns when the block ends. */
  add(refusal: Refusal): Instant;
  /** When the pool's block ends; undefined when it may be used. One look-up, however many blocks there are. */
  until(pool: Pool, now: Instant): Instant | undefined;
  /** The last block under a pool's key, which may be over; undefined when there is none to remember. */
  find(key: string): Block | undefined;
  /** Remembers a block of elsewhere in place of what there was; undefined forgets it. */
  put(key: string, block: Block | undefined): void;
  /** All that is remembered, by key. */
  all(): Iterable<readonly [string, Block]>;
}

export interface Block {
  until: Instant;
  /** Blocks in a row whose end nobody told; 0 when somebody did. */
  guesses: number;
  /** When it was made or last made longer. */
  at: Instant;
  why?: Why | undefined;
}

const minute = 60_000;
const shortestGuess = minute;
const longestGuess = 60 * minute;
/** No window is longer than a month, so no block is. */
const longest = 32 * 24 * 60 * minute;
/** A window with no more than this many percent left may have run out since it was read. */
const nearlyUsedUp = 20;

/**
 * A block lasts until the instant that the refusal told or, when the pool's binding window is nearly used up, until
 * its reset. Otherwise for a minute, doubling up to an hour with every refusal that follows soon after a block.
 * Refusals during a block never shorten what was told.
 *
 * @param capacity pools that are remembered; of more, the one that was refused longest ago is let go
 */
export function createBlocks(capacity = 10_000): Blocks {
  const blocks = new Map<string, Block>();

  function put(key: string, block: Block | undefined): void {
    // Set anew, so that the map stays in the order of the refusals.
    blocks.delete(key);
    if (block === undefined) return;
    blocks.set(key, block);
    const [oldest] = blocks.keys();
    if (blocks.size > capacity && oldest !== undefined) blocks.delete(oldest);
  }

  return {
    add(refusal) {
      const { key } = refusal.pool;
      const block = nextBlock(refusal, blocks.get(key));
      put(key, block);
      return block.until;
    },
    until(pool, now) {
      const block = blocks.get(pool.key);
      return block !== undefined && block.until > now ? block.until : undefined;
    },
    find: (key) => blocks.get(key),
    put,
    all: () => blocks,
  };
}

function nextBlock(refusal: Refusal, before: Block | undefined): Block {
  const { now, why } = refusal;
  const known = endOf(refusal);
  const current = before !== undefined && before.until > now ? before : undefined;
  if (known !== undefined) {
    const until = Math.min(known, now + longest);
    return current?.guesses === 0 && current.until >= until ? current : { until, guesses: 0, at: now, why };
  }
  if (current !== undefined) return current;
  const isSoonAfter = before !== undefined && now - before.until < guessOf(before.guesses);
  const guesses = isSoonAfter ? before.guesses + 1 : 1;
  return { until: now + guessOf(guesses), guesses, at: now, why };
}

/** When the refusal ends by what is told; undefined when nothing says so. */
function endOf({ told, window, now }: Refusal): Instant | undefined {
  return told !== undefined && told > now ? told : comingReset(window, now);
}

/** When a window comes back that is nearly used up; undefined of any other, and of none. */
export function comingReset(window: Quota | undefined, now: Instant): Instant | undefined {
  const left = window && remainingPercent(window);
  const resetsAt = left !== undefined && left <= nearlyUsedUp ? window?.resetsAt : undefined;
  return resetsAt !== undefined && resetsAt > now ? resetsAt : undefined;
}

/** Milliseconds of the block after so many guesses in a row. */
function guessOf(guesses: number): number {
  return Math.min(longestGuess, shortestGuess * 2 ** Math.min(guesses - 1, 20));
}
