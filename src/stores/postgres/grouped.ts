import { AppError } from "../../core/errors.ts";

export interface Bounds {
  /** So many items a round may have before no further caller joins it. */
  atOnce: number;
  /** So many items may wait; more are refused, for memory is finite. A caller alone may bring any number. */
  waiting: number;
}

/**
 * Does the work of all who ask meanwhile at once: one round at a time, each with the items of those who asked while the
 * one before ran, in their order. Callers have the results of their own items, and share how the round went.
 */
export function grouped<Item, Result>(
  work: (items: readonly Item[]) => Promise<readonly Result[]>,
  bounds: Bounds,
): (items: readonly Item[]) => Promise<readonly Result[]> {
  interface Caller {
    items: readonly Item[];
    resolve(results: readonly Result[]): void;
    reject(error: unknown): void;
  }
  const waiting: Caller[] = [];
  let itemsWaiting = 0;
  let running = false;

  function nextRound(): Caller[] {
    const round: Caller[] = [];
    for (let size = 0; waiting[0] !== undefined; ) {
      size += waiting[0].items.length;
      if (round.length > 0 && size > bounds.atOnce) break;
      itemsWaiting -= waiting[0].items.length;
      round.push(...waiting.splice(0, 1));
    }
    return round;
  }

  async function run(): Promise<void> {
    running = true;
    for (let round = nextRound(); round.length > 0; round = nextRound()) {
      try {
        const results = await work(round.flatMap(({ items }) => items));
        let first = 0;
        for (const { items, resolve } of round) {
          resolve(results.slice(first, first + items.length));
          first += items.length;
        }
      } catch (error) {
        for (const { reject } of round) reject(error);
      }
    }
    running = false;
  }

  return (items) =>
    new Promise((resolve, reject) => {
      if (itemsWaiting > 0 && itemsWaiting + items.length > bounds.waiting) throw tooMany(bounds.waiting);
      waiting.push({ items, resolve, reject });
      itemsWaiting += items.length;
      if (!running) void run();
    });
}

function tooMany(most: number): AppError {
  return new AppError(
    "store_unavailable",
    `More comes in than the database takes: ${most} records are waiting. Send these again in a moment.`,
    { retryAfter: 1_000 },
  );
}
