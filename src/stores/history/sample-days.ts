import type { Day } from "../../core/domain/day.ts";
import type { QuotaSample } from "../../core/domain/history.ts";
import type { Instant } from "../../core/domain/quota.ts";

/** How far a day is thinned: the last sample of each hour, or of the day, is left. */
export type Thinned = "hour" | "day";

/** The samples of a day (UTC) by account, in the order they came. */
export type SampleDay = Map<string, QuotaSample[]>;

/** The days of a history. What changes them is called one at a time. */
export interface SampleDays {
  /** The days that have samples, of a span, in order. */
  days(from: Day, to: Day): readonly Day[];
  /** The samples of a day, to be read before anything else is awaited and never changed. */
  day(day: Day): Promise<SampleDay>;
  /** Adds samples, which belong to the day from then on. */
  add(day: Day, samples: readonly QuotaSample[]): Promise<void>;
  /** How far the day was thinned; undefined also when something was added since. */
  thinned(day: Day): Promise<Thinned | undefined>;
  /** Notes how far the day is thinned, and replaces its samples where there are others now. */
  thin(day: Day, thinned: Thinned | undefined, samples?: SampleDay): Promise<void>;
  close(): Promise<void>;
}

/** The day (UTC) of an instant. */
export function utcDay(instant: Instant): Day {
  return new Date(instant).toISOString().slice(0, 10);
}

export function addTo(day: SampleDay, samples: Iterable<QuotaSample>): void {
  for (const sample of samples) {
    const those = day.get(sample.account);
    if (those === undefined) day.set(sample.account, [sample]);
    else those.push(sample);
  }
}

export function within(days: Iterable<Day>, from: Day, to: Day): Day[] {
  return [...days].filter((day) => day >= from && day <= to).sort();
}

/** Days that are gone with the process. */
export function createMemorySampleDays(): SampleDays {
  const days = new Map<Day, SampleDay>();
  const marks = new Map<Day, Thinned | undefined>();
  return {
    days: (from, to) => within(days.keys(), from, to),
    day: async (day) => days.get(day) ?? new Map(),
    async add(day, samples) {
      const samplesOfDay = days.get(day) ?? new Map();
      addTo(samplesOfDay, samples);
      days.set(day, samplesOfDay);
      marks.delete(day);
    },
    thinned: async (day) => marks.get(day),
    async thin(day, thinned, samples) {
      marks.set(day, thinned);
      if (samples !== undefined) days.set(day, samples);
    },
    async close() {},
  };
}
