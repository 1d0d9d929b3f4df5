import { describe, expect, it } from "vitest";
import type { Combos } from "../../src/core/domain/combo.ts";
import { createDays } from "../../src/core/domain/day.ts";
import type { AlertEvent } from "../../src/core/domain/event.ts";
import type { Quota, Reading, Snapshot } from "../../src/core/domain/quota.ts";
import type { Billing } from "../../src/core/domain/usage.ts";
import { createReadingsOf } from "../../src/core/services/account-readings.ts";
import { createRouteModes } from "../../src/core/services/route-mode.ts";
import { createRouting } from "../../src/core/services/routing.ts";
import { createMemoryStore } from "../../src/stores/memory.ts";
import { account, createKeptLog, createManualClock, quota, snapshot, start } from "../fakes/core.ts";
import { usageRecord } from "../fakes/usage.ts";

const minute = 60_000;
const hour = 60 * minute;
const accounts = ["claude-lan", "glm-main", "free-one", "api"].map((id) => account(id));
const combos: Combos = { coding: ["claude-lan/claude-opus-*", "glm-main/glm-4.7", "free-one"] };
const billing: Readonly<Record<string, Billing>> = {
  "claude-lan": "subscription",
  "glm-main": "subscription",
  "free-one": "free",
};

/** One process over real parts; several that are given the same store and clock are replicas. */
async function process({
  store = createMemoryStore(),
  clock = createManualClock(),
  first = {} as Readonly<Record<string, number>>,
} = {}) {
  const log = createKeptLog();
  const known = new Map<string, Snapshot>();
  const listeners: ((snapshot: Snapshot, previous: Snapshot | undefined) => void)[] = [];
  const readQuotas = {
    accounts,
    snapshot: (id: string) => known.get(id),
    onRead: (listener: (typeof listeners)[number]) => void listeners.push(listener),
  };
  const days = createDays("UTC");
  const routeModes = createRouteModes({ settings: store.settings, days, clock });
  const routing = createRouting({
    ...{ accounts, combos, readQuotas, days, clock, log, routeModes },
    ...{ settings: store.settings, ledger: store.ledger, history: store.history },
    readingsOf: createReadingsOf({ readQuotas, timezone: "UTC" }),
    windowUse: { onChange: () => {} },
    sharers: (id) => [id],
    billingOf: ({ id }) => billing[id] ?? "paid",
    pricing: ({ model, tokens }) => (model === "glm-4.7" ? tokens.input + 2 * tokens.output : undefined),
    today: () => days.at(clock.now()).day,
  });
  const switches: AlertEvent[] = [];
  routing.onSwitch((event) => void switches.push(event));
  function read(id: string, readings: readonly Reading[] | number, rest: Partial<Snapshot> = {}) {
    const told = typeof readings === "number" ? [left(readings)] : readings;
    const fresh = snapshot(id, { readings: told, fetchedAt: clock.now(), ...rest });
    const previous = known.get(id);
    known.set(id, fresh);
    for (const listener of listeners) listener(fresh, previous);
  }
  function left(percent: number, rest: Partial<Quota> = {}): Quota {
    return quota({ used: 100 - percent, resetsAt: start + 5 * hour, ...rest });
  }
  for (const { id } of accounts) read(id, first[id] ?? 50);
  await routing.load();
  return { routing, read, left, known, clock, store, log, switches, routeModes };
}

const choiceOf = (
  { routing }: { routing: Awaited<ReturnType<typeof process>>["routing"] },
  name = "coding",
) => routing.route({ name }).choice?.key;

