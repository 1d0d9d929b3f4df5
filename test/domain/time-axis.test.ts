import { describe, expect, it } from "vitest";
import { createCalendar } from "../../src/core/domain/calendar.ts";
import { timeMarks } from "../../src/core/domain/time-axis.ts";

const hour = 3_600_000;
const day = 24 * hour;

function marks(zone: string, from: string, range: number, most: number): string[] {
  const start = Date.parse(from);
  const calendar = createCalendar(zone);
  return timeMarks(start, start + range, calendar, most).map(({ at, unit }) => {
    const wall = new Date(calendar.wallAt(at)).toISOString();
    return unit === "day" ? wall.slice(5, 10) : wall.slice(11, 16);
  });
}

describe("marks on an axis of time", () => {
  it("stand at round times of the zone, and at days by their date", () => {
    expect(marks("Asia/Kathmandu", "2026-11-21T07:10:00Z", day, 8)).toEqual([
      "15:00",
      "18:00",
      "21:00",
      "11-22",
      "03:00",
      "06:00",
      "09:00",
      "12:00",
    ]);
  });

  it("are as many as there is room for, over hours and over a year", () => {
    for (const range of [hour, 6 * hour, day, 2 * day, 7 * day, 30 * day, 90 * day, 366 * day]) {
      const found = marks("Europe/Berlin", "2026-01-10T10:00:00Z", range, 9);
      expect(found.length).toBeGreaterThan(0);
      expect(found.length).toBeLessThanOrEqual(10);
    }
  });

  it("keep to the clocks on the wall when they go forward", () => {
    // At 02:00 it is 03:00 on 29 March 2026 in Berlin: one hour is missing.
    expect(marks("Europe/Berlin", "2026-03-28T23:00:00Z", 6 * hour, 8)).toEqual([
      "03-29",
      "01:00",
      "03:00",
      "04:00",
      "05:00",
      "06:00",
      "07:00",
    ]);
  });

  it("are days where clocks jump over midnight, too", () => {
    // Cairo has no midnight on 24 April 2026.
    const calendar = createCalendar("Africa/Cairo");
    const from = Date.parse("2026-04-22T10:00:00Z");
    expect(timeMarks(from, from + 3 * day, calendar, 4)).toEqual(
      ["2026-04-22T22:00:00Z", "2026-04-23T22:00:00Z", "2026-04-24T21:00:00Z"].map((at) => ({
        at: Date.parse(at),
        unit: "day",
      })),
    );
  });

  it("keep to them when they go back, and name no time twice", () => {
    // On 25 October 2026 in Berlin there are two hours from 02:00 to 03:00.
    expect(marks("Europe/Berlin", "2026-10-24T22:00:00Z", 6 * hour, 8)).toEqual([
      "10-25",
      "01:00",
      "02:00",
      "03:00",
      "04:00",
      "05:00",
    ]);
    expect(marks("Europe/Berlin", "2026-10-24T22:00:00Z", 2 * day, 3)).toEqual(["10-25", "10-26"]);
  });
});
