import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { projectSpend, recentSpend, recentStart } from "../../src/core/domain/cost-projection.ts";
import { addDays, type Day } from "../../src/core/domain/day.ts";

const today = "2026-11-15";
const dollar = 1_000_000;

/** What days before today cost: the first of the list yesterday; undefined is a day without use. */
function past(...costs: readonly (number | undefined)[]): (day: Day) => number | undefined {
  const known = new Map(costs.map((cost, index) => [addDays(today, -1 - index), cost]));
  return (day) => known.get(day);
}
const days = (count: number, cost: number | undefined) => Array.from({ length: count }, () => cost);

describe("what recent days cost", () => {
  it("is that of the last seven full days, and says how many of them had use", () => {
    const costs = [4, undefined, 2, 2, undefined, 0, 1, 99, 99];
    expect(recentSpend(today, past(...costs))).toEqual({ micros: 9, days: 7, daysWithUse: 5 });
  });

  it("leaves out today, which is not over", () => {
    const on = past(...days(9, 5));
    expect(recentSpend(today, (day) => (day === today ? 1_000 : on(day)))?.micros).toBe(35);
  });

  it("leaves out the days before anybody used anything", () => {
    expect(recentSpend(today, past(6, undefined, 2, 1))).toEqual({ micros: 9, days: 4, daysWithUse: 3 });
    expect(recentSpend(today, past(6, 2, 1, ...days(20, undefined), 1))).toMatchObject({ days: 7 });
  });

  it("is unknown with use on fewer than three of them", () => {
    expect(recentSpend(today, past())).toBeUndefined();
    expect(recentSpend(today, past(5, 5))).toBeUndefined();
    expect(
      recentSpend(today, past(5, 5, undefined, undefined, undefined, undefined, undefined, 5, 5)),
    ).toBeUndefined();
    expect(recentSpend(today, past(0, 0, 0))).toEqual({ micros: 0, days: 3, daysWithUse: 3 });
  });

  it("asks about no day before its start", () => {
    const asked: Day[] = [];
    recentSpend(today, (day) => void asked.push(day));
    expect(asked.every((day) => day >= recentStart(today) && day < today)).toBe(true);
  });
});

const recent = (micros: number, days = 7) => ({ micros, days, daysWithUse: days });
const span = fc.record({
  before: fc.nat(10 ** 12),
  today: fc.nat(10 ** 10),
  leftOfToday: fc.double({ min: 0, max: 1, noNaN: true }),
  daysAfter: fc.nat(31),
  recent: fc.record({
    micros: fc.nat(10 ** 12),
    days: fc.integer({ min: 3, max: 7 }),
    daysWithUse: fc.constant(3),
  }),
});

describe("a projection", () => {
  it("of $28 in the first 14 of 30 days is $60", () => {
    const first = {
      before: 28 * dollar,
      today: 0,
      leftOfToday: 1,
      daysAfter: 15,
      recent: recent(14 * dollar),
    };
    expect(projectSpend(first)).toBe(60 * dollar);
    expect(projectSpend({ ...first, before: 26 * dollar, today: 2 * dollar, daysAfter: 16 })).toBe(
      60 * dollar,
    );
  });

  it("follows the last days, not the whole month", () => {
    const risen = {
      before: 10 * dollar,
      today: 0,
      leftOfToday: 1,
      daysAfter: 9,
      recent: recent(70 * dollar),
    };
    expect(projectSpend(risen)).toBe(110 * dollar);
  });

  it("is exact for steady spending, at any time of day, whether by the hour or all at once", () => {
    fc.assert(
      fc.property(
        fc.nat(10 ** 9),
        fc.nat(30),
        fc.nat(30),
        fc.nat(24),
        (daily, daysBefore, daysAfter, hour) => {
          const known = { before: daily * daysBefore, daysAfter, recent: recent(7 * daily) };
          const whole = daily * (daysBefore + 1 + daysAfter);
          const leftOfToday = 1 - hour / 24;
          expect(projectSpend({ ...known, today: daily, leftOfToday })).toBe(whole);
          const sofar = Math.round(daily * (hour / 24));
          expect(Math.abs(projectSpend({ ...known, today: sofar, leftOfToday }) - whole)).toBeLessThanOrEqual(
            1,
          );
        },
      ),
    );
  });

  it("is a whole number, and never less than what is spent already", () => {
    fc.assert(
      fc.property(span, (some) => {
        const projected = projectSpend(some);
        expect(Number.isSafeInteger(projected)).toBe(true);
        expect(projected).toBeGreaterThanOrEqual(some.before + some.today);
      }),
    );
  });

  it("does not fall when more is spent, and ends where the span ends", () => {
    fc.assert(
      fc.property(span, fc.nat(10 ** 9), (some, more) => {
        expect(projectSpend({ ...some, today: some.today + more })).toBeGreaterThanOrEqual(
          projectSpend(some),
        );
        expect(projectSpend({ ...some, leftOfToday: 0, daysAfter: 0 })).toBe(some.before + some.today);
      }),
    );
  });

  it("does not expect a whole day's money of its last hour", () => {
    const late = {
      before: 0,
      today: dollar,
      leftOfToday: 1 / 24,
      daysAfter: 0,
      recent: recent(7 * 24 * dollar),
    };
    expect(projectSpend(late)).toBe(2 * dollar);
  });
});
