import { describe, expect, it } from "vitest";
import type { AccountState } from "../../src/core/domain/quota.ts";
import { createMutes } from "../../src/core/services/mutes.ts";
import { createRaiseAlerts } from "../../src/core/services/raise-alerts.ts";
import { createMemoryStore } from "../../src/stores/memory.ts";
import { account, createKeptLog, createManualClock, quota, snapshot, start } from "../fakes/core.ts";

const hour = 3_600_000;
const admin = { surface: "slack", user: "U1" };

function setUp() {
  const clock = createManualClock();
  const { settings } = createMemoryStore();
  const replica = () => createMutes({ settings, clock });
  return { clock, settings, replica, mutes: replica() };
}

describe("a mute", () => {
  it("holds for its time, and is then forgotten", async () => {
    const { clock, mutes } = setUp();
    await mutes.mute([{ account: "glm" }], 2 * hour, admin);
    expect(await mutes.isMuted("glm")).toBe(true);
    expect(await mutes.isMuted("claude")).toBe(false);
    expect([...(await mutes.all())]).toEqual([["glm", { until: start + 2 * hour, by: admin }]]);
    clock.advance(2 * hour);
    expect(await mutes.isMuted("glm")).toBe(false);
    expect((await mutes.all()).size).toBe(0);
  });

  it("until the reset ends with each account's own, and after a day where that is not known or has passed", async () => {
    const { mutes } = setUp();
    const accounts = [
      { account: "a", resetsAt: start + hour },
      { account: "b" },
      { account: "c", resetsAt: start - hour },
    ];
    const muted = await mutes.mute(accounts, "until-reset", admin);
    expect([...muted.values()].map(({ until }) => until - start)).toEqual([hour, 24 * hour, 24 * hour]);
  });

  it("can be lifted, telling which accounts had been muted", async () => {
    const { mutes, settings } = setUp();
    await mutes.mute([{ account: "a" }, { account: "b" }], hour, admin);
    expect(await mutes.unmute(["a", "c"])).toEqual(["a"]);
    expect([...(await mutes.all()).keys()]).toEqual(["b"]);
    await mutes.unmute(["b"]);
    expect(await settings.get("muted accounts")).toBeUndefined();
  });

  it("outlives a restart, and other replicas know of it within half a minute", async () => {
    const { clock, mutes, replica } = setUp();
    const other = replica();
    expect(await other.isMuted("a")).toBe(false);
    await mutes.mute([{ account: "a" }], hour, admin);
    expect(await replica().isMuted("a")).toBe(true);
    clock.advance(30_000);
    expect(await other.isMuted("a")).toBe(true);
  });

  it("takes none of another replica's away, nor one that is wanted at the same time", async () => {
    const { mutes, replica } = setUp();
    const other = replica();
    await other.isMuted("a");
    await mutes.mute([{ account: "a" }], hour, admin);
    await Promise.all(["b", "c", "d"].map((account) => other.mute([{ account }], hour, admin)));
    expect([...(await replica().all()).keys()].sort()).toEqual(["a", "b", "c", "d"]);
  });

  it("still holds while the store is away", async () => {
    const { clock, settings } = setUp();
    let away = false;
    const mutes = createMutes({
      clock,
      settings: { ...settings, get: (key) => (away ? Promise.reject(new Error("away")) : settings.get(key)) },
    });
    await mutes.mute([{ account: "a" }], hour, admin);
    away = true;
    clock.advance(60_000);
    expect(await mutes.isMuted("a")).toBe(true);
  });

  it("is not lost with the others when a stored one makes no sense", async () => {
    const { settings, mutes } = setUp();
    await settings.set("muted accounts", {
      a: { until: start + hour },
      b: "?",
      c: null,
      d: { until: "soon" },
    });
    expect([...(await mutes.all()).keys()]).toEqual(["a"]);
    await settings.set("muted accounts", "nonsense");
    expect((await setUp().mutes.all()).size).toBe(0);
  });
});

describe("of a muted account", () => {
  function watched(sharers: readonly string[] = ["glm"]) {
    const { clock, mutes } = setUp();
    const { outbox } = createMemoryStore();
    let now: { used: number; state: AccountState } = { used: 10, state: "ok" };
    const sample = { account: "glm", reading: "session", kind: "quota", at: 0, value: 1 } as const;
    let ids = 0;
    const raise = createRaiseAlerts({
      ...{ outbox, clock, log: createKeptLog(), isMuted: mutes.isMuted, sharers: () => sharers },
      accounts: [account("glm")],
      rules: [{ channels: ["terminal"], accounts: ["*"], at: [80, 90, 100], resets: true }],
      factsOf(id) {
        const told = [quota({ used: now.used, resetsAt: start + 5 * hour })];
        const read = snapshot(id, { state: now.state, readings: told, fetchedAt: clock.now() });
        return { snapshot: read, told, own: [], projections: [], rises: [] };
      },
      samplesOf: async () => [sample],
      isSubscription: () => false,
      topOf: async () => undefined,
      money: async () => ({
        budgets: [],
        spike: { day: "2026-11-22", now: start, usedMicros: 0, before: [] },
      }),
      anomaly: { factor: 2, minimumMicros: 1, minimumDays: 3 },
      wake: () => {},
      newId: () => `id${++ids}`,
    });
    return {
      ...{ clock, mutes },
      /** What is open once the account stands like this. */
      async open(used: number, state: AccountState = "ok") {
        now = { used, state };
        clock.advance(60_000);
        await raise.look("glm");
        return (await outbox.find({ open: true })).map(({ event, level }) => `${event.type} ${level}`);
      },
    };
  }

  it("nothing new is told and nothing ends; what is still so is told afterwards", async () => {
    const { open, mutes, clock } = watched();
    expect(await open(85)).toEqual(["quota.low 80"]);
    await mutes.mute([{ account: "glm" }], hour, admin);
    expect(await open(95)).toEqual(["quota.low 80"]);
    expect(await open(20)).toEqual(["quota.low 80"]);
    expect(await open(100, "forbidden")).toEqual(["quota.low 80"]);
    clock.advance(hour);
    expect((await open(100, "forbidden")).sort()).toEqual(["account.forbidden 1", "quota.exhausted 100"]);
  });

  it("nothing is told of the pool that it shares either", async () => {
    const { open, mutes } = watched(["glm", "twin"]);
    await mutes.mute([{ account: "twin" }], hour, admin);
    expect(await open(100)).toEqual([]);
    await mutes.unmute(["twin"]);
    expect(await open(100)).toEqual(["quota.exhausted 100"]);
  });
});
