import { describe, expect, it } from "vitest";
import { type Point, recentRate, rose } from "../../src/core/domain/burn-rate.ts";
import { start } from "../fakes/core.ts";

const minute = 60_000;
const hour = 60 * minute;
const point = (minutes: number, value: number, rest: Partial<Point> = {}): Point => ({
  at: start + minutes * minute,
  value,
  limit: 100,
  resetsAt: start + 5 * hour,
  ...rest,
});

describe("the recent rate", () => {
  it("is that of the last hour", () => {
    const points = [point(0, 0), point(40, 30), point(80, 34), point(100, 38)];
    expect(recentRate(points)).toEqual({ perHour: 8, measuredOver: hour, samples: 3 });
  });

  it("goes back up to 90 minutes where samples are far apart, and no further", () => {
    expect(recentRate([point(0, 10), point(90, 40)])).toMatchObject({ perHour: 20, samples: 2 });
    expect(recentRate([point(0, 10), point(91, 40)])).toBeUndefined();
  });

  it("needs two samples at least 5 minutes apart", () => {
    expect(recentRate([point(0, 10)])).toBeUndefined();
    expect(recentRate([point(0, 10), point(4.9, 12)])).toBeUndefined();
    expect(recentRate([point(0, 10), point(5, 12)])).toEqual({
      perHour: 24,
      measuredOver: 5 * minute,
      samples: 2,
    });
  });

  it.each<[string, Point[]]>([
    ["use fell", [point(0, 80), point(20, 5), point(40, 15)]],
    ["another window began at no use", [point(0, 5, { resetsAt: start }), point(20, 5), point(40, 15)]],
    ["the limit changed", [point(0, 5, { limit: 50 }), point(20, 5), point(40, 15)]],
  ])("begins where %s", (_, points) => {
    expect(recentRate(points)).toEqual({ perHour: 30, measuredOver: 20 * minute, samples: 2 });
  });

  it("goes on across resets that jitter within 10 minutes, or are not told yet", () => {
    const later = { resetsAt: start + 5 * hour + 9 * minute };
    const points = [point(0, 0, { resetsAt: undefined }), point(20, 10, later), point(40, 20)];
    expect(recentRate(points)).toMatchObject({ perHour: 30, samples: 3 });
  });
});

describe("a quota that rises fast", () => {
  const within = 15 * minute;

  it("is told with how much it rose, and over how long", () => {
    const samples = [point(0, 10), point(5, 12), point(10, 31)];
    expect(rose(samples, 15, within)).toEqual({ points: 21, over: 10 * minute });
  });

  it("is told in points of its limit", () => {
    const samples = [point(0, 100, { limit: 1_000 }), point(10, 250, { limit: 1_000 })];
    expect(rose(samples, 15, within)).toEqual({ points: 15, over: 10 * minute });
    expect(rose([point(0, 10, { limit: undefined }), point(10, 90, { limit: undefined })], 15, within)).toBe(
      undefined,
    );
  });

  it("is not one that rises more slowly, or did so before", () => {
    expect(rose([point(0, 10), point(10, 24)], 15, within)).toBeUndefined();
    expect(rose([point(0, 10), point(10, 40), point(41, 41)], 15, within)).toBeUndefined();
    expect(rose([point(0, 10)], 15, within)).toBeUndefined();
    expect(rose([], 15, within)).toBeUndefined();
  });

  it("is measured within that time wherever there is a read in it", () => {
    const samples = [point(0, 10), point(10, 36), point(20, 37), point(25, 38)];
    expect(rose(samples, 15, within)).toBeUndefined();
    expect(rose([...samples, point(26, 55)], 15, within)).toEqual({ points: 18, over: 6 * minute });
  });

  it("is found between reads further apart, if the mean is as steep", () => {
    expect(rose([point(0, 10), point(20, 30)], 15, within)).toEqual({ points: 20, over: 20 * minute });
    expect(rose([point(0, 10), point(20, 29)], 15, within)).toBeUndefined();
    expect(rose([point(0, 0), point(31, 100)], 15, within)).toBeUndefined();
  });

  it("is counted from its reset on", () => {
    const next = { resetsAt: start + 10 * hour };
    const samples = [point(0, 60), point(5, 0, next), point(10, 16, next)];
    expect(rose(samples, 15, within)).toEqual({ points: 16, over: 5 * minute });
    expect(rose([point(0, 0), point(5, 90, next)], 15, within)).toBeUndefined();
  });
});
