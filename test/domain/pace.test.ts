import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Point } from "../../src/core/domain/burn-rate.ts";
import { paceOf } from "../../src/core/domain/pace.ts";
import type { Quota } from "../../src/core/domain/quota.ts";
import { quota, start } from "../fakes/core.ts";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const at = { at: start, now: start, samples: [] };
/** A 5-hour window of which `hours` have passed. */
const passed = (hours: number, used: number, rest: Partial<Quota> = {}) =>
  quota({ used, resetsAt: start + (5 - hours) * hour, ...rest });
/** What the quota stood at so many minutes ago. */
const stoodAt = (...points: [minutesAgo: number, value: number][]): Point[] =>
  points.map(([minutesAgo, value]) => ({ at: start - minutesAgo * minute, value, limit: 100 }));
const weekly = (used: number, daysLeft: number) =>
  quota({ id: "weekly", windowSeconds: 604_800, used, resetsAt: start + daysLeft * day });

describe("the pace of a quota without a history", () => {
  it("is the mean since its window began, and says when it runs out before the reset", () => {
    expect(paceOf(passed(2, 60), at)).toEqual({
      perHour: 30,
      measuredOver: 2 * hour,
      projection: { runsOutAt: start + (40 / 30) * hour, beforeReset: 3 * hour - (40 / 30) * hour },
    });
  });

  it("projects nothing when the quota lasts until the reset, is unused or exhausted", () => {
    expect(paceOf(passed(4, 60), at)?.projection).toBeUndefined();
    expect(paceOf(passed(2, 0), at)).toEqual({ perHour: 0, measuredOver: 2 * hour });
    expect(paceOf(passed(2, 100), at)).toEqual({ perHour: 50, measuredOver: 2 * hour });
  });

  it("is not told of a window that has only just begun, in minutes or for its length", () => {
    expect(paceOf(passed(0.05, 60), at)).toBeUndefined();
    expect(paceOf(weekly(50, 7 - 1 / 24), at)).toBeUndefined();
    expect(paceOf(weekly(50, 7 - 2 / 24), at)).toBeDefined();
  });

  it("is not told when the window's start is not known, or it has started over", () => {
    expect(paceOf(quota({ used: 60 }), at)).toBeUndefined();
    expect(paceOf(quota({ used: 60, resetsAt: start + hour, windowSeconds: undefined }), at)).toBeUndefined();
    expect(paceOf(quota({ used: 60, resetsAt: start - hour }), at)).toBeUndefined();
    expect(paceOf(quota({ used: 60, resetsAt: start + 9 * hour }), at)).toBeUndefined();
    expect(paceOf(passed(2, 60), { ...at, now: start + 3 * hour })).toBeUndefined();
  });

  it("is not told of what is not known", () => {
    expect(paceOf(quota({ used: undefined, resetsAt: start + hour }), at)).toBeUndefined();
    expect(paceOf(passed(2, 60, { limit: undefined }), at)).toBeUndefined();
  });
});

describe("the pace of a quota with a history", () => {
  it("is that of the last hour while it says that the quota runs out soon", () => {
    const samples = stoodAt([100, 30], [70, 32], [50, 40], [20, 52]);
    expect(paceOf(passed(3, 60), { ...at, samples })).toEqual({
      perHour: 24,
      measuredOver: 70 * minute,
      samples: 4,
      projection: {
        runsOutAt: start + 100 * minute,
        beforeReset: 20 * minute,
      },
    });
  });

  it("does not say that an idle quota runs out soon, as its mean would", () => {
    const samples = stoodAt([70, 70], [60, 70], [10, 70]);
    expect(paceOf(passed(3, 70), at)?.projection).toBeDefined();
    expect(paceOf(passed(3, 70), { ...at, samples })).toEqual({
      perHour: 0,
      measuredOver: 60 * minute,
      samples: 3,
    });
  });

  it("is the mean for what lies days ahead, so that neither nights nor a busy hour lead astray", () => {
    for (const anHourAgo of [60, 58]) {
      const samples = stoodAt([60, anHourAgo]);
      expect(paceOf(weekly(60, 4), { ...at, samples })).toEqual({
        perHour: 60 / 72,
        measuredOver: 3 * day,
        projection: { runsOutAt: start + 2 * day, beforeReset: 2 * day },
      });
    }
  });

  it("is the recent one when a week's quota would be gone within hours", () => {
    const pace = paceOf(weekly(60, 4), { ...at, samples: stoodAt([60, 40], [30, 50]) });
    expect(pace).toMatchObject({ perHour: 20, samples: 3, projection: { runsOutAt: start + 2 * hour } });
  });

  it("does not look days ahead where the window's length is not known", () => {
    const month = quota({ used: 50, windowSeconds: undefined, resetsAt: start + 20 * day });
    expect(paceOf(month, { ...at, samples: stoodAt([60, 49]) })).toEqual({
      perHour: 1,
      measuredOver: hour,
      samples: 2,
    });
    expect(paceOf(month, { ...at, samples: stoodAt([60, 20]) })?.projection).toBeDefined();
  });

  it("takes no notice of samples that are not older than the numbers", () => {
    const samples = [...stoodAt([60, 30]), { at: start, value: 60, limit: 100 }];
    expect(paceOf(passed(3, 60), { ...at, samples })).toMatchObject({ samples: 2, measuredOver: hour });
  });
});

