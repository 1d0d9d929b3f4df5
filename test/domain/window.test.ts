import { describe, expect, it } from "vitest";
import { monthEndingAt, startOfNextMonth, windowLabel } from "../../src/core/domain/window.ts";

const days = (count: number) => count * 86_400;

describe("the name of a window", () => {
  it.each([
    [18_000, "5-hour"],
    [3_600, "hourly"],
    [days(1), "daily"],
    [days(7), "weekly"],
    [days(28), "monthly"],
    [2_628_000, "monthly"],
    [days(31), "monthly"],
    [days(3), "3-day"],
    [5 * 60, "5-minute"],
    [90, "90-second"],
  ])("of %i seconds is %s", (seconds, label) => {
    expect(windowLabel(seconds)).toBe(label);
  });
});

describe("the month before a reset", () => {
  it.each([
    ["2026-12-01T00:00:00Z", 30],
    ["2026-03-01T00:00:00Z", 28],
    ["2028-03-01T00:00:00Z", 29],
    ["2026-11-15T10:00:00Z", 31],
    ["2026-03-31T00:00:00Z", 31],
    ["2026-05-31T00:00:00Z", 31],
    ["2026-01-01T00:00:00Z", 31],
  ])("that comes at %s has %i days", (reset, length) => {
    expect(monthEndingAt(Date.parse(reset)) / days(1)).toBe(length);
  });
});

it("the next month begins at its first midnight in UTC", () => {
  expect(new Date(startOfNextMonth(Date.parse("2026-12-31T23:59:59Z"))).toISOString()).toBe(
    "2027-01-01T00:00:00.000Z",
  );
});
