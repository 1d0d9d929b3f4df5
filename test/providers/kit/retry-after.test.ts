import { describe, expect, it } from "vitest";
import { durationOf, retryAfterOf } from "../../../src/providers/kit/retry-after.ts";

const now = Date.UTC(2026, 10, 22, 3);

describe("Retry-After", () => {
  it.each([
    ["120", 120_000],
    ["1.5", 1500],
    ["Sun, 22 Nov 2026 03:01:00 GMT", 60_000],
  ])("%s is %d ms", (header, expected) => {
    expect(retryAfterOf(header, now)).toBe(expected);
  });

  it.each([[undefined], [""], ["0"], ["-5"], ["soon"], ["Sun, 22 Nov 2026 02:59:00 GMT"]])(
    "%s says nothing",
    (header) => {
      expect(retryAfterOf(header, now)).toBeUndefined();
    },
  );
});

describe("a duration", () => {
  it.each([
    ["1h2m3s", 3_723_000],
    ["6m0s", 360_000],
    ["120ms", 120],
    ["34.07s", 34_070],
    ["71h15m27.793662s", 256_527_793.662],
  ])("%s is %d ms", (text, expected) => {
    expect(durationOf(text)).toBeCloseTo(expected, 3);
  });

  it.each([[""], ["5"], ["s"], ["1d"], ["-1s"], ["1m junk"]])("%j is none", (text) => {
    expect(durationOf(text)).toBeUndefined();
  });
});
