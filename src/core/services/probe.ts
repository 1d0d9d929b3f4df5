import type { Instant } from "../domain/quota.ts";
import type { Clock } from "../ports.ts";
import { within } from "../within.ts";

/** What a look found, or what it threw. */
export type Outcome<T> = { at: Instant } & ({ value: T } | { error: unknown });

export interface Probe<T> {
  /** What was found last; looks again when that is too old. Never rejects, and never takes longer than its patience. */
  look(): Promise<Outcome<T>>;
  /** What was found last, at once; undefined before the first look has ended. */
  last(): Outcome<T> | undefined;
}

/**
 * Looks at something now and then, however many ask: one look at a time, and at most one in `every` milliseconds. Who asks
 * waits `patience` milliseconds at the most, and is told `late()` then; what the look finds in the end counts from there on.
 */
export function createProbe<T>(options: {
  look(): Promise<T>;
  late(): unknown;
  clock: Clock;
  every: number;
  patience: number;
}): Probe<T> {
  const { clock, every, patience } = options;
  let last: Outcome<T> | undefined;
  let underWay: Promise<Outcome<T>> | undefined;

  function isFresh({ at }: Outcome<T>): boolean {
    const age = clock.now() - at;
    // A clock that was set back must not keep us from looking.
    return age >= 0 && age < every;
  }

  async function lookNow(): Promise<Outcome<T>> {
    try {
      const value = await options.look();
      last = { at: clock.now(), value };
    } catch (error) {
      last = { at: clock.now(), error };
    }
    underWay = undefined;
    return last;
  }

  return {
    async look() {
      if (last !== undefined && isFresh(last)) return last;
      underWay ??= lookNow();
      const found = await within(underWay, patience);
      if (found !== undefined) return found;
      last = { at: clock.now(), error: options.late() };
      return last;
    },
    last: () => last,
  };
}
