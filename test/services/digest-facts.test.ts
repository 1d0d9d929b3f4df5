import { describe, expect, it } from "vitest";
import { createDays } from "../../src/core/domain/day.ts";
import type { AlertEvent } from "../../src/core/domain/event.ts";
import type { Incident } from "../../src/core/domain/incident.ts";
import type { Snapshot } from "../../src/core/domain/quota.ts";
import { AppError } from "../../src/core/errors.ts";
import { createDigestFacts, saysNothing } from "../../src/core/services/digest-facts.ts";
import type { BudgetStatus } from "../../src/core/services/usage-report.ts";
import { account, quota, snapshot, start } from "../fakes/core.ts";
import { createQuotaHouse } from "../fakes/quota-house.ts";
import { createFakeUsageReports, figures } from "../fakes/usage.ts";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

async function setUp(
  snapshots: readonly Snapshot[] = [],
  rest: { incidents?: readonly Incident[]; budgets?: readonly BudgetStatus[]; used?: boolean } = {},
) {
  const accounts = snapshots.map(({ account: id }) => account(id, { label: id.toUpperCase() }));
  const house = createQuotaHouse({ accounts, read: async () => ({ readings: [] }) });
  for (const one of snapshots) await house.store.snapshots.replace(one);
  await house.readQuotas.restore();
  for (const incident of rest.incidents ?? []) await house.store.outbox.put(incident);
  const total = figures(rest.used ? { requests: 3, billedMicros: 4_200_000 } : {});
  const usageReports = createFakeUsageReports({ cost: { budgets: [...(rest.budgets ?? [])], total } });
  const parts = {
    accounts,
    reports: house.reports,
    usageReports,
    days: createDays("UTC"),
    clock: house.clock,
  };
  const { outbox } = house.store;
  return {
    ...house,
    usageReports,
    gather: (more: Partial<Parameters<typeof createDigestFacts>[0]> = {}, since = start - day) =>
      createDigestFacts({ ...parts, outbox, ...more })
        .gather({ kind: "day", since })
        .then(({ facts }) => facts),
  };
}

let ids = 0;
function incident(type: AlertEvent["type"], rest: Partial<Incident> & { about?: string } = {}): Incident {
  ids += 1;
  const { about = "glm", ...changes } = rest;
  const window = { id: "session", label: "5-hour", usedPercent: 93 };
  return {
    ...{ key: `key-${ids}`, id: `id${ids}`, channel: "slack:#ai", scope: about, subject: `${type}|${about}` },
    ...{ number: 1, level: 1, event: { type, at: start - hour, account: about, window } },
    ...{ openedAt: start - hour, version: 1, loud: true, revision: 0 },
    delivery: { sentVersion: 1, attempts: 0, nextTry: 0 },
    ...changes,
  };
}

describe("what a digest is about", () => {
  it("is which pools are low, each once, and what comes back before the day is over", async () => {
    const owner = "somebody";
    const { gather } = await setUp([
      snapshot("empty", { owner, readings: [quota({ used: 100, resetsAt: start + 20 * hour })] }),
      snapshot("same", { owner, readings: [quota({ used: 100, resetsAt: start + 20 * hour })] }),
      snapshot("scarce", { readings: [quota({ used: 85, resetsAt: start + 21 * hour })] }),
      snapshot("plenty", { readings: [quota({ used: 40, resetsAt: start + hour })] }),
      snapshot("unused", { readings: [quota({ used: 0, resetsAt: start + hour })] }),
      snapshot("past", { readings: [quota({ used: 40, resetsAt: start - minute })] }),
    ]);
    const { low, resets, today } = await gather();
    expect(today).toBe("2026-11-22");
    expect(low.map(({ name }) => name)).toEqual(["EMPTY, SAME", "SCARCE"]);
    expect(resets.map(({ name, at }) => [name, (at - start) / hour])).toEqual([
      ["EMPTY, SAME", 20],
      ["PLENTY", 1],
    ]);
  });

  it("is which accounts need a hand, and how old the numbers of the others are", async () => {
    const { gather } = await setUp([
      snapshot("fine", { fetchedAt: start - 5 * minute }),
      snapshot("throttled", { state: "rate_limited", fetchedAt: start - 9 * minute }),
      snapshot("signed-out", { state: "auth_expired", fetchedAt: start - 3 * day }),
    ]);
    const { stuck, health } = await gather();
    expect(stuck.map(({ account: id }) => id)).toEqual(["signed-out", "throttled"]);
    expect(health).toEqual({ accounts: 3, inOrder: 1, oldestRead: start - 5 * minute, refusing: [] });
  });

  it("is which channels refuse, and whether the store can be written", async () => {
    const { gather } = await setUp();
    const refusing = async () => ["slack:#gone"];
    expect((await gather({ refusing, checkStore: async () => {} })).health).toMatchObject({
      refusing: ["slack:#gone"],
      store: {},
    });
    const checkStore = () => Promise.reject(new AppError("store_unavailable", "The disk is full."));
    expect((await gather({ checkStore })).health.store).toEqual({ fault: "The disk is full." });
  });

  it("is what it cost yesterday, and nothing of cost where nobody reports any", async () => {
    const { gather, usageReports } = await setUp([], { used: true });
    const { cost, period } = await gather();
    expect([cost?.total.billedMicros, period]).toEqual([
      4_200_000,
      { name: "yesterday", from: "2026-11-21", to: "2026-11-21" },
    ]);
    expect(usageReports.asked).toHaveLength(1);
    expect((await (await setUp()).gather()).cost).toBeUndefined();
  });
});

