import { z } from "zod";
import type { Instant } from "../../core/domain/quota.ts";
import type { Clock, Settings } from "../../core/ports.ts";
import { hours, minutes } from "../../core/provider.ts";
import type { OtlpSource } from "./facts.ts";

export type Signal = "events" | "metrics";

/** Whether a signal of a source counts, and since when it does where another one counted before. */
export interface Choice {
  counts: boolean;
  since?: Instant | undefined;
}

export interface SignalChoice {
  /**
   * Takes note that a signal with usage came from these sources, and says of each whether it counts.
   * @throws store_unavailable when a new choice cannot be remembered
   */
  choose(signal: Signal, sources: readonly OtlpSource[]): Promise<readonly Choice[]>;
}

const key = "otlp-signals";
const remembered = 1000;
const silence = hours(6);
/** How exactly it is remembered when a signal came last; finer would mean a write a request. */
const grain = minutes(15);

const entry = z.object({
  service: z.string(),
  user: z.string().optional(),
  host: z.string().optional(),
  signal: z.enum(["events", "metrics"]),
  seen: z.number(),
  since: z.number().optional(),
});
type Entry = z.output<typeof entry>;

/**
 * Decides which signal of a source counts, since programs tell the same usage twice: as an event a call, and in metrics.
 *
 * - A source is a program and its user. Where a signal does not tell the user (the metrics of Codex do not), the machine
 *   tells them apart, and where that is not told either, all users of the program are one source.
 * - The signal that comes first counts, and the other one does not for as long as it keeps coming. Events are sent within
 *   seconds of a call and metrics once a minute, so of two that are both switched on it is the events, which tell more.
 * - After 6 hours of silence (to a quarter of an hour) the other signal takes over when it comes. What it told while it
 *   was ignored stays uncounted: `since` is when it took over, and counters that began before are taken as they stand.
 * - The last 1,000 sources are remembered across restarts; users and machines only as digests.
 *
 * @param options.hash digest of a text, the same in all processes
 */
export function createSignalChoice(options: {
  settings: Pick<Settings, "get" | "set">;
  clock: Clock;
  hash: (text: string) => string;
}): SignalChoice {
  const { settings, clock, hash } = options;
  let turn: Promise<unknown> = Promise.resolve();

  async function decide(signal: Signal, sources: readonly OtlpSource[]): Promise<Choice[]> {
    const now = clock.now();
    const stored = z.array(entry).safeParse(await settings.get(key));
    const entries = stored.success ? stored.data : [];
    let changed = false;
    const choices = sources.map(({ service, user, host }): Choice => {
      const source = { service, user: user && digest(user), host: host && digest(host) };
      const rivals = entries.filter((other) => other.signal !== signal && related(other, source));
      const own = entries.find((other) => same(other, source));
      const mine = own?.signal === signal ? own : undefined;
      if (rivals.some((rival) => fresh(rival, now)) && !(mine && fresh(mine, now))) return { counts: false };
      if (mine !== undefined && Math.abs(now - mine.seen) < grain) return { counts: true, since: mine.since };
      changed = true;
      if (own !== undefined) entries.splice(entries.indexOf(own), 1);
      const counted = rivals.some(({ seen }) => mine === undefined || seen > mine.seen);
      const since = counted ? now : mine?.since;
      entries.push({ ...source, signal, seen: now, since });
      if (entries.length > remembered) entries.shift();
      return { counts: true, since };
    });
    if (changed) await settings.set(key, entries);
    return choices;
  }

  function digest(text: string): string {
    return hash(`otlp source ${text}`).slice(0, 16);
  }

  return {
    choose(signal, sources) {
      // Two requests at once must not both be the first.
      const decided = turn.then(() => decide(signal, sources));
      turn = decided.catch(() => undefined);
      return decided;
    },
  };
}

type Source = Pick<Entry, "service" | "user" | "host">;

function related(one: Source, other: Source): boolean {
  if (one.service !== other.service) return false;
  if (one.user !== undefined && other.user !== undefined) return one.user === other.user;
  return one.host === undefined || other.host === undefined || one.host === other.host;
}

function same(one: Source, other: Source): boolean {
  return one.service === other.service && one.user === other.user && one.host === other.host;
}

function fresh({ seen }: Entry, now: Instant): boolean {
  return Math.abs(now - seen) < silence;
}
