import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  addDays,
  createDays,
  daysBetween,
  isDay,
  monthEnd,
  monthStart,
  weekStart,
} from "../../src/core/domain/day.ts";

const hour = 3_600_000;
const aDay = fc
  .date({ min: new Date("1990-01-01"), max: new Date("2090-01-01"), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10));
const zones = [
  "UTC",
  "Asia/Ho_Chi_Minh",
  "Europe/Berlin",
  "America/New_York",
  "Asia/Kathmandu",
  "Australia/Lord_Howe",
];

describe("a day", () => {
  it.each([
    ["UTC", "2026-11-22T23:59:59.999Z", "2026-11-22", 23],
    ["Asia/Ho_Chi_Minh", "2026-11-22T17:00:00Z", "2026-11-23", 0],
    ["America/New_York", "2026-11-22T04:59:59Z", "2026-11-21", 23],
    ["Asia/Kathmandu", "2026-11-22T18:14:59Z", "2026-11-22", 23],
    ["Asia/Kathmandu", "2026-11-22T18:15:00Z", "2026-11-23", 0],
    ["UTC", "1969-12-31T23:59:59.999Z", "1969-12-31", 23],
  ])("in %s holds %s", (zone, at, day, expected) => {
    expect(createDays(zone).at(Date.parse(at))).toEqual({ day, hour: expected });
  });

  it.each([
    ["Europe/Berlin", "2026-03-29", 23],
    ["Europe/Berlin", "2026-10-25", 25],
    ["America/New_York", "2026-11-01", 25],
    ["Australia/Lord_Howe", "2026-10-04", 23.5],
    ["UTC", "2026-03-29", 24],
  ])("in %s, %s has as many hours as its clocks show", (zone, day, hours) => {
    const { start } = createDays(zone);
    expect((start(addDays(day, 1)) - start(day)) / hour).toBe(hours);
  });

  it("whose midnight the clocks jump over begins with the jump", () => {
    const { start, at } = createDays("Africa/Cairo");
    const begun = start("2026-04-24");
    expect(new Date(begun).toISOString()).toBe("2026-04-23T22:00:00.000Z");
    expect([at(begun - 1).day, at(begun)]).toEqual(["2026-04-23", { day: "2026-04-24", hour: 1 }]);
  });

  it("has an hour twice when clocks are set back, and both count to it", () => {
    const { at } = createDays("Europe/Berlin");
    const hours = ["2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"].map((text) => at(Date.parse(text)));
    expect(hours).toEqual([
      { day: "2026-10-25", hour: 2 },
      { day: "2026-10-25", hour: 2 },
    ]);
  });

  it.each(zones)("in %s holds every instant from its start to the next one's", (zone) => {
    const days = createDays(zone);
    fc.assert(
      fc.property(aDay, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (day, part) => {
        const [start, end] = [days.start(day), days.start(addDays(day, 1))];
        expect(days.at(start + Math.floor(part * (end - start))).day).toBe(day);
        expect(days.at(end - 1).day).toBe(day);
      }),
    );
  });
});

describe("counting days", () => {
  it("goes there and back again", () => {
    fc.assert(
      fc.property(aDay, fc.integer({ min: -5_000, max: 5_000 }), (day, count) => {
        const other = addDays(day, count);
        expect(addDays(other, -count)).toBe(day);
        expect(daysBetween(day, other)).toHaveLength(Math.max(0, count + 1));
        expect(other < day).toBe(count < 0);
      }),
    );
  });

  it("knows months and weeks", () => {
    expect([monthStart("2026-02-17"), monthEnd("2026-02-17"), monthEnd("2028-02-29")]).toEqual([
      ...["2026-02-01", "2026-02-28", "2028-02-29"],
    ]);
    expect([monthEnd("2026-12-31"), monthEnd("2026-01-31")]).toEqual(["2026-12-31", "2026-01-31"]);
    expect(["2026-11-22", "2026-11-23", "2026-11-29"].map(weekStart)).toEqual([
      ...["2026-11-16", "2026-11-23", "2026-11-23"],
    ]);
  });

  it.each([
    ["2026-11-22", true],
    ["2028-02-29", true],
    ["2026-02-29", false],
    ["2026-13-01", false],
    ["2026-1-1", false],
    ["2026-11-22T00:00", false],
    ["", false],
  ])("takes %j for a day: %s", (text, is) => {
    expect(isDay(text)).toBe(is);
  });
});
