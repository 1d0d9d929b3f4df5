import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  addRecord,
  addSums,
  meanTime,
  noSums,
  type Sums,
  successRate,
  timeQuantile,
  tokensOf,
} from "../../src/core/domain/sums.ts";
import type { CostBasis, UsageRecord } from "../../src/core/domain/usage.ts";
import { usageRecord } from "../fakes/usage.ts";

const count = fc.nat(100_000);
const aRecord: fc.Arbitrary<UsageRecord> = fc
  .record({
    requests: fc.constantFrom(0, 1),
    tokens: fc.record({ input: count, output: count, cacheRead: count, cacheWrite: count, reasoning: count }),
    audioMs: count,
    outcome: fc.constantFrom("ok", "timeout"),
    costBasis: fc.constantFrom<CostBasis>("reported", "priced", "included", "free", "unpriced"),
    costMicros: fc.option(count, { nil: undefined }),
    durationMs: fc.option(fc.nat(600_000), { nil: undefined }),
  })
  .map((rest) => usageRecord("a", rest.costBasis === "unpriced" ? { ...rest, costMicros: undefined } : rest));

function sumOf(records: readonly UsageRecord[]): Sums {
  const sums = noSums();
  for (const record of records) addRecord(sums, record);
  return sums;
}

const timed = (...durations: number[]) =>
  sumOf(durations.map((durationMs) => usageRecord("a", { durationMs })));

describe("sums", () => {
  it("are the same in whatever order and parts records come", () => {
    fc.assert(
      fc.property(fc.array(aRecord, { maxLength: 30 }), fc.nat(30), (records, cut) => {
        const whole = sumOf(records);
        const parts = sumOf(records.slice(cut).reverse());
        addSums(parts, sumOf(records.slice(0, cut)));
        const { times, ...numbers } = parts;
        const { times: expectedTimes, ...expected } = whole;
        expect(numbers).toEqual(expected);
        for (const part of [0.01, 0.5, 0.95, 1]) {
          expect(timeQuantile(parts, part)).toBe(timeQuantile(whole, part));
        }
        expect(times.counts.reduce((a, b) => a + b, 0)).toBe(expectedTimes.counts.reduce((a, b) => a + b, 0));
      }),
    );
  });

  it("keep billed money, what subscriptions cover and what is free apart, and count what nobody can price", () => {
    const bases: CostBasis[] = ["reported", "priced", "included", "free"];
    const priced = bases.map((costBasis, index) => usageRecord("a", { costBasis, costMicros: 10 ** index }));
    const unknown = [
      usageRecord("a", { costBasis: "unpriced", costMicros: undefined }),
      usageRecord("a", { costBasis: "included", costMicros: undefined }),
    ];
    expect(sumOf([...priced, ...unknown])).toMatchObject({
      billedMicros: 11,
      includedMicros: 100,
      freeMicros: 1000,
      unpriced: 2,
    });
  });

  it("count every class of tokens once, and estimated ones besides", () => {
    const tokens = { input: 1, output: 10, cacheRead: 100, cacheWrite: 1000, reasoning: 10_000 };
    const sums = sumOf([usageRecord("a", { tokens, estimated: true })]);
    expect([tokensOf(sums), sums.estimated]).toEqual([11_111, 11]);
  });

  it("leave unknown what no record tells", () => {
    expect([successRate(noSums()), meanTime(noSums()), timeQuantile(noSums(), 0.95)]).toEqual([
      ...[undefined, undefined, undefined],
    ]);
    const silent = sumOf([usageRecord("a", { requests: 0 })]);
    expect([successRate(silent), meanTime(silent)]).toEqual([undefined, undefined]);
  });

  it("tell how many went well, by request", () => {
    expect(successRate(sumOf([usageRecord("a"), usageRecord("b", { outcome: "timeout" })]))).toBe(0.5);
  });
});

describe("the time within which most calls are done", () => {
  it("is the nearest rank, within 2.5 % and a millisecond", () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(3_600_000), { minLength: 1, maxLength: 60 }),
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        (durations, part) => {
          const sorted = [...durations].sort((a, b) => a - b);
          const exact = sorted[Math.max(1, Math.ceil(part * sorted.length)) - 1] ?? 0;
          const told = timeQuantile(timed(...durations), part) ?? Number.NaN;
          expect(Math.abs(told - exact)).toBeLessThanOrEqual(0.025 * exact + 1);
        },
      ),
    );
  });

  it("comes with an exact mean", () => {
    expect(meanTime(timed(1, 2, 6))).toBe(3);
  });
});
