import {
  type Allocation,
  type AllocationBook,
  type EndedAllocation,
  emptyAllocations,
  sweep,
} from "../domain/allocation.ts";
import { AppError } from "../errors.ts";
import type { Clock, Log, Settings } from "../ports.ts";

/** Finds something out once for one try of a change, however many changes share it. */
export type Once = <T>(key: string, find: () => Promise<T>) => Promise<T>;

/**
 * A change of a book: the book after it, the same object when there is none, and what came of it. It may run several
 * times, each time on a newer book; what it finds out is from after that book was read.
 */
export type Change<Result> = (
  book: AllocationBook,
  once: Once,
) => Promise<{ book: AllocationBook; result: Result }>;

/** An active allocation, with the provider of its account. */
export interface ActiveAllocation extends Allocation {
  provider: string;
}

/** The allocations of each provider's accounts, shared by all replicas. */
export interface AllocationBooks {
  /** Those of all providers that are meant: the active ones, and of those that have ended the last. */
  find(
    isMeant: (one: Allocation | EndedAllocation) => boolean,
  ): Promise<{ active: ActiveAllocation[]; ended: EndedAllocation | undefined }>;
  /**
   * Changes the book, durable once the promise resolves, and nobody's change gets lost.
   * @throws store_unavailable when it cannot be kept, and what the change throws
   */
  change<Result>(provider: string, change: Change<Result>): Promise<Result>;
}

interface Waiting {
  /** Runs the change; undefined when it threw. What it says is told by `done` once it is durable. */
  run(book: AllocationBook, once: Once): Promise<AllocationBook>;
  done(): void;
  fail(error: unknown): void;
}

/** So many changes go together at most, and so often they are tried while other replicas are quicker. */
const mostTogether = 100;
const mostTries = 60;

/**
 * Keeps each book in one value of the settings. Changes of this process wait while a write is under way, and then go
 * together; other replicas are noticed because the value is only replaced if it is still the one that was read.
 *
 * @param options.providers those of the accounts
 * @param options.random from 0 to 1, for jitter
 */
export function createAllocationBooks(options: {
  providers: readonly string[];
  settings: Pick<Settings, "get" | "swap">;
  pause: (milliseconds: number) => Promise<void>;
  random: () => number;
  clock: Clock;
  log: Log;
}): AllocationBooks {
  const { providers, settings, clock, log } = options;
  const lanes = new Map<string, Waiting[]>();

  /** Whether the changes were kept, or none was needed. */
  async function attempt(provider: string, changes: readonly Waiting[]): Promise<boolean> {
    const stored = await settings.get(keyOf(provider));
    const kept = bookOf(stored);
    const swept = sweep(kept, clock.now());
    const once = createOnce();
    let book = swept.book;
    for (const change of changes) book = await change.run(book, once);
    if (book === kept) return true;
    if (!(await settings.swap(keyOf(provider), stored, book))) return false;
    for (const allocation of swept.expired) tellExpired(allocation);
    return true;
  }

  async function carryOut(provider: string, changes: readonly Waiting[]): Promise<void> {
    try {
      for (let tries = 1; tries <= mostTries; tries += 1) {
        if (await attempt(provider, changes)) {
          for (const change of changes) change.done();
          return;
        }
        await options.pause(options.random() * Math.min(100, 2 ** tries));
      }
      throw new AppError(
        "store_unavailable",
        `Other replicas change the allocations of ${provider} all the time. Try again.`,
      );
    } catch (error) {
      for (const change of changes) change.fail(error);
    }
  }

  async function work(provider: string, lane: Waiting[]): Promise<void> {
    while (lane.length > 0) await carryOut(provider, lane.splice(0, mostTogether));
    lanes.delete(provider);
  }

  function tellExpired(allocation: Allocation): void {
    const { id, agent, account, tokens, used } = allocation;
    log.info({ id, agent, account, tokens, used }, "An allocation has expired; what was not used is free.");
  }

  return {
    async find(isMeant) {
      const books = await Promise.all(
        providers.map(async (provider) => {
          const { book } = sweep(bookOf(await settings.get(keyOf(provider))), clock.now());
          const active = book.active.filter(isMeant).map((one): ActiveAllocation => ({ ...one, provider }));
          return { active, ended: book.ended.filter(isMeant) };
        }),
      );
      const ended = books.flatMap((book) => book.ended).sort((a, b) => b.endedAt - a.endedAt);
      return { active: books.flatMap((book) => book.active), ended: ended[0] };
    },
    change: (provider, change) =>
      new Promise((resolve, reject) => {
        let done = (): void => {};
        const waiting: Waiting = {
          async run(book, once) {
            try {
              const changed = await change(book, once);
              done = () => resolve(changed.result);
              return changed.book;
            } catch (error) {
              done = () => reject(error);
              return book;
            }
          },
          done: () => done(),
          fail: reject,
        };
        const lane = lanes.get(provider);
        if (lane !== undefined) {
          lane.push(waiting);
          return;
        }
        const opened = [waiting];
        lanes.set(provider, opened);
        void work(provider, opened);
      }),
  };
}

function createOnce(): Once {
  const found = new Map<string, Promise<unknown>>();
  return <T>(key: string, find: () => Promise<T>) => {
    const known = found.get(key) ?? find();
    found.set(key, known);
    return known as Promise<T>;
  };
}

function keyOf(provider: string): string {
  return `allocations ${provider}`;
}

/** What was stored; nothing when it makes no sense. */
function bookOf(stored: unknown): AllocationBook {
  if (typeof stored !== "object" || stored === null) return emptyAllocations;
  const { active, ended } = stored as Partial<AllocationBook>;
  return Array.isArray(active) && Array.isArray(ended) ? { active, ended } : emptyAllocations;
}