describe("a route of a combo", () => {
  it("is the first member that can be used, with all others after it and why", async () => {
    const house = await process();
    const { routing, read, left } = house;
    read("claude-lan", 0);
    await routing.sweep();
    const route = routing.route({ combo: "coding" });
    expect(route).toMatchObject({ name: "coding", kind: "combo", at: start, since: start });
    expect(
      route.order.map(({ key, model, verdict }) => [key, model, verdict.available, verdict.left]),
    ).toEqual([
      ["glm-main/glm-4.7", "glm-4.7", true, 50],
      ["free-one", undefined, true, 50],
      ["claude-lan/claude-opus-*", undefined, false, 0],
    ]);
    expect(route.order[2]?.verdict.hindrances).toEqual([
      { code: "exhausted", window: "5-hour", scope: undefined, until: start + 5 * hour },
    ]);
    expect(route.order[0]?.price).toBe(1_250_000);
    read("claude-lan", [left(0, { scope: "Fable", models: ["claude-fable-1"] }), left(60)]);
    expect(routing.route({ combo: "coding" }).order.map(({ account }) => account)[0]).toBe("glm-main");
  });

  it("goes back when a budget allows it again, though nobody knows what is left of its member", async () => {
    const house = await process();
    const { routing, read, routeModes, switches } = house;
    read("claude-lan", []);
    const budget = {
      id: "monthly",
      period: "month",
      from: "2026-11-01",
      to: "2026-11-30",
      at: [100],
    } as const;
    const spent = { ...budget, usedMicros: 10, switchTo: "free" } as const;
    await routeModes.update([{ ...spent, limitMicros: 10 }]);
    await routing.sweep();
    expect(choiceOf(house)).toBe("free-one");
    await routeModes.update([{ ...spent, limitMicros: 100 }]);
    await routing.sweep();
    expect(choiceOf(house)).toBe("claude-lan/claude-opus-*");
    expect(switches).toHaveLength(2);
  });

  it("switches when its member is used up and back when that has recovered, and tells each switch once", async () => {
    const house = await process();
    const { routing, read, clock, switches } = house;
    expect(choiceOf(house)).toBe("claude-lan/claude-opus-*");
    clock.advance(hour);
    read("claude-lan", 0);
    await routing.sweep();
    expect(choiceOf(house)).toBe("glm-main/glm-4.7");
    clock.advance(minute);
    read("claude-lan", 3);
    await routing.sweep();
    expect(choiceOf(house)).toBe("glm-main/glm-4.7");
    clock.advance(minute);
    read("claude-lan", 100);
    for (let again = 0; again < 3; again += 1) await routing.sweep();
    expect(choiceOf(house)).toBe("claude-lan/claude-opus-*");
    expect(routing.route({ name: "coding" }).since).toBe(start + hour + 2 * minute);
    expect(switches).toEqual([
      {
        type: "route.switched",
        at: start + hour,
        switched: { combo: "coding", from: "claude-lan/claude-opus-*", to: "glm-main/glm-4.7" },
        reason: "claude-lan/claude-opus-*: nothing is left in its 5-hour window.",
      },
      {
        type: "route.switched",
        at: start + hour + 2 * minute,
        switched: { combo: "coding", from: "glm-main/glm-4.7", to: "claude-lan/claude-opus-*" },
        reason: undefined,
      },
    ]);
  });

  it("comes back by the clock alone when the window starts over and nobody reads it", async () => {
    const house = await process();
    house.read("claude-lan", 0);
    await house.routing.sweep();
    house.clock.advance(5 * hour - 1);
    expect(choiceOf(house)).toBe("glm-main/glm-4.7");
    house.clock.advance(1);
    expect(choiceOf(house)).toBe("claude-lan/claude-opus-*");
  });

  it("passes over what somebody was refused: for a moment without a switch, for longer with one", async () => {
    const house = await process();
    const { routing, clock, switches } = house;
    const refuse = (until: number) =>
      routing.reportLimit({
        account: "claude-lan",
        told: { kind: "rate", until, reason: "Calls come too fast" },
      });
    await refuse(start + 2 * minute);
    await routing.sweep();
    expect(routing.route({ name: "coding" })).toMatchObject({
      choice: { key: "glm-main/glm-4.7" },
      since: undefined,
      standsInFor: "claude-lan/claude-opus-*",
    });
    clock.advance(2 * minute);
    expect(choiceOf(house)).toBe("claude-lan/claude-opus-*");
    await routing.sweep();
    expect(switches).toEqual([]);
    await refuse(clock.now() + 10 * minute);
    await routing.sweep();
    clock.advance(10 * minute);
    await routing.sweep();
    expect(switches.map(({ switched }) => switched?.to)).toEqual([
      "glm-main/glm-4.7",
      "claude-lan/claude-opus-*",
    ]);
    expect(switches[0]?.reason).toBe("claude-lan/claude-opus-*: it was refused: Calls come too fast.");
  });

  it("has no choice while nothing can be used, tells when that ends, and switches nothing", async () => {
    const house = await process();
    for (const { id } of accounts) house.read(id, 0);
    await house.routing.sweep();
    const route = house.routing.route({ name: "coding" });
    expect([route.choice, route.since]).toEqual([undefined, undefined]);
    expect(route.order.map(({ verdict }) => verdict.until)).toEqual(Array(3).fill(start + 5 * hour));
    expect(house.switches).toEqual([]);
    house.read("free-one", 20);
    await house.routing.sweep();
    expect(house.switches).toMatchObject([{ switched: { to: "free-one" } }]);
  });

  it("is restricted to accounts that pay as an exceeded budget wants it, until its period is over", async () => {
    const house = await process();
    const { routing, store, clock, switches } = house;
    await store.settings.set("route mode", { to: "free", budget: "daily", until: "2026-11-22" });
    await routing.sweep();
    const route = routing.route({ name: "coding" });
    const midnight = Date.parse("2026-11-23T00:00:00Z");
    expect(route).toMatchObject({ choice: { key: "free-one" }, mode: { to: "free", until: midnight } });
    expect(routing.available({ account: "api" }).verdict).toMatchObject({
      available: false,
      hindrances: [{ code: "budget", budget: "daily" }],
      until: midnight,
    });
    expect(switches).toMatchObject([{ reason: expect.stringContaining("budget daily is exceeded") }]);
    clock.advance(midnight - clock.now());
    expect(choiceOf(house)).toBe("claude-lan/claude-opus-*");
    await store.settings.set("route mode", undefined);
    await routing.sweep();
    expect(routing.route({ name: "coding" }).mode).toBeUndefined();
  });

  it("goes on where it was after a restart, without telling anything", async () => {
    const before = await process();
    before.read("claude-lan", 0);
    await before.routing.sweep();
    before.clock.advance(hour);
    const after = await process({ ...before, first: { "claude-lan": 0 } });
    expect(after.routing.route({ name: "coding" })).toMatchObject({
      choice: { key: "glm-main/glm-4.7" },
      since: start,
    });
    expect(after.switches).toEqual([]);
  });

  it("switches once over all replicas, and those that know less go by those that know more", async () => {
    const one = await process();
    const two = await process(one);
    one.clock.advance(minute);
    one.read("claude-lan", 0);
    two.read("claude-lan", 0);
    await Promise.all([one.routing.sweep(), two.routing.sweep(), one.routing.sweep(), two.routing.sweep()]);
    expect([...one.switches, ...two.switches]).toHaveLength(1);
    const three = await process({ store: one.store, clock: createManualClock(start) });
    expect(choiceOf(three)).toBe("glm-main/glm-4.7");
    expect(three.switches).toEqual([]);
  });

  it("goes by what another process has read, from the next sweep on", async () => {
    const house = await process();
    house.known.set("claude-lan", snapshot("claude-lan", { readings: [house.left(0)], fetchedAt: start }));
    expect(choiceOf(house)).toBe("claude-lan/claude-opus-*");
    await house.routing.sweep();
    expect(choiceOf(house)).toBe("glm-main/glm-4.7");
  });

  it("sends to the model of a pattern that was used most", async () => {
    const house = await process();
    const record = (id: string, model: string) => usageRecord(id, { account: "claude-lan", model });
    await house.store.ledger.append([
      record("1", "claude-opus-4-1"),
      record("2", "Claude-Opus-4-5"),
      record("3", "Claude-Opus-4-5"),
      record("4", "claude-haiku-4-5"),
    ]);
    const after = await process(house);
    expect(after.routing.route({ name: "coding" }).choice?.model).toBe("Claude-Opus-4-5");
  });

  it("is not found under a name that no combo has, with the nearest", async () => {
    const { routing } = await process();
    expect(() => routing.route({ combo: "codign" })).toThrow(
      'No combo is called "codign". Did you mean "coding"?',
    );
  });
});

