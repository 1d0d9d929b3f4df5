import { describe, expect, it } from "vitest";
import { addDays, createDays } from "../../src/core/domain/day.ts";
import type { Incident } from "../../src/core/domain/incident.ts";
import { type BudgetState, findBudgets, findSpike } from "../../src/core/domain/money-findings.ts";
import type { UsageRecord } from "../../src/core/domain/usage.ts";
import { createMoneyFacts, type MarkedBudget } from "../../src/core/services/money-facts.ts";
import { createRouteModes } from "../../src/core/services/route-mode.ts";
import { createMemoryStore } from "../../src/stores/memory.ts";
import { createManualClock, start } from "../fakes/core.ts";
import { usageRecord } from "../fakes/usage.ts";

const today = "2026-11-22";
const dollar = 1_000_000;

async function setUp(records: readonly Partial<UsageRecord>[], budgets: readonly MarkedBudget[] = []) {
  const { ledger } = createMemoryStore();
  await ledger.append(records.map((rest, index) => usageRecord(`record-${index}`, rest)));
  const days = createDays("UTC");
  return createMoneyFacts({ ledger, days, clock: createManualClock(), budgets: async () => budgets });
}

const cost = (usd: number, rest: Partial<UsageRecord> = {}): Partial<UsageRecord> => ({
  costMicros: usd * dollar,
  ...rest,
});
const on = (daysAgo: number, usd: number, rest: Partial<UsageRecord> = {}) =>
  cost(usd, { day: addDays(today, -daysAgo), at: start - daysAgo * 86_400_000, ...rest });

describe("what is known of money", () => {
  it("is what today cost beside the two weeks before, without days that nobody used", async () => {
    const { money } = await setUp([
      ...[on(0, 3), on(0, 4), on(1, 2), on(3, 1), on(14, 5), on(15, 99)],
      on(2, 50, { costBasis: "included", billing: "subscription" }),
    ]);
    const { spike } = await money();
    expect(spike).toMatchObject({ day: today, now: start, usedMicros: 7 * dollar });
    expect([...spike.before].sort((a, b) => a - b)).toEqual([0, 1, 2, 5].map((usd) => usd * dollar));
    const rule = { factor: 2, minimumMicros: dollar, minimumDays: 3 };
    expect(findSpike(spike, rule)).toMatchObject([
      { event: { money: { usedMicros: 7 * dollar, usualMicros: 2 * dollar } } },
    ]);
    expect(findSpike(spike, { ...rule, factor: 4 })).toEqual([]);
  });

  it("names the agent or person who has at least half of it, else the model", async () => {
    const records = [
      cost(6, { agent: "agent-7", user: "lan", model: "opus" }),
      cost(2, { user: "lan", model: "glm" }),
      cost(2, { user: "minh", model: "glm" }),
    ];
    const topOf = async (...only: number[]) => {
      const { money } = await setUp(only.map((index) => records[index] ?? {}));
      return (await money()).spike.top;
    };
    expect(await topOf(0, 1, 2)).toEqual({ dimension: "agent", value: "agent-7", part: 0.6 });
    expect(await topOf(1, 2)).toEqual({ dimension: "user", value: "lan", part: 0.5 });
    const { topOf: unnamed } = await setUp([
      cost(4, { user: "lan", model: "opus" }),
      ...["a", "b"].map((user) => cost(3, { user, model: "glm" })),
    ]);
    expect(await unnamed(undefined)).toEqual({ dimension: "model", value: "glm", part: 0.6 });
  });

  it("names nobody where nobody is told or nothing is spent", async () => {
    expect((await (await setUp([cost(0, { model: "glm" })])).money()).spike.top).toBeUndefined();
    expect(await (await setUp([cost(3)])).topOf(undefined)).toBeUndefined();
  });

  it("names who uses most of an account by tokens, whatever others use", async () => {
    const tokens = (input: number) => ({ input, output: 0, cacheRead: 0, cacheWrite: 0, reasoning: 0 });
    const { topOf } = await setUp([
      { account: "glm-main", user: "lan", tokens: tokens(10), costMicros: 0 },
      { account: "glm-main", user: "minh", tokens: tokens(90), costMicros: 0 },
      { account: "other", user: "lan", tokens: tokens(1_000) },
    ]);
    expect(await topOf("glm-main")).toEqual({ dimension: "user", value: "minh", part: 0.9 });
  });

  it("is how each budget stands, with its marks and what it switches to", async () => {
    const { money } = await setUp(
      [on(0, 3), on(1, 4)],
      [
        { id: "daily", period: "day", usd: 3, at: [80, 100], switchTo: "free" },
        { id: "monthly", period: "month", usd: 70, at: [10] },
      ],
    );
    expect((await money()).budgets).toMatchObject([
      { id: "daily", from: today, to: today, usedMicros: 3 * dollar, at: [80, 100], switchTo: "free" },
      { id: "monthly", from: "2026-11-01", to: "2026-11-30", usedMicros: 7 * dollar, at: [10] },
    ]);
    const starts = [today, "2026-11-01"].map((day) => Date.parse(`${day}T00:00:00Z`));
    expect((await money()).budgets.map(({ startedAt }) => startedAt)).toEqual(starts);
  });
});

