import type { Clock } from "../core/ports.ts";

const keptFor = 10 * 60_000;
const mostKept = 5_000;

/** Remembers keys for ten minutes, at most 5,000 of them, so that what is delivered twice is handled once. */
export function createRecent(clock: Clock) {
  const seen = new Map<string, number>();
  return {
    /** Whether the key is new; from now on it is not. */
    isNew(key: string): boolean {
      const now = clock.now();
      // The map keeps the order of arrival, so the oldest come first.
      for (const [old, at] of seen) {
        if (now - at < keptFor) break;
        seen.delete(old);
      }
      if (seen.has(key)) return false;
      seen.set(key, now);
      const [oldest] = seen.keys();
      if (seen.size > mostKept && oldest !== undefined) seen.delete(oldest);
      return true;
    },
  };
}