describe("a route of a model", () => {
  it("goes by what quotas name, what was used, and what combos say", async () => {
    const house = await process();
    const { routing, read, left, store } = house;
    await store.ledger.append([
      usageRecord("1", { account: "api", model: "nova-3" }),
      usageRecord("2", { account: "api", model: "old-1", day: "2026-10-01", at: start - 52 * 24 * hour }),
    ]);
    read("free-one", [left(40, { scope: "Nova", models: ["Nova-3", "nova-2"] })]);
    const after = await process(house);
    after.read("free-one", [left(40, { scope: "Nova", models: ["Nova-3", "nova-2"] })]);
    const order = after.routing.route({ model: "nova-3" }).order;
    expect(order.map(({ account: id, basis }) => [id, basis])).toEqual([
      ["free-one", "told"],
      ["api", "used"],
    ]);
    expect(after.routing.route({ model: "claude-opus-9" }).order).toMatchObject([
      { account: "claude-lan", basis: "combo", model: "claude-opus-9" },
    ]);
    expect(() => after.routing.route({ model: "old-1" })).toThrow("No account is known to serve");
    expect(() => routing.route({ model: "nova-4" })).toThrow('Did you mean "nova-3"?');
  });

  it("learns of models from records as they come, and forgets what a quota names no more", async () => {
    const { routing, read, left } = await process();
    expect(() => routing.route({ model: "new-1" })).toThrow("No account is known");
    routing.recorded([{ account: "api", model: "new-1" }]);
    expect(routing.route({ model: "NEW-1" }).choice?.account).toBe("api");
    read("glm-main", [left(80, { models: ["new-1"] })]);
    expect(routing.route({ model: "new-1" }).order.map(({ account: id }) => id)).toEqual(["glm-main", "api"]);
    read("glm-main", [left(80)]);
    expect(routing.route({ model: "new-1" }).order.map(({ account: id }) => id)).toEqual(["api"]);
    routing.recorded([{ account: "nobody", model: "new-2" }]);
    expect(() => routing.route({ model: "new-2" })).toThrow("No account is known");
  });

  it("stays with its choice while another has only a little more", async () => {
    const { routing, read, switches } = await process();
    for (const id of ["claude-lan", "glm-main"]) routing.recorded([{ account: id, model: "m" }]);
    read("glm-main", 55);
    expect(routing.route({ model: "m" }).choice?.account).toBe("glm-main");
    read("claude-lan", 64);
    expect(routing.route({ model: "m" }).choice?.account).toBe("glm-main");
    read("claude-lan", 65);
    expect(routing.route({ model: "m" }).choice?.account).toBe("claude-lan");
    expect(switches).toEqual([]);
  });

  it("is answered anew whenever something is learned of one of its accounts", async () => {
    const { routing, read } = await process();
    for (const id of ["claude-lan", "glm-main"]) routing.recorded([{ account: id, model: "m" }]);
    const before = routing.route({ model: "m" });
    expect(routing.route({ model: "m" }).order).toBe(before.order);
    read("glm-main", 0);
    expect(routing.route({ model: "m" }).choice?.account).toBe("claude-lan");
    await routing.reportLimit({
      account: "claude-lan",
      model: "m",
      told: { kind: "quota", until: start + hour, reason: "x" },
    });
    expect(routing.route({ model: "m" }).choice).toBeUndefined();
  });
});

