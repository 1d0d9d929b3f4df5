import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createBlocks } from "../../src/core/domain/block.ts";
import { poolWith } from "../../src/core/domain/pool.ts";
import { quota, start } from "../fakes/core.ts";

const minute = 60_000;
const day = 24 * 60 * minute;
const pool = poolWith("antigravity-lan", "Claude and GPT");

/** How many minutes each of the refusals blocks, given how many minutes after the start they come. */
function minutesBlocked(refusals: { at: number; told?: number }[]): number[] {
  const blocks = createBlocks();
  return refusals.map(({ at, told }) => {
    const now = start + at * minute;
    return (blocks.add({ pool, now, told: told && start + told * minute }) - now) / minute;
  });
}

describe("a block", () => {
  it("is of the refused pool and no other, until the instant told", () => {
    const blocks = createBlocks();
    blocks.add({ pool, now: start, told: start + 30 * minute });
    expect(blocks.until(pool, start + 29 * minute)).toBe(start + 30 * minute);
    for (const other of [
      poolWith("antigravity-lan", "Gemini"),
      poolWith("antigravity-lan", ""),
      poolWith("antigravity-bob", "Claude and GPT"),
    ]) {
      expect(blocks.until(other, start)).toBeUndefined();
    }
  });

  it("ends by itself", () => {
    const blocks = createBlocks();
    blocks.add({ pool, now: start, told: start + minute });
    expect(blocks.until(pool, start + minute)).toBeUndefined();
  });

  it("lasts until the reset of a window that is nearly used up when nothing was told", () => {
    const resetsAt = start + 2 * day;
    const until = (used: number | undefined) =>
      createBlocks().add({ pool, now: start, window: quota({ used, resetsAt }) });
    expect(until(100)).toBe(resetsAt);
    expect(until(80)).toBe(resetsAt);
    expect(until(79)).toBe(start + minute);
    expect(until(undefined)).toBe(start + minute);
  });

  it("is believed neither a reset nor a told instant that has passed", () => {
    const window = quota({ used: 100, resetsAt: start - minute });
    expect(createBlocks().add({ pool, now: start, told: start, window })).toBe(start + minute);
  });

  it("doubles from a minute to an hour while refusals follow soon after", () => {
    let at = 0;
    const blocks = createBlocks();
    const lengths = Array.from({ length: 9 }, () => {
      const now = start + at * minute;
      const length = (blocks.add({ pool, now }) - now) / minute;
      at += length;
      return length;
    });
    expect(lengths).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
  });

  it("starts with a minute again after a while without refusals", () => {
    expect(minutesBlocked([{ at: 0 }, { at: 1 }, { at: 5.1 }])).toEqual([1, 2, 1]);
  });

  it("does not grow with the refusals of calls that were under way when it began", () => {
    expect(minutesBlocked([{ at: 0 }, { at: 0.25 }, { at: 0.5 }])).toEqual([1, 0.75, 0.5]);
  });

  it("is never shortened below what was told, but a guess gives way", () => {
    expect(minutesBlocked([{ at: 0, told: 60 }, { at: 1, told: 2 }, { at: 2 }])).toEqual([60, 59, 58]);
    expect(minutesBlocked([{ at: 0 }, { at: 0.5, told: 0.75 }])).toEqual([1, 0.25]);
  });

  it("lasts no longer than a month, whatever was told", () => {
    expect(createBlocks().add({ pool, now: start, told: start + 4_000 * day })).toBe(start + 32 * day);
  });

  it("always lies ahead, and is what a look-up tells", () => {
    const refusal = fc.record({
      after: fc.nat(day),
      told: fc.option(fc.integer({ min: -day, max: 90 * day }), { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.array(refusal), (refusals) => {
        const blocks = createBlocks();
        let now = start;
        for (const { after, told } of refusals) {
          now += after;
          const until = blocks.add({ pool, now, told: told === undefined ? undefined : now + told });
          expect(until).toBeGreaterThan(now);
          expect(blocks.until(pool, now)).toBe(until);
        }
      }),
    );
  });

  it("of the pool that was refused longest ago is let go when there are too many", () => {
    const blocks = createBlocks(2);
    const of = (scope: string) => poolWith("a", scope);
    const told = start + day;
    for (const scope of ["first", "second", "first", "third"])
      blocks.add({ pool: of(scope), now: start, told });
    expect(["first", "second", "third"].map((scope) => blocks.until(of(scope), start))).toEqual([
      told,
      undefined,
      told,
    ]);
  });
});
