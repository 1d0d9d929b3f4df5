import { describe, expect, it } from "vitest";
import { type BudgetState, findBudgets, findSpike } from "../../src/core/domain/money-findings.ts";
import { start } from "../fakes/core.ts";
import { createMemory, look } from "../fakes/incident-memory.ts";

const usd = 1_000_000;

function budget(usedUsd: number, rest: Partial<BudgetState> = {}): BudgetState {
  const period = { id: "daily", period: "day", from: "2026-11-22", limitMicros: 10 * usd } as const;
  return { ...period, usedMicros: Math.round(usedUsd * usd), at: [50, 80, 100], ...rest };
}

function createWatch() {
  const memory = createMemory("money");
  return {
    memory,
    see: (...budgets: readonly BudgetState[]) =>
      memory.take(look(findBudgets(budgets, { now: start, open: memory.open() })), start),
  };
}

describe("A budget", () => {
  it("is told at each mark, once", () => {
    const { see } = createWatch();
    expect(see(budget(4.99))).toEqual([]);
    expect(see(budget(5))).toEqual(["budget.reached 50"]);
    expect(see(budget(5.99))).toEqual([]);
    expect(see(budget(8))).toEqual(["budget.reached 80"]);
    expect(see(budget(10))).toEqual(["budget.exceeded 100"]);
    expect(see(budget(10.99))).toEqual([]);
  });

  it("has its message changed, quietly, when it stands a tenth of its ceiling further, or has another one", () => {
    const { see, memory } = createWatch();
    see(budget(12));
    expect(see(budget(12.99))).toEqual([]);
    expect(see(budget(13))).toEqual(["budget.exceeded 100"]);
    const [shown] = memory.open();
    expect(shown).toMatchObject({ version: 2, loud: false, event: { money: { usedMicros: 13 * usd } } });
    expect(see(budget(13.99))).toEqual([]);
    expect(see(budget(13.99, { limitMicros: 11 * usd }))).toEqual(["budget.exceeded 100"]);
    expect(memory.open()).toMatchObject([{ loud: false, event: { budget: { limitMicros: 11 * usd } } }]);
  });

  it("is not expected to be exceeded before an hour of it has passed and something is spent", () => {
    const { see } = createWatch();
    const projected = (used: number, minutesAgo: number) =>
      see(budget(used, { at: [], projectedMicros: 12 * usd, startedAt: start - minutesAgo * 60_000 }));
    expect([projected(0, 1), projected(0, 600), projected(2, 59)].flat()).toEqual([]);
    expect(projected(0.01, 60)).toEqual(["budget.projected"]);
  });

  it("is told once, for the highest, when spend jumps over several marks", () => {
    expect(createWatch().see(budget(12))).toEqual(["budget.exceeded 100"]);
  });

  it("begins anew with its period", () => {
    const { see, memory } = createWatch();
    see(budget(10));
    expect(see(budget(0, { from: "2026-11-23" }))).toEqual(["over: budget.period_over 100"]);
    expect(memory.open()).toEqual([]);
    expect(see(budget(6, { from: "2026-11-23" }))).toEqual(["budget.reached 50"]);
  });

  it("that is raised or taken away is over without a new period", () => {
    const { see } = createWatch();
    see(budget(6));
    expect(see(budget(6, { limitMicros: 100 * usd }))).toEqual(["over: budget.reached 50"]);
    see(budget(6));
    expect(see()).toEqual(["over: budget.reached 50"]);
  });

  it("is told when it will be exceeded at this pace, and as over when that is clearly not so any more", () => {
    const { see, memory } = createWatch();
    const projected = (used: number, projectedUsd: number) =>
      see(budget(used, { at: [], projectedMicros: projectedUsd * usd }));
    expect(projected(2, 9.99)).toEqual([]);
    expect(projected(2, 10)).toEqual(["budget.projected"]);
    expect([projected(2.5, 9.1), projected(2.9, 11), see(budget(2.9, { at: [] }))].flat()).toEqual([]);
    expect(projected(4, 8.9)).toEqual(["over: budget.projected"]);
    expect(memory.known().at(-1)?.event.money?.projectedMicros).toBe(8.9 * usd);
    expect(projected(4, 9.9)).toEqual([]);
    expect(projected(5, 12)).toEqual(["budget.projected"]);
    expect(projected(10, 15)).toEqual(["over: budget.projected"]);
    expect(memory.known().at(-1)?.event.money?.usedMicros).toBe(10 * usd);
  });

  it("stands apart from every other", () => {
    const { see } = createWatch();
    const month = { id: "monthly", period: "month", from: "2026-11-01" } as const;
    expect(see(budget(5), budget(8, month))).toEqual(["budget.reached 50", "budget.reached 80"]);
    const next = [budget(0, { from: "2026-11-23" }), budget(8, month)];
    expect(see(...next)).toEqual(["over: budget.period_over 50"]);
  });

  it("that has requests switched says so, and when they are switched back", () => {
    const { see } = createWatch();
    const switching = { at: [], switchTo: "free" } as const;
    expect(see(budget(9, switching))).toEqual([]);
    expect(see(budget(10, switching))).toEqual(["route.switched"]);
    expect(see(budget(11, switching))).toEqual([]);
    expect(see(budget(0, { ...switching, from: "2026-11-23" }))).toEqual(["over: route.switched"]);
  });
});

describe("A spike", () => {
  const rule = { factor: 2, minimumMicros: usd, minimumDays: 3 };
  const spike = (usedUsd: number, before: readonly number[]) =>
    findSpike(
      {
        ...{ day: "2026-11-22", now: start, usedMicros: usedUsd * usd },
        before: before.map((each) => each * usd),
        top: { dimension: "agent", value: "ci", part: 0.7 },
      },
      rule,
    ).map(({ event, subject, once }) => ({
      subject,
      once,
      top: event.top?.value,
      usual: event.money?.usualMicros,
    }));

  it("is more than twice the median of the days with spend, and names who takes most", () => {
    expect(spike(4, [1, 2, 300])).toEqual([]);
    const found = { subject: "spike|2026-11-22", once: true, top: "ci", usual: 2 * usd };
    expect(spike(4.01, [1, 2, 300])).toEqual([found]);
    expect(spike(4.01, [1, 0, 0, 2, 0, 300])).toEqual([found]);
    expect(spike(5.01, [1, 2, 3, 4])).toEqual([{ ...found, usual: 2.5 * usd }]);
  });

  it("is not told below a minimum", () => {
    expect(spike(0.99, [0.01, 0.01, 0.01])).toEqual([]);
    expect(spike(1, [0.01, 0.01, 0.01])).toHaveLength(1);
  });

  it("is not told before there are enough days to compare with", () => {
    expect(spike(100, [])).toEqual([]);
    expect(spike(100, [1, 1, 0, 0, 0])).toEqual([]);
  });

  it("is measured by the last 14 days with spend", () => {
    const dear = Array.from({ length: 20 }, () => 100);
    expect(spike(50, [...dear, ...Array.from({ length: 14 }, () => 1)])).toHaveLength(1);
  });
});