describe("what has happened since", () => {
  const changesOf = async (...incidents: readonly Incident[]) => {
    const { gather } = await setUp([snapshot("glm")], { incidents });
    return (await gather()).changes.map(({ event, endedAt, times }) => [
      event.type,
      endedAt !== undefined,
      times,
    ]);
  };

  it("is what went on and what ended, the worst first, each once", async () => {
    expect(
      await changesOf(
        incident("source.stale"),
        incident("account.recovered", { openedAt: start - 3 * day, endedAt: start - hour }),
        incident("quota.runaway"),
        incident("quota.recovered", {
          subject: "q",
          openedAt: start - 20 * hour,
          endedAt: start - 19 * hour,
        }),
        incident("quota.reset", {
          subject: "q",
          openedAt: start - 9 * hour,
          endedAt: start - 7 * hour,
          number: 2,
        }),
        incident("quota.runaway", { channel: "discord:1" }),
      ),
    ).toEqual([
      ["quota.runaway", false, 1],
      ["source.stale", false, 1],
      ["quota.reset", true, 2],
      ["account.recovered", true, 1],
    ]);
  });

  it("is nothing that was so before, nobody was told, stands elsewhere in the digest, or is somebody's own", async () => {
    const before = { openedAt: start - 3 * day };
    expect(
      await changesOf(
        incident("source.stale", before),
        incident("account.recovered", { ...before, endedAt: start - 2 * day }),
        incident("overage.started", { version: 0 }),
        ...(["quota.low", "quota.exhausted", "account.forbidden", "budget.exceeded"] as const).map((type) =>
          incident(type),
        ),
        incident("budget.period_over", { endedAt: start }),
        incident("budget.exceeded", { subject: "raised", endedAt: start }),
        incident("quota.reset", { endedAt: start - hour }),
        incident("quota.reset", { subject: "remind|glm", endedAt: start }),
      ),
    ).toEqual([]);
  });

  it("is a spike, which is told once and over with that", async () => {
    expect(await changesOf(incident("cost.spike", { endedAt: start - hour }))).toEqual([
      ["cost.spike", true, 1],
    ]);
  });

  it("is how far accounts were used when they were first seen, the most used first", async () => {
    const silent = { version: 0 } as const;
    const window = (usedPercent: number) => ({ id: "weekly", label: "weekly", usedPercent });
    const low = (about: string, used: number) =>
      incident("quota.low", {
        ...{ ...silent, about },
        event: { type: "quota.low", at: start, account: about, window: window(used) },
      });
    const { gather } = await setUp([], {
      incidents: [
        low("octo", 85),
        low("glm", 93.4),
        { ...low("over", 90), endedAt: start },
        { ...low("old", 90), openedAt: start - 3 * day },
        { ...low("told", 90), subject: "told" },
        { ...low("told", 90), subject: "told", version: 1 },
        { ...low("same pool", 90), aside: true },
        incident("account.forbidden", { ...silent, about: "blocked" }),
      ],
    });
    expect((await gather()).firstSeen.map(({ account: id, window: w }) => [id, w.usedPercent])).toEqual([
      ["glm", 93.4],
      ["octo", 85],
    ]);
  });
});

describe("a digest that says nothing", () => {
  const budget: BudgetStatus = {
    ...{ id: "daily", period: "day", from: "2026-11-22", to: "2026-11-22" },
    ...{ limitMicros: 5_000_000, usedMicros: 1_000_000 },
  };
  const fine = [snapshot("fine", { readings: [quota({ used: 40, resetsAt: start + hour })] })];

  it("is one of a calm day", async () => {
    expect(saysNothing(await (await setUp(fine)).gather())).toBe(true);
    expect(saysNothing(await (await setUp(fine, { budgets: [budget] })).gather())).toBe(true);
  });

  it.each([
    ["low", setUp([snapshot("low", { readings: [quota({ used: 90 })] })])],
    ["stuck", setUp([snapshot("out", { state: "forbidden" })])],
    ["used", setUp(fine, { used: true })],
    ["over budget", setUp(fine, { budgets: [{ ...budget, usedMicros: 5_000_000 }] })],
    ["soon over budget", setUp(fine, { budgets: [{ ...budget, projectedMicros: 5_000_000 }] })],
    ["changed", setUp(fine, { incidents: [incident("source.stale")] })],
  ])("is none when something is %s", async (_what, house) => {
    expect(saysNothing(await (await house).gather())).toBe(false);
  });

  it("is none when a channel refuses or the store cannot be written", async () => {
    const { gather } = await setUp(fine);
    const checkStore = () => Promise.reject(new AppError("store_unavailable", "The disk is full."));
    expect(saysNothing(await gather({ checkStore }))).toBe(false);
    expect(saysNothing(await gather({ refusing: async () => ["slack:#gone"] }))).toBe(false);
  });
});
