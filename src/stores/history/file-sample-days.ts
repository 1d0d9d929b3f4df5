import type { Day } from "../../core/domain/day.ts";
import type { QuotaSample } from "../../core/domain/history.ts";
import type { Log } from "../../core/ports.ts";
import { createCache } from "../cache.ts";
import type { Disk } from "../disk.ts";
import { createLane } from "../lane.ts";
import { addTo, type SampleDay, type SampleDays, type Thinned, within } from "./sample-days.ts";
import { createSampleFiles } from "./sample-files.ts";

/** So many samples are kept in memory for questions. */
const budget = 100_000;
/** So many samples may wait for a disk that takes none; beyond, the oldest are given up. */
const mostUnsaved = 100_000;

export interface FileSampleDaysOptions {
  /** Made with the first sample. Nobody else may write to it. */
  folder: string;
  log: Log;
  disk: Disk;
  /** Milliseconds that samples may wait before they are written. */
  delay: number;
  /** Throws when the folder is not ours any more. Called before anything is written. */
  check(): Promise<void>;
}

/** The days of a history in a folder. What was added last is written a little later, all of it together. */
export async function openFileSampleDays(options: FileSampleDaysOptions): Promise<SampleDays> {
  const { log, delay, check } = options;
  const files = createSampleFiles(options);
  const inFiles = createLane();
  const known = new Set(await files.days());
  const cache = createCache<SampleDay>({
    load: (day) => inFiles(() => files.load(day)),
    weigh: (day) => [...day.values()].reduce((sum, those) => sum + those.length, 1),
    budget,
  });
  /** Days that have samples which are not written yet. */
  const live = new Map<Day, SampleDay>();
  const unsaved = new Map<Day, QuotaSample[]>();
  const marks = new Map<Day, Thinned | undefined>();
  let timer: NodeJS.Timeout | undefined;
  let hasToldOfFailure = false;

  async function dayOf(day: Day): Promise<SampleDay> {
    return live.get(day) ?? (await cache.get(day)) ?? new Map();
  }

  async function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    await inFiles(async () => {
      for (const [day, samples] of unsaved) {
        const count = samples.length;
        await check();
        await files.append(day, samples);
        samples.splice(0, count);
        if (samples.length > 0) continue;
        unsaved.delete(day);
        const written = live.get(day);
        if (written !== undefined) cache.put(day, written);
        live.delete(day);
      }
    });
    hasToldOfFailure = false;
  }

  async function flushOrTell(): Promise<void> {
    try {
      await flush();
    } catch (error) {
      if (!hasToldOfFailure) {
        log.warn(
          { error: String(error) },
          "Cannot write the quota history. Trying again with the next samples.",
        );
      }
      hasToldOfFailure = true;
      for (const samples of unsaved.values()) samples.splice(0, Math.max(0, samples.length - mostUnsaved));
    }
  }

  return {
    days: (from, to) => within(known, from, to),
    day: dayOf,
    async add(day, samples) {
      const samplesOfDay = await dayOf(day);
      addTo(samplesOfDay, samples);
      live.set(day, samplesOfDay);
      const waiting = unsaved.get(day) ?? [];
      for (const sample of samples) waiting.push(sample);
      unsaved.set(day, waiting);
      known.add(day);
      marks.set(day, undefined);
      timer ??= setTimeout(() => void flushOrTell(), delay).unref();
    },
    async thinned(day) {
      if (!marks.has(day)) marks.set(day, await inFiles(() => files.thinned(day)));
      return marks.get(day);
    },
    async thin(day, thinned, samples) {
      await flush();
      await check();
      if (samples !== undefined) await inFiles(() => files.replace(day, samples, thinned));
      else if (thinned !== undefined) await inFiles(() => files.mark(day, thinned));
      if (samples !== undefined) cache.put(day, samples);
      marks.set(day, thinned);
    },
    close: flushOrTell,
  };
}
