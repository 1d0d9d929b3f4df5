import { describe, expect, it } from "vitest";
import { createBudgets } from "../../src/core/services/budgets.ts";
import type { MarkedBudget } from "../../src/core/services/money-facts.ts";
import { createMemoryStore } from "../../src/stores/memory.ts";
import { createManualClock, start } from "../fakes/core.ts";

const monthly: MarkedBudget = { id: "monthly", period: "month", usd: 150, at: [50, 100], switchTo: "free" };
const team: MarkedBudget = { id: "team-day", period: "day", usd: 5, at: [80, 100] };

const lan = { surface: "slack", user: "U012" };
const minh = { surface: "discord", user: "34" };

function setUp(configured: readonly MarkedBudget[] = []) {
  const { settings } = createMemoryStore();
  const clock = createManualClock();
  return { settings, clock, ...createBudgets({ configured, settings, clock }) };
}

describe("budgets", () => {
  it("are the configured ones while nobody sets any from chat", async () => {
    expect(await setUp([monthly, team]).list()).toEqual([monthly, team]);
  });

  it("come from chat as well, with who set them and when", async () => {
    const { list, set, clock } = setUp([team]);
    await set("weekly", 20, lan);
    clock.advance(60_000);
    await set("daily", 4.5, { surface: "terminal" });
    expect(await list()).toEqual([
      team,
      {
        id: "daily",
        period: "day",
        usd: 4.5,
        at: [80, 100],
        setBy: { surface: "terminal", at: start + 60_000 },
      },
      { id: "weekly", period: "week", usd: 20, at: [80, 100], setBy: { ...lan, at: start } },
    ]);
  });

  it("keep their marks and what happens at the end when their amount is set from chat", async () => {
    const { list, set } = setUp([monthly]);
    await set("monthly", 200, lan);
    expect(await list()).toEqual([{ ...monthly, usd: 200, setBy: { ...lan, at: start } }]);
  });

  it("take nothing over from one that has the name and another period", async () => {
    const { list, set } = setUp([{ ...team, id: "monthly", switchTo: "free" }]);
    await set("monthly", 200, lan);
    expect(await list()).toEqual([
      { id: "monthly", period: "month", usd: 200, at: [80, 100], setBy: { ...lan, at: start } },
    ]);
  });

  it("are the configured ones again when what was set is taken back", async () => {
    const { list, set } = setUp([monthly]);
    await set("monthly", 200, lan);
    await set("daily", 2, lan);
    await set("monthly", undefined, minh);
    await set("daily", undefined, minh);
    await set("weekly", undefined, minh);
    expect(await list()).toEqual([monthly]);
  });

  it("keep what several people set at once", async () => {
    const { list, set } = setUp();
    await Promise.all([set("daily", 1, lan), set("weekly", 2, lan), set("monthly", 3, lan)]);
    expect((await list()).map(({ usd }) => usd)).toEqual([1, 2, 3]);
  });

  it("survive a setting that nobody can read", async () => {
    const { list, set, settings } = setUp([monthly]);
    await settings.set("budgets", "rubbish");
    expect(await list()).toEqual([monthly]);
    await set("daily", 1, lan);
    expect(await list()).toHaveLength(2);
  });
});
