import type { QuotaSample } from "./history.ts";
import { isSameReset } from "./window.ts";

/** What a quota stood at: a sample as far as rates need it. */
export type Point = Pick<QuotaSample, "at" | "value" | "limit" | "resetsAt">;

/** How fast a quota is used. */
export interface BurnRate {
  /** In the quota's unit. */
  perHour: number;
  /** Milliseconds that it was measured over. */
  measuredOver: number;
  /** From how many samples, the last read among them; absent: the mean since the window began. */
  samples?: number | undefined;
}

const minute = 60_000;
const hour = 60 * minute;
/** What was measured over fewer milliseconds than this says nothing. */
export const shortest = 5 * minute;
/** The recent rate is that of the last hour, or of up to this much where samples are further apart. */
const longest = 90 * minute;

/** The mean over a span in which so much was used. */
export function meanRate(used: number, measuredOver: number): BurnRate {
  return { perHour: (used * hour) / measuredOver, measuredOver };
}

/**
 * The rate of the last hour or so, up to the last point and within its window. Undefined where the points span less than
 * 5 minutes of that.
 *
 * @param points of one quota, oldest first
 */
export function recentRate(points: readonly Point[]): BurnRate | undefined {
  const run = currentRun(points);
  const last = run.at(-1);
  if (last === undefined) return undefined;
  const recent = run.filter(({ at }) => at >= last.at - longest);
  const first = recent.findLast(({ at }) => at <= last.at - hour) ?? recent[0] ?? last;
  if (last.at - first.at < shortest) return undefined;
  const samples = recent.filter(({ at }) => at >= first.at).length;
  return { ...meanRate(last.value - first.value, last.at - first.at), samples };
}

/** The points of the window that the last one is in: back to where use fell, or the reset or the limit was another. */
function currentRun(points: readonly Point[]): readonly Point[] {
  const last = points.at(-1);
  let first = points.length - 1;
  while (first > 0 && last !== undefined) {
    const [before, after] = [points[first - 1], points[first]];
    if (before === undefined || after === undefined || !isSameWindow(before, last)) break;
    if (before.value > after.value || before.at >= after.at) break;
    first -= 1;
  }
  return points.slice(Math.max(0, first));
}

function isSameWindow(a: Point, b: Point): boolean {
  if (a.limit !== b.limit) return false;
  return a.resetsAt === undefined || b.resetsAt === undefined || isSameReset(a.resetsAt, b.resetsAt);
}

/**
 * By how many percent points of its limit a quota rose up to its last sample, and over how many milliseconds, if that
 * were at least `points` within `within` milliseconds. Where there is no sample within that, as reads are rarer, the one
 * before counts, up to twice as far back; its rise has to be as steep.
 *
 * @param samples of one quota, oldest first
 */
export function rose(
  samples: readonly Point[],
  points: number,
  within: number,
): { points: number; over: number } | undefined {
  const run = currentRun(samples);
  const last = run.at(-1);
  if (last?.limit === undefined || last.limit <= 0) return undefined;
  const { at, value, limit } = last;
  const earlier = run.slice(0, -1);
  const near = earlier.filter((sample) => at - sample.at <= within);
  const rare = earlier.slice(-1).filter((sample) => at - sample.at <= 2 * within);
  // Use never falls within a run, so the earliest sample that is steep enough has the largest rise.
  return (near.length > 0 ? near : rare)
    .map((sample) => ({ points: ((value - sample.value) / limit) * 100, over: at - sample.at }))
    .find((rise) => rise.points >= points * Math.max(1, rise.over / within));
}
