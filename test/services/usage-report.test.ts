import { describe, expect, it } from "vitest";
import { addDays, createDays } from "../../src/core/domain/day.ts";
import { parsePeriod } from "../../src/core/domain/period.ts";
import type { UsageRecord } from "../../src/core/domain/usage.ts";
import type { UsageQuery } from "../../src/core/domain/usage-query.ts";
import type { Budget } from "../../src/core/services/spend-outlook.ts";
import { createUsageReports } from "../../src/core/services/usage-report.ts";
import { createMemoryStore } from "../../src/stores/memory.ts";
import { createManualClock, start } from "../fakes/core.ts";
import { usageRecord } from "../fakes/usage.ts";

const today = "2026-11-22";
const dollar = 1_000_000;

async function setUp(
  records: readonly Partial<UsageRecord>[],
  options: { budgets?: readonly Budget[]; now?: number } = {},
) {
  const { ledger } = createMemoryStore();
  const days = createDays("UTC");
  await ledger.append(records.map((rest, index) => usageRecord(`record-${index}`, rest)));
  const asked: UsageQuery[] = [];
  const reports = createUsageReports({
    ledger: {
      usage(query) {
        asked.push(query);
        return ledger.usage(query);
      },
    },
    days,
    clock: createManualClock(options.now),
    budgets: async () => options.budgets ?? [],
  });
  const period = (text: string) => parsePeriod(text, today) ?? expect.fail();
  return {
    asked,
    usage: (text: string, rest: Omit<Parameters<typeof reports.usage>[0], "period"> = {}) =>
      reports.usage({ period: period(text), ...rest }),
    cost: (text = "month") => reports.cost(period(text)),
  };
}

const on = (daysAgo: number, rest: Partial<UsageRecord> = {}): Partial<UsageRecord> => ({
  day: addDays(today, -daysAgo),
  at: start - daysAgo * 86_400_000,
  ...rest,
});
const tokens = (input: number) => ({ input, output: 0, cacheRead: 0, cacheWrite: 0, reasoning: 0 });

describe("a usage report", () => {
  it("tells figures of all records of its period and no other", async () => {
    const { usage } = await setUp([
      on(0, { durationMs: 100, audioMs: 1_500 }),
      on(0, { durationMs: 301, outcome: "timeout", costBasis: "included", costMicros: 7 }),
      on(1),
    ]);
    expect(await usage("today")).toMatchObject({
      at: start,
      period: { name: "today" },
      total: {
        requests: 2,
        successRate: 0.5,
        tokens: { input: 2_500, output: 1_700, total: 4_200, estimated: 0 },
        audioSeconds: 1.5,
        billedMicros: 4_200,
        includedMicros: 7,
        freeMicros: 0,
        unpriced: 0,
        meanMs: 201,
      },
      rows: [],
      missing: [],
    });
    expect((await usage("7d")).total.requests).toBe(3);
  });

  it("tells nothing of what nobody used", async () => {
    const { usage } = await setUp([]);
    const { total, rows, peakHours } = await usage("30d", { by: "model" });
    expect([total.successRate, total.meanMs, total.p95Ms, rows, peakHours]).toEqual([
      ...[undefined, undefined, undefined, [], []],
    ]);
  });

  it("has the largest rows first, by tokens, then requests, then name", async () => {
    const { usage } = await setUp([
      { model: "small", tokens: tokens(1) },
      { model: "large", tokens: tokens(9) },
      { model: "b", tokens: tokens(5), requests: 1 },
      { model: "a", tokens: tokens(5), requests: 1 },
      { model: "often", tokens: tokens(5), requests: 0 },
      { tokens: tokens(7) },
    ]);
    expect((await usage("today", { by: "model" })).rows.map(({ value }) => value)).toEqual([
      ...["large", "", "a", "b", "often", "small"],
    ]);
  });

  it("has days and hours in their order", async () => {
    const { usage } = await setUp([
      on(0, { hour: 9 }),
      on(2, { hour: 14 }),
      on(1, { hour: 2, tokens: tokens(1e6) }),
    ]);
    const values = async (by: "day" | "hour") => (await usage("7d", { by })).rows.map(({ value }) => value);
    expect(await values("day")).toEqual(["2026-11-20", "2026-11-21", "2026-11-22"]);
    expect(await values("hour")).toEqual(["02", "09", "14"]);
  });

  it("names the busiest hours, the earlier of two alike first, at most three", async () => {
    const hours = [3, 14, 14, 14, 9, 9, 5, 5, 23];
    const { usage, asked } = await setUp(hours.map((hour) => ({ hour })));
    expect((await usage("today")).peakHours).toEqual([14, 5, 9]);
    asked.length = 0;
    expect((await usage("today", { by: "hour" })).peakHours).toEqual([14, 5, 9]);
    expect(asked).toHaveLength(1);
  });

  it("does not look for them in limited usage, which would mean reading records", async () => {
    const { usage, asked } = await setUp([{ user: "lan" }]);
    const report = await usage("today", { by: "model", only: { user: ["lan"] } });
    expect([report.total.requests, report.peakHours, asked.length]).toEqual([1, [], 1]);
    expect((await usage("today", { only: {} })).peakHours).toEqual([3]);
  });
});

