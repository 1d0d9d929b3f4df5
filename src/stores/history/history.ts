import type { Day } from "../../core/domain/day.ts";
import { type QuotaSample, thinned } from "../../core/domain/history.ts";
import type { Instant } from "../../core/domain/quota.ts";
import { AppError } from "../../core/errors.ts";
import type { History } from "../../core/ports.ts";
import { createLane } from "../lane.ts";
import { type SampleDay, type SampleDays, type Thinned, utcDay } from "./sample-days.ts";

export interface OpenHistory extends History {
  /** Puts everything away. What is added later throws store_unavailable. */
  close(): Promise<void>;
}

/** A history over days of samples, which belong to it from then on. */
export function createHistory(days: SampleDays): OpenHistory {
  const lane = createLane();
  let closing: Promise<void> | undefined;

  function assertOpen(): void {
    if (closing !== undefined) throw new AppError("store_unavailable", "The store is closed.");
  }

  async function thinDay(day: Day, now: Instant): Promise<void> {
    const reached = reachOf(day, now);
    if (reached !== undefined && (await days.thinned(day)) === reached) return;
    const before = await days.day(day);
    const after: SampleDay = new Map([...before].map(([account, those]) => [account, thinned(those, now)]));
    const isSame = countOf(after) === countOf(before);
    if (!isSame || reached !== undefined) await days.thin(day, reached, isSame ? undefined : after);
  }

  return {
    async add(samples) {
      assertOpen();
      const byDay = new Map<Day, QuotaSample[]>();
      for (const sample of samples) {
        const day = utcDay(sample.at);
        const those = byDay.get(day) ?? [];
        those.push({ ...sample });
        byDay.set(day, those);
      }
      await lane(async () => {
        for (const [day, those] of byDay) await days.add(day, those);
      });
    },
    async samples({ account, reading, from, to }) {
      const found: QuotaSample[] = [];
      for (const day of days.days(utcDay(from), utcDay(to))) {
        for (const sample of (await days.day(day)).get(account) ?? []) {
          const isAskedFor = reading === undefined || sample.reading === reading;
          if (isAskedFor && sample.at >= from && sample.at < to) found.push({ ...sample });
        }
      }
      return found.sort((a, b) => a.at - b.at);
    },
    async thin(now) {
      assertOpen();
      const oldestUntouched = utcDay(now - 2 * dayLength);
      for (const day of days.days("", oldestUntouched)) await lane(() => thinDay(day, now));
    },
    close() {
      closing ??= lane(() => days.close());
      return closing;
    },
  };
}

const dayLength = 86_400_000;

/** How far all of a day is to be thinned by now; undefined for a day of which only a part has come so far. */
function reachOf(day: Day, now: Instant): Thinned | undefined {
  const start = Date.parse(`${day}T00:00:00Z`);
  const [oldest, newest] = [now - start, now - start - dayLength];
  if (newest >= 60 * dayLength) return "day";
  return newest >= 2 * dayLength && oldest <= 60 * dayLength ? "hour" : undefined;
}

function countOf(day: SampleDay): number {
  return [...day.values()].reduce((sum, those) => sum + those.length, 0);
}
