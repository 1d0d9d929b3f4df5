import { describe, expect, it } from "vitest";
import type { QuotaSample } from "../../src/core/domain/history.ts";
import { levelsOf, pointsOf, seriesOf } from "../../src/core/domain/series.ts";
import { start as now } from "../fakes/core.ts";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

function sample(at: number, value: number, rest: Partial<QuotaSample> = {}): QuotaSample {
  return { account: "a", reading: "session", kind: "quota", at, value, limit: 100, ...rest };
}

const drawn = (samples: readonly QuotaSample[], interval = 15 * minute) =>
  seriesOf(samples, { interval, now });

describe("the series of a window", () => {
  it("is what was left, in percent of its limit", () => {
    const { stretches } = drawn([
      sample(now - hour, 30, { limit: 120 }),
      sample(now - 45 * minute, 60, { limit: 120 }),
    ]);
    expect(stretches).toEqual([
      [
        { at: now - hour, left: 75 },
        { at: now - 45 * minute, left: 50 },
      ],
    ]);
  });

  it("leaves out what says nothing: samples without a limit, and nothing at all", () => {
    expect(drawn([sample(now, 30, { limit: undefined })])).toEqual({ stretches: [], resets: [] });
    expect(drawn([])).toEqual({ stretches: [], resets: [] });
  });

  it.each([
    ["three polls", 15 * minute, 45 * minute, 1],
    ["more than three polls", 15 * minute, 46 * minute, 2],
    ["three long polls", hour, 3 * hour, 1],
    ["more than three long polls", hour, 3 * hour + 1, 2],
    ["half an hour of a quick one", 5 * minute, 30 * minute, 1],
    ["more than half an hour of a quick one", 5 * minute, 31 * minute, 2],
  ])(
    "breaks off only over gaps longer than three polls and half an hour: %s",
    (_, interval, apart, parts) => {
      const { stretches } = drawn([sample(now - apart, 10), sample(now, 20)], interval);
      expect(stretches).toHaveLength(parts);
    },
  );

  it("goes on over an hour in which nothing changed, as the same is stored once an hour only", () => {
    const apart = (milliseconds: number) =>
      drawn([sample(now - milliseconds, 10), sample(now, 10)]).stretches.length;
    expect(apart(hour + 15 * minute)).toBe(1);
    expect(apart(2 * hour)).toBe(2);
  });

  it.each([
    ["hourly", 10 * day, 2 * hour, 4 * hour],
    ["daily", 90 * day, 2 * day, 4 * day],
  ])("goes on over what was thinned: %s", (_, age, usual, gap) => {
    const at = now - age;
    expect(drawn([sample(at, 10), sample(at + usual, 20)]).stretches).toHaveLength(1);
    expect(drawn([sample(at, 10), sample(at + gap, 20)]).stretches).toHaveLength(2);
  });

  it("stands at what was left until the reset, jumps to 100 there, and counts it", () => {
    const resetsAt = now - 20 * minute;
    const { stretches, resets } = drawn([
      sample(now - 30 * minute, 88, { resetsAt }),
      sample(now - 15 * minute, 4, { resetsAt: resetsAt + 5 * hour }),
    ]);
    expect(resets).toEqual([resetsAt]);
    expect(stretches).toEqual([
      [
        { at: now - 30 * minute, left: 12 },
        { at: resetsAt, left: 12 },
        { at: resetsAt, left: 100 },
        { at: now - 15 * minute, left: 96 },
      ],
    ]);
  });

  it("counts a reset that came while nothing was read, and draws no line to it", () => {
    const resetsAt = now - 3 * hour;
    const { stretches, resets } = drawn([sample(now - 5 * hour, 88, { resetsAt }), sample(now, 4)]);
    expect(resets).toEqual([resetsAt]);
    expect(stretches.map((stretch) => stretch.length)).toEqual([1, 1]);
  });

  it("takes a large rise for an early reset, and a small one for none", () => {
    const resetsAt = now + hour;
    const rise = (to: number) =>
      drawn([sample(now - 15 * minute, 60, { resetsAt }), sample(now, to, { resetsAt })]).resets;
    expect(rise(40)).toEqual([now]);
    expect(rise(41)).toEqual([]);
  });

  it("counts no reset that brought nothing back", () => {
    const resetsAt = now - 10 * minute;
    const { resets, stretches } = drawn([sample(now - 15 * minute, 0, { resetsAt }), sample(now, 0)]);
    expect(resets).toEqual([]);
    expect(pointsOf({ resets, stretches })).toHaveLength(2);
  });
});

describe("levels", () => {
  it("are the least left in each step, what the line shows between samples, and nothing in a gap", () => {
    const series = {
      stretches: [
        [
          { at: 0, left: 100 },
          { at: 5, left: 20 },
          { at: 9, left: 80 },
          { at: 20, left: 60 },
        ],
        [{ at: 45, left: 10 }],
      ],
      resets: [],
    };
    const levels = levelsOf(series, { from: 0, to: 50, steps: 5 });
    expect(levels[0]).toBe(0.2);
    expect(levels[1]).toBeCloseTo(0.69, 2);
    expect(levels.slice(2)).toEqual([0.6, undefined, 0.1]);
  });
});
