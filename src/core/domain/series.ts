import { type QuotaSample, usualSpacing } from "./history.ts";
import { type Instant, remainingPercent } from "./quota.ts";

/** What was left of a window at an instant, in percent. */
export interface LinePoint {
  at: Instant;
  left: number;
}

/** What was left of a window over time. */
export interface Series {
  /** Stretches during which it was read, each oldest first; between two of them nothing is known. Never empty ones. */
  stretches: readonly (readonly LinePoint[])[];
  /** When it started over, as far as that shows. */
  resets: readonly Instant[];
}

const minute = 60_000;
/** A rise of so many points is a start over, whatever the window said of its reset. */
const suddenRise = 20;
/** Providers compute resets anew for every answer. */
const jitter = 10 * minute;

/**
 * The series of one window. A line breaks off where reads are missing: for longer than three of them and half an hour.
 * A reset stands where the window said it would be, and what was left before it stays so until then.
 *
 * @param samples of one reading, oldest first; without a limit they say nothing
 * @param reads `interval`: milliseconds between two reads
 */
export function seriesOf(samples: readonly QuotaSample[], reads: { interval: number; now: Instant }): Series {
  const stretches: LinePoint[][] = [];
  const resets: Instant[] = [];
  let before: (LinePoint & { sample: QuotaSample }) | undefined;
  for (const sample of samples) {
    const left = remainingPercent({ used: sample.value, limit: sample.limit });
    if (left === undefined) continue;
    const point = { at: sample.at, left };
    const resetAt = before && resetBetween(before, { ...point, sample });
    if (resetAt !== undefined) resets.push(resetAt);
    const stretch = stretches.at(-1);
    if (stretch === undefined || before === undefined || isGap(before.sample, sample, reads)) {
      stretches.push([point]);
    } else {
      if (resetAt !== undefined) stretch.push({ at: resetAt, left: before.left }, { at: resetAt, left: 100 });
      stretch.push(point);
    }
    before = { ...point, sample };
  }
  return { stretches, resets };
}

function isGap(before: QuotaSample, after: QuotaSample, reads: { interval: number; now: Instant }): boolean {
  const longest = Math.max(3 * reads.interval, 30 * minute, usualSpacing(before, after, reads));
  return after.at - before.at > longest;
}

type SampledPoint = LinePoint & { sample: QuotaSample };

/** When a window started over between two samples of it; undefined when it does not show that it did. */
function resetBetween(before: SampledPoint, after: SampledPoint): Instant | undefined {
  if (after.left <= before.left) return undefined;
  const told = before.sample.resetsAt;
  if (told !== undefined && told <= after.at + jitter) return Math.min(after.at, Math.max(before.at, told));
  return after.left - before.left >= suddenRise ? after.at : undefined;
}

/** All points, oldest first. */
export function pointsOf({ stretches }: Series): readonly LinePoint[] {
  return stretches.flat();
}

/**
 * What was left at so many equally long steps of a span, from 0 to 1: the least in each, or else what the line shows at its
 * middle; undefined where there is no line.
 */
export function levelsOf(
  { stretches }: Series,
  { from, to, steps }: { from: Instant; to: Instant; steps: number },
): (number | undefined)[] {
  const length = (to - from) / steps;
  return Array.from({ length: steps }, (_, step) => {
    const [start, end] = [from + step * length, from + (step + 1) * length];
    const within = stretches
      .flat()
      .filter(({ at }) => at >= start && (at < end || (step === steps - 1 && at <= to)));
    const least =
      within.length === 0
        ? leftAt(stretches, (start + end) / 2)
        : Math.min(...within.map(({ left }) => left));
    return least === undefined ? undefined : least / 100;
  });
}

function leftAt(stretches: Series["stretches"], at: Instant): number | undefined {
  for (const stretch of stretches) {
    const next = stretch.findIndex((point) => point.at >= at);
    const [before, after] = [stretch[next - 1], stretch[next]];
    if (before === undefined || after === undefined) continue;
    const part = after.at === before.at ? 1 : (at - before.at) / (after.at - before.at);
    return before.left + (after.left - before.left) * part;
  }
  return undefined;
}
