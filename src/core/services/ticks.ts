import type { Calendar } from "../domain/calendar.ts";
import { addDays, type Day } from "../domain/day.ts";
import type { Instant } from "../domain/quota.ts";
import { isAppError } from "../errors.ts";
import type { Clock, Settings } from "../ports.ts";

/** Lets one of several processes do what the clock starts. What is remembered outlives them. */
export interface Ticks {
  /**
   * Whether this process may run the job's tick: one that nobody has claimed yet, later than all that were, while nobody
   * is still at one before. Numbers and days compare as they are.
   */
  claim(job: string, slot: number | Day): Promise<boolean>;
  /** Runs the tick of an interval of so many milliseconds that lies nearest, and tells whether it did so here. */
  every(job: string, milliseconds: number, work: () => Promise<void>): Promise<boolean>;
  /**
   * Runs the job of a day once its time of day, "HH:MM", has come, and tells whether it did so here. Runs that were missed
   * are made up for by one.
   */
  daily(job: string, at: string, work: () => Promise<void>): Promise<boolean>;
}

/** What is remembered of a job. */
interface Tick {
  slot: number | Day;
  /** When it was claimed. */
  at: Instant;
  /** Somebody is at it until then, unless he says that he is done. */
  busyUntil?: Instant | undefined;
}

/** Milliseconds after which a process that is at something and says nothing is taken for dead. */
const usualLease = 120_000;
/** A claim so many milliseconds ahead of our clock is of a clock that was wrong. */
const mostAhead = 10 * 60_000;

/**
 * @param options.shared whether other processes work on the same store; else only daily jobs are remembered
 * @param options.calendar of the team's zone
 */
export function createTicks(options: {
  settings: Pick<Settings, "get" | "swap">;
  clock: Clock;
  calendar: Calendar;
  shared: boolean;
  lease?: number | undefined;
}): Ticks {
  const { settings, clock, calendar, lease = usualLease } = options;

  /** What has been written down; undefined when the tick is not ours. */
  async function take(job: string, slot: number | Day, busy: number): Promise<Tick | undefined> {
    const now = clock.now();
    const stored = await settings.get(keyOf(job));
    const known = tickOf(stored);
    const valid = known !== undefined && known.at <= now + mostAhead;
    if (valid && (known.busyUntil ?? 0) > now) return undefined;
    if (valid && typeof known.slot === typeof slot && known.slot >= slot) return undefined;
    const mine: Tick = busy > 0 ? { slot, at: now, busyUntil: now + busy } : { slot, at: now };
    return (await settings.swap(keyOf(job), stored, mine)) ? mine : undefined;
  }

  async function run(job: string, slot: number | Day, work: () => Promise<void>): Promise<boolean> {
    let mine = await take(job, slot, lease);
    if (mine === undefined) return false;
    let writing: Promise<void> = Promise.resolve();
    function write(next: Tick): Promise<void> {
      writing = writing.then(async () => {
        try {
          if (mine !== undefined && (await settings.swap(keyOf(job), mine, next))) mine = next;
        } catch (error) {
          // What is not written lapses by itself.
          if (!isAppError(error, "store_unavailable")) throw error;
        }
      });
      return writing;
    }
    const { at } = mine;
    const alive = setInterval(() => void write({ slot, at, busyUntil: clock.now() + lease }), lease / 3);
    try {
      await work();
    } finally {
      clearInterval(alive);
      await write({ slot, at });
    }
    return true;
  }

  return {
    claim: async (job, slot) => (await take(job, slot, 0)) !== undefined,
    async every(job, milliseconds, work) {
      if (options.shared) return await run(job, Math.round(clock.now() / milliseconds), work);
      await work();
      return true;
    },
    daily: (job, at, work) => run(job, lastDay(calendar, at, clock.now()), work),
  };
}

/** The last day on which this time of day has come. One that the clocks jump over comes with the jump. */
function lastDay(calendar: Calendar, at: string, now: Instant): Day {
  const today = new Date(calendar.wallAt(now)).toISOString().slice(0, 10);
  return calendar.instantAt(Date.parse(`${today}T${at}:00Z`)) <= now ? today : addDays(today, -1);
}

function keyOf(job: string): string {
  return `tick ${job}`;
}

function tickOf(stored: unknown): Tick | undefined {
  return typeof stored === "object" && stored !== null && "slot" in stored && "at" in stored
    ? (stored as Tick)
    : undefined;
}