describe("a cost report", () => {
  it("keeps ways of paying apart", async () => {
    const { cost } = await setUp([
      { billing: "free", costBasis: "free", costMicros: 3 },
      { billing: "subscription", costBasis: "included", costMicros: 50 },
      { billing: "paid", costMicros: 7 },
      { billing: "prepaid", costBasis: "reported", costMicros: 2 },
      { billing: "paid", costBasis: "unpriced", costMicros: undefined },
    ]);
    const { byBilling, total } = await cost("today");
    expect(total).toMatchObject({ billedMicros: 9, includedMicros: 50, freeMicros: 3, unpriced: 1 });
    expect(
      byBilling.map(({ billing, figures }) => [billing, figures.billedMicros, figures.unpriced]),
    ).toEqual([
      ["subscription", 0, 0],
      ["paid", 7, 1],
      ["prepaid", 2, 0],
      ["free", 0, 0],
    ]);
  });

  it("names the ten that cost most, by what is billed, then list value, then tokens", async () => {
    const { cost } = await setUp([
      ...Array.from({ length: 12 }, (_, index) => ({
        model: `cheap-${index}`,
        costMicros: 0,
        tokens: tokens(index),
      })),
      { model: "covered", costBasis: "included" as const, costMicros: 900 * dollar },
      { model: "billed", costMicros: 1 },
    ]);
    const { models } = await cost("today");
    expect(models.map(({ value }) => value).slice(0, 4)).toEqual([
      "billed",
      "covered",
      "cheap-11",
      "cheap-10",
    ]);
    expect(models).toHaveLength(10);
  });

  it("names every model that has calls nobody knows the price of, however little it costs", async () => {
    const unpriced = { costBasis: "unpriced" as const, costMicros: undefined, tokens: tokens(0) };
    const { cost } = await setUp([
      ...Array.from({ length: 12 }, (_, index) => ({ model: `known-${index}`, costMicros: 5 })),
      { model: "zzz-unknown", ...unpriced },
      { model: "nova-3", ...unpriced },
      { model: "nova-3", ...unpriced },
      { model: undefined, ...unpriced },
    ]);
    expect((await cost("today")).unpricedModels).toEqual(["nova-3", "", "zzz-unknown"]);
  });

  it("tells the month so far whatever its period", async () => {
    const { cost } = await setUp([on(0), on(21), on(22), on(300)]);
    const { monthToDate, total } = await cost("2026-01");
    expect([monthToDate.requests, total.requests]).toEqual([2, 1]);
  });

  it("projects billed money to the end of the month, with what it was reckoned from", async () => {
    const { cost } = await setUp(
      [1, 2, 4, 5, 6]
        .map((daysAgo) => on(daysAgo, { costMicros: 7 * dollar }))
        .concat(on(20, { costMicros: dollar })),
      { now: Date.parse("2026-11-22T00:00:00Z") },
    );
    expect((await cost()).projection).toEqual({
      until: "2026-11-30",
      micros: 36 * dollar + 9 * 5 * dollar,
      days: 7,
      daysWithUse: 5,
    });
  });

  it("projects nothing without enough data, and never list value", async () => {
    const few = await setUp([on(1), on(2), on(0)], { budgets: [{ id: "b", period: "month", usd: 1 }] });
    const report = await few.cost();
    expect([report.projection, report.budgets[0]?.projectedMicros]).toEqual([undefined, undefined]);
    const covered = [1, 2, 3].map((ago) => on(ago, { costBasis: "included", costMicros: dollar }));
    expect((await (await setUp(covered)).cost()).projection).toMatchObject({ micros: 0, daysWithUse: 3 });
  });

  it("tells where each budget stands in its own period, and where it is going", async () => {
    const daily = Array.from({ length: 21 }, (_, index) => on(index + 1, { costMicros: 2 * dollar }));
    const { cost } = await setUp([...daily, on(0, { costMicros: dollar })], {
      now: Date.parse("2026-11-22T12:00:00Z"),
      budgets: [
        { id: "daily", period: "day", usd: 5 },
        { id: "weekly", period: "week", usd: 20.000001 },
        { id: "monthly", period: "month", usd: 150 },
      ],
    });
    expect((await cost("yesterday")).budgets).toEqual([
      {
        ...{ id: "daily", period: "day", from: today, to: today },
        ...{ limitMicros: 5 * dollar, usedMicros: dollar, projectedMicros: 2 * dollar },
      },
      {
        ...{ id: "weekly", period: "week", from: "2026-11-16", to: "2026-11-22" },
        ...{ limitMicros: 20_000_001, usedMicros: 13 * dollar, projectedMicros: 14 * dollar },
      },
      {
        ...{ id: "monthly", period: "month", from: "2026-11-01", to: "2026-11-30" },
        ...{ limitMicros: 150 * dollar, usedMicros: 43 * dollar, projectedMicros: 60 * dollar },
      },
    ]);
  });

  it("costs the ledger five questions, none of which needs its records", async () => {
    const { cost, asked } = await setUp([on(0)], { budgets: [{ id: "b", period: "week", usd: 1 }] });
    await cost();
    expect(asked).toHaveLength(5);
    expect(asked.every(({ only }) => only === undefined)).toBe(true);
  });
});