it("the pace of a window of one's own that rolls is its mean, and nothing runs out", () => {
  const rolling = quota({ used: 90, counted: { at: start, atLeast: false } });
  expect(paceOf(rolling, { ...at, samples: stoodAt([60, 10]) })).toEqual({
    perHour: 18,
    measuredOver: 5 * hour,
  });
});

it("the pace of a provider's window that tells no reset is the recent one, and nothing runs out", () => {
  const open = quota({ used: 90 });
  expect(paceOf(open, { ...at, samples: stoodAt([60, 10]) })).toEqual({
    perHour: 80,
    measuredOver: hour,
    samples: 2,
  });
});

describe("a quota that is used steadily", () => {
  const steady = fc.record({
    perHour: fc.double({ min: 1, max: 60, noNaN: true }),
    elapsed: fc.integer({ min: 6, max: 295 }),
    every: fc.integer({ min: 1, max: 45 }),
    jitter: fc.array(fc.integer({ min: -120, max: 120 }), { minLength: 300, maxLength: 300 }),
  });

  it("runs out exactly when it does, however often it is read and however its reset jitters", () => {
    fc.assert(
      fc.property(steady, ({ perHour, elapsed, every, jitter }) => {
        const began = start - elapsed * minute;
        const resetsAt = began + 5 * hour;
        const used = (instant: number) => (perHour * (instant - began)) / hour;
        const samples: Point[] = [];
        for (let instant = began; instant < start; instant += every * minute) {
          const off = (jitter[samples.length] ?? 0) * 1000;
          samples.push({ at: instant, value: used(instant), limit: 100, resetsAt: resetsAt + off });
        }
        const now = quota({ used: used(start), resetsAt });
        const runsOutAt = began + (100 / perHour) * hour;
        const found = paceOf(now, { at: start, now: start, samples });
        fc.pre(used(start) < 100 && Math.abs(runsOutAt - resetsAt) > minute);
        expect(found?.perHour).toBeCloseTo(perHour, 6);
        if (runsOutAt > resetsAt) expect(found?.projection).toBeUndefined();
        else expect((found?.projection?.runsOutAt ?? 0) - runsOutAt).toBeCloseTo(0, 0);
      }),
    );
  });

  it("is never used backwards, however often its window starts over", () => {
    const steps = fc.array(fc.record({ by: fc.nat(30), after: fc.integer({ min: 1, max: 40 }) }), {
      minLength: 1,
      maxLength: 40,
    });
    fc.assert(
      fc.property(steps, (found) => {
        const samples: Point[] = [];
        let [instant, used, resetsAt] = [start, 0, start + 5 * hour];
        for (const { by, after } of found) {
          instant += after * minute;
          if (instant >= resetsAt) [used, resetsAt] = [0, instant + 5 * hour - minute];
          used = used + by > 100 ? 0 : used + by;
          const pace = paceOf(quota({ used, resetsAt }), { at: instant, now: instant, samples });
          expect(pace?.perHour ?? 0).toBeGreaterThanOrEqual(0);
          expect(pace?.projection?.runsOutAt ?? instant).toBeGreaterThanOrEqual(instant);
          samples.push({ at: instant, value: used, limit: 100, resetsAt });
        }
      }),
    );
  });
});
