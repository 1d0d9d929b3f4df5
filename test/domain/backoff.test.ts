import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { retryDelay } from "../../src/core/domain/backoff.ts";

const minute = 60_000;

describe("the wait after a failed read", () => {
  it("doubles with every failure in a row, from the floor up to 6 hours", () => {
    const waits = [1, 2, 3, 4, 5, 6, 7, 8, 50].map((failures) =>
      retryDelay({ floor: 5 * minute, failures, random: 0 }),
    );
    expect(waits.map((wait) => wait / minute)).toEqual([5, 10, 20, 40, 80, 160, 320, 360, 360]);
  });

  it("is what the provider asks for, within 1 minute and 6 hours and never below the floor", () => {
    const asked = (retryAfter: number, floor = 0) =>
      retryDelay({ floor, failures: 1, retryAfter, random: 0 }) / minute;
    expect(asked(1554_000)).toBeCloseTo(25.9);
    expect(asked(5_000)).toBe(1);
    expect(asked(5_000, 5 * minute)).toBe(5);
    expect(asked(48 * 60 * minute)).toBe(360);
  });

  it("takes a Retry-After of 0 as none", () => {
    expect(retryDelay({ floor: 5 * minute, failures: 1, retryAfter: 0, random: 0 })).toBe(5 * minute);
  });

  it("always lies between the floor and 6 hours", () => {
    fc.assert(
      fc.property(
        fc.nat(360),
        fc.integer({ min: 1, max: 10_000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (floor, failures, random) => {
          const wait = retryDelay({ floor: floor * minute, failures, random });
          expect(wait).toBeGreaterThanOrEqual(floor * minute);
          expect(wait).toBeLessThanOrEqual(360 * minute);
        },
      ),
    );
  });
});