const daily = {
  ...{ id: "daily", period: "day", from: today, to: today, at: [100], switchTo: "free" },
  ...{ limitMicros: 5 * dollar, usedMicros: 5 * dollar },
} satisfies BudgetState & { to: string };
const monthly = {
  ...{ id: "monthly", period: "month", from: "2026-11-01", to: "2026-11-30", at: [100] },
  ...{ limitMicros: 9 * dollar, usedMicros: 2 * dollar, switchTo: "subscription" },
} satisfies BudgetState & { to: string };

describe("an exceeded budget that switches", () => {
  function switches(
    budgets: readonly BudgetState[],
    open: readonly { subject: string; event: object }[] = [],
  ) {
    const facts = { now: start, open: open as readonly Incident[] };
    const { findings, endings } = findBudgets(budgets, facts);
    return { found: findings.filter(({ event }) => event.type === "route.switched"), endings };
  }
  const [opened] = switches([daily]).found;
  if (opened === undefined) throw new Error("It is exceeded.");

  it("is news once it is exceeded, and not before", () => {
    expect(opened).toMatchObject({
      subject: `route|daily|${today}`,
      event: {
        switched: { from: "the usual accounts", to: "free accounts" },
        reason: "Until the end of the day, as budget daily is exceeded.",
      },
    });
    expect(switches([{ ...daily, usedMicros: 5 * dollar - 1 }]).found).toEqual([]);
    expect(switches([{ ...daily, switchTo: undefined }]).found).toEqual([]);
  });

  it("is news again when its period is over, and when it is raised", () => {
    const back = (budget: BudgetState) => switches([budget], [opened]).endings.get(opened.subject);
    expect(back({ ...daily, from: "2026-11-23", usedMicros: 0 })).toMatchObject({
      event: {
        type: "route.switched",
        switched: { from: "free accounts", to: "the usual accounts" },
        reason: "The period of budget daily is over.",
      },
    });
    expect(back({ ...daily, limitMicros: 8 * dollar })?.event.reason).toBe(
      "Budget daily is not exceeded any more.",
    );
    expect(back(daily)).toBeUndefined();
  });

  it("is not told to be over while another budget keeps things switched", () => {
    const both = [
      { ...daily, usedMicros: 0 },
      { ...monthly, usedMicros: 9 * dollar },
    ];
    expect(switches(both, [opened]).endings.get(opened.subject)).toMatchObject({ quiet: true });
  });

  it("is remembered for routing until the period is over or the budget raised", async () => {
    const { settings } = createMemoryStore();
    const clock = createManualClock();
    const days = createDays("UTC");
    const modes = createRouteModes({ settings, days, clock });
    const mode = { to: "free", budget: "daily", until: today };
    expect(await modes.current()).toBeUndefined();
    await modes.update([daily, monthly]);
    expect(await createRouteModes({ settings, days, clock }).current()).toEqual(mode);
    expect(await settings.get("route mode")).toEqual(mode);

    await modes.update([daily, { ...monthly, usedMicros: 10 * dollar }]);
    expect(await modes.current()).toEqual({ to: "subscription", budget: "monthly", until: "2026-11-30" });
    await modes.update([daily, { ...monthly, limitMicros: 20 * dollar }]);
    expect(await modes.current()).toEqual(mode);

    // Also when nobody has looked at money since.
    clock.advance(24 * 3_600_000);
    expect(await modes.current()).toBeUndefined();
    await modes.update([{ ...daily, from: "2026-11-23", to: "2026-11-23", usedMicros: 0 }, monthly]);
    expect(await settings.get("route mode")).toBeUndefined();
  });
});
