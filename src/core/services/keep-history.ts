import pLimit from "p-limit";
import { follow, type QuotaSample, samplesAlong, samplesOf, type Trail } from "../domain/history.ts";
import { type Instant, type Reading, trueAt } from "../domain/quota.ts";
import type { Clock, History, Log } from "../ports.ts";
import type { ReadingsOf } from "./account-readings.ts";
import type { ReadQuotas } from "./read-quotas.ts";

/** What quotas stood at, stored for good and, for the last hours, at hand. */
export interface KeepHistory {
  /**
   * Keeps what the readings of these accounts say by now, the team's own windows included, as far as it is news. Never
   * throws.
   */
  keep(accounts: readonly string[]): Promise<void>;
  /** Brings back what was stored of the last hours, once for each account. Never throws. */
  load(accounts: readonly { id: string }[]): Promise<void>;
  /** What one reading said in the last hours, oldest first; as far as it was loaded or kept since. */
  recent(account: string, reading: Pick<Reading, "kind" | "id">): readonly QuotaSample[];
}

const minute = 60_000;
/** So far back goes what is brought back. */
const backlog = 6 * 60 * minute;
/** What is counted by ourselves may change with every record, so it is stored so often at most. */
const countedSpacing = 5 * minute;

/** Keeps the history of accounts. A history that fails is logged and does no harm beyond its gap. */
export function createKeepHistory(options: {
  history: Pick<History, "add" | "samples">;
  readQuotas: Pick<ReadQuotas, "snapshot">;
  readingsOf: ReadingsOf;
  clock: Clock;
  log: Log;
}): KeepHistory {
  const { history, clock, log } = options;
  /** By account and reading. */
  const trails = new Map<string, Map<string, Trail>>();
  const loads = new Map<string, Promise<void>>();
  const limit = pLimit(8);

  function trailsOf(account: string): Map<string, Trail> {
    const found = trails.get(account) ?? new Map<string, Trail>();
    trails.set(account, found);
    return found;
  }

  function take(sample: QuotaSample, spacing: number): readonly QuotaSample[] {
    const known = trailsOf(sample.account);
    const key = keyOf(sample.kind, sample.reading);
    const { trail, stored } = follow(known.get(key) ?? { kept: [] }, sample, spacing);
    known.set(key, trail);
    return stored;
  }

  function newsOf(account: string, now: Instant): readonly QuotaSample[] {
    const fetchedAt = options.readQuotas.snapshot(account)?.fetchedAt;
    return options.readingsOf(account, now).flatMap((reading) => {
      const at = trueAt(reading, fetchedAt);
      if (at === undefined) return [];
      const spacing = reading.kind === "quota" && reading.counted !== undefined ? countedSpacing : 0;
      return samplesOf(account, [reading], at).flatMap((sample) => take(sample, spacing));
    });
  }

  async function loadOne(account: string): Promise<void> {
    const now = clock.now();
    try {
      const stored = await history.samples({ account, from: now - backlog, to: now + 1 });
      const since = trails.get(account);
      trails.delete(account);
      for (const sample of stored) take(sample, 0);
      for (const trail of since?.values() ?? []) {
        for (const sample of samplesAlong(trail)) take(sample, 0);
      }
    } catch (error) {
      loads.delete(account);
      log.warn({ account, error }, "The history of an account could not be read; it is tried again.");
    }
  }

  function loading(account: string): Promise<void> {
    const begun = loads.get(account) ?? limit(() => loadOne(account));
    loads.set(account, begun);
    return begun;
  }

  return {
    async keep(accounts) {
      await Promise.all(accounts.map(loading));
      const now = clock.now();
      try {
        const news = accounts.flatMap((account) => newsOf(account, now));
        if (news.length > 0) await history.add(news);
      } catch (error) {
        log.warn({ accounts: accounts.length, error }, "What quotas stand at could not be kept.");
      }
    },
    async load(accounts) {
      await Promise.all(accounts.map(({ id }) => loading(id)));
    },
    recent(account, { kind, id }) {
      const trail = trails.get(account)?.get(keyOf(kind, id));
      return trail === undefined ? [] : samplesAlong(trail);
    },
  };
}

function keyOf(kind: Reading["kind"], reading: string): string {
  return `${kind} ${reading}`;
}
