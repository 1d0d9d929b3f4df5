import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addDays, daysBetween } from "../../src/core/domain/day.ts";
import { parsePeriod, periodExamples, periodFault } from "../../src/core/domain/period.ts";

const today = "2026-11-22";

describe("a period", () => {
  it.each([
    ["today", "2026-11-22", "2026-11-22"],
    ["yesterday", "2026-11-21", "2026-11-21"],
    ["week", "2026-11-16", "2026-11-22"],
    ["month", "2026-11-01", "2026-11-22"],
    ["7d", "2026-11-16", "2026-11-22"],
    ["1d", "2026-11-22", "2026-11-22"],
    ["2026-02", "2026-02-01", "2026-02-28"],
    ["2026-11-03", "2026-11-03", "2026-11-03"],
    ["2026-11-01..2026-11-15", "2026-11-01", "2026-11-15"],
    [" Today ", "2026-11-22", "2026-11-22"],
  ])("called %j is of these days", (text, from, to) => {
    expect(parsePeriod(text, today)).toEqual({ name: text.trim().toLowerCase(), from, to });
  });

  it.each([
    ...["", "d", "0d", "-7d", "7", "tomorrow", "2026", "2026-13", "2026-02-30", "2026-11-1"],
    ...["2026-11-15..2026-11-01", "2026-11-01..", "..2026-11-01", "2026-11-01..2026-11-02..2026-11-03"],
    ...["9999d", "1900-01-01..2026-11-01", "7d..30d"],
  ])("is not called %j", (text) => {
    expect(parsePeriod(text, today)).toBeUndefined();
  });

  it.each([
    ["tomorrow", "is no period"],
    ["2026-11-15..2026-11-01", "ends before it begins"],
    ["3662d", "is longer than 3,661 days"],
    ["1900-01-01..2026-11-01", "is longer than 3,661 days"],
  ])("is refused with the reason: %s", (text, fault) => {
    expect(periodFault(text, today)).toBe(fault);
  });

  it("of so many days has so many, the last of them today", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3_661 }), (count) => {
        const period = parsePeriod(`${count}d`, today);
        expect(period).toMatchObject({ from: addDays(today, 1 - count), to: today });
      }),
    );
  });

  it("is one for each of the examples that people are shown", () => {
    for (const example of periodExamples.split(/, | or /)) {
      const period = parsePeriod(example, today);
      expect(daysBetween(period?.from ?? "", period?.to ?? "").length).toBeGreaterThan(0);
    }
  });
});