describe("what is available", () => {
  it("is an account, a model of it, or a model anywhere", async () => {
    const { routing, read, left } = await process();
    read("glm-main", [left(0, { scope: "Air", models: ["air-1"] }), left(70, { id: "wide" })]);
    expect(routing.available({ account: "glm-main" }).verdict).toMatchObject({ available: true, left: 70 });
    expect(routing.available({ account: "glm-main", model: "air-1" }).verdict).toMatchObject({
      available: false,
    });
    expect(routing.available({ account: "glm-main", model: "other" }).verdict).toMatchObject({ left: 70 });
    expect(routing.available({ model: "air-1" })).toMatchObject({
      account: "glm-main",
      verdict: { available: false, until: start + 5 * hour },
    });
    routing.recorded([{ account: "api", model: "air-1" }]);
    expect(routing.available({ model: "air-1" })).toMatchObject({
      account: "api",
      verdict: { available: true },
    });
    expect(() => routing.available({})).toThrow("Say which");
    expect(() => routing.available({ account: "glm-mian" })).toThrow('Did you mean "glm-main"?');
  });

  it("is an account whose windows are all of pools while one of these has something left", async () => {
    const { routing, read, left } = await process();
    read("api", [left(0, { scope: "A", models: ["a"] }), left(30, { id: "b", scope: "B", models: ["b"] })]);
    expect(routing.available({ account: "api" }).verdict).toMatchObject({ available: true, left: 30 });
    expect(routing.available({ account: "api", model: "unlisted" }).verdict.caveats).toEqual([
      { code: "unknown" },
    ]);
    read("api", [left(0, { scope: "A" }), left(0, { id: "b", scope: "B" })]);
    expect(routing.available({ account: "api" }).verdict.available).toBe(false);
  });
});
