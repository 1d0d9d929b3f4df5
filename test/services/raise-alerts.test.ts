import { describe, expect, it } from "vitest";
import type { Account } from "../../src/core/domain/account.ts";
import { type QuotaSample, samplesOf } from "../../src/core/domain/history.ts";
import type { BudgetState } from "../../src/core/domain/money-findings.ts";
import type { Reading, Snapshot } from "../../src/core/domain/quota.ts";
import { AppError } from "../../src/core/errors.ts";
import type { AlertRule } from "../../src/core/services/alert-rules.ts";
import {
  alertRule,
  createAlertHouse,
  createFakeChannel,
  createMemoryOutbox,
  createTime,
  nothingToTell,
  turnOver,
} from "../fakes/alert-house.ts";
import { account, quota, snapshot, start } from "../fakes/core.ts";
import { hours, minutes } from "../fakes/incident-memory.ts";

type HouseSetup = Parameters<typeof createAlertHouse>[0];

/** A house whose accounts say what the test has them say. */
function setup(
  options: { accounts?: readonly Account[]; rules?: readonly AlertRule[] } & Partial<HouseSetup> = {},
) {
  const time = createTime();
  const channels = ["kept", "ops"].map((id) => createFakeChannel(id, time, { edit: true }));
  const facts = new Map<string, ReturnType<HouseSetup["factsOf"]>>();
  const samples: QuotaSample[] = [];
  const parts: HouseSetup = {
    accounts: [account("a"), account("b")],
    rules: [alertRule("kept")],
    time,
    channels,
    outbox: createMemoryOutbox(),
    factsOf: (id) => facts.get(id) ?? nothingToTell,
    samplesOf: async (id, before) => samples.filter((sample) => sample.account === id && sample.at < before),
    ...options,
  };
  let house = createAlertHouse(parts);
  return {
    ...{
      time,
      facts,
      samples,
      channel: channels[0] as (typeof channels)[0],
      ops: channels[1] as (typeof channels)[0],
    },
    outbox: house.outbox,
    house: () => house,
    /** Starts the process anew. */
    async restart(rest: Partial<HouseSetup> = {}): Promise<void> {
      await house.tell.stop();
      house = createAlertHouse({ ...parts, ...rest });
    },
    /** A read that succeeds now, and what comes of it. */
    async read(id: string, told: readonly Reading[], rest: Partial<ReturnType<HouseSetup["factsOf"]>> = {}) {
      const at = time.now();
      const seen = snapshot(id, { readings: told, fetchedAt: at, attemptedAt: at });
      facts.set(id, { snapshot: seen, told, own: [], projections: [], rises: [], ...rest });
      await house.raise.look(id);
      samples.push(...samplesOf(id, told, at));
      await time.pass(1000);
    },
    /** A read that fails now. */
    async fail(id: string, state: Snapshot["state"] = "error") {
      const before = facts.get(id) ?? nothingToTell;
      const last = before.snapshot ?? snapshot(id, { fetchedAt: undefined, readings: [] });
      const failed = { ...last, state, attemptedAt: time.now(), failures: last.failures + 1 };
      facts.set(id, { ...before, snapshot: failed });
      await house.raise.look(id);
      await time.pass(1000);
    },
    /** What the channel was told since the last time, as words. */
    told(channel = channels[0] as (typeof channels)[0]): string[] {
      const posts = channel.posts.splice(0).flatMap(({ told }) => told);
      const edits = channel.edits.splice(0).flatMap(({ told }) => told);
      return [...posts, ...edits].map(({ event, endedAt, subject }) => {
        const over = endedAt !== undefined && !subject.startsWith("back|") ? " over" : "";
        return `${event.account ?? ""} ${event.type}${over}`.trim();
      });
    },
  };
}

/** An account with a window of the team's own, that nobody can read. */
function ownWindow(options: Parameters<typeof setup>[0] = {}) {
  const all = setup(options);
  const { facts, house, samples, time } = all;
  return {
    ...all,
    async say(used: number, points = 0) {
      const own = quota({ id: "daily", label: "daily", used, counted: { at: time.now(), atLeast: false } });
      const rises = points > 0 ? [{ reading: own, usedPercent: used, points, over: 600_000 }] : [];
      const state = { state: "error", fetchedAt: start - hours, attemptedAt: start, failures: 1 } as const;
      facts.set("a", { ...nothingToTell, snapshot: snapshot("a", state), own: [own], rises });
      await house().raise.look("a");
      samples.push(...samplesOf("a", [own], time.now()));
      await time.pass(1000);
    },
  };
}

const reset = start + 5 * hours;

describe("A look", () => {
  it("tells what has become due within a second, and nothing again however often it looks", async () => {
    const { read, house, told, time, channel } = setup();
    await read("a", [quota({ used: 10 })]);
    await time.pass(10 * minutes);
    const at = time.now();
    await read("a", [quota({ used: 95 })]);
    expect(channel.posts[0]?.at).toBeLessThan(at + 1000);
    expect(told()).toEqual(["a quota.low"]);
    for (let each = 0; each < 3; each += 1) {
      await house().raise.look("a");
      await house().raise.sweep();
      await time.pass(minutes);
    }
    expect(told()).toEqual([]);
  });

  it("only notes what is so at first sight", async () => {
    const { read, told, time } = setup();
    await read("a", [quota({ used: 95 })]);
    await read("b", [quota({ used: 100 })]);
    expect(told()).toEqual(["b quota.exhausted"]);
    await time.pass(10 * minutes);
    await read("a", [quota({ used: 96 })]);
    expect(told()).toEqual([]);
  });

  it("is made up for by the sweep when it was missed", async () => {
    const { read, facts, house, told, time } = setup();
    await read("a", [quota({ used: 10 })]);
    await time.pass(10 * minutes);
    const readings = [quota({ used: 85 })];
    facts.set("a", { ...nothingToTell, snapshot: snapshot("a", { fetchedAt: time.now() }), told: readings });
    await house().raise.sweep();
    await time.pass(1000);
    expect(told()).toEqual(["a quota.low"]);
  });

  it("knows after a restart what was told", async () => {
    const { read, restart, house, told, time } = setup();
    await read("a", [quota({ used: 10 })]);
    await read("a", [quota({ used: 85 })]);
    await restart();
    await house().raise.sweep();
    await time.pass(minutes);
    await read("a", [quota({ used: 86 })]);
    expect(told()).toEqual(["a quota.low"]);
    await read("a", [quota({ used: 91 })]);
    expect(told()).toEqual(["a quota.low"]);
  });

  it("does not believe numbers that are too old, in neither direction", async () => {
    const { read, house, told, facts, time } = setup();
    await read("a", [quota({ used: 10, resetsAt: reset })]);
    await read("a", [quota({ used: 85, resetsAt: reset })]);
    told();
    const old = { fetchedAt: time.now(), attemptedAt: time.now() };
    await time.pass(31 * minutes);
    for (const used of [0, 100]) {
      const seen = snapshot("a", { ...old, readings: [] });
      facts.set("a", { ...nothingToTell, snapshot: seen, told: [quota({ used, resetsAt: reset })] });
      await house().raise.sweep();
      await time.pass(minutes);
    }
    expect(told().filter((word) => word.includes("quota."))).toEqual([]);
  });

  it("leaves the judgement to the process with the newest numbers", async () => {
    const { read, told, facts, house, time } = setup();
    await read("a", [quota({ used: 10, resetsAt: reset })]);
    await read("a", [quota({ used: 100, resetsAt: reset })]);
    const before = facts.get("a") ?? nothingToTell;
    await time.until(reset + minutes);
    await read("a", [quota({ used: 1, resetsAt: reset + 5 * hours })]);
    told();
    // Another process has not read it yet.
    facts.set("a", before);
    await house().raise.look("a");
    await time.pass(minutes);
    expect(told()).toEqual([]);
  });

  it("survives a store that is away, and says so once", async () => {
    const real = createMemoryOutbox();
    let away = true;
    const find: typeof real.find = (query) =>
      away ? Promise.reject(new AppError("store_unavailable", "It is away.")) : real.find(query);
    const { read, house, told, time } = setup({ outbox: { ...real, find } });
    await read("a", [quota({ used: 10 })]);
    await time.pass(minutes);
    await read("a", [quota({ used: 85 })]);
    await house().raise.sweep();
    const said = house().log.lines.filter(({ fields }) => (fields as { scope?: string }).scope === "a");
    expect(said).toHaveLength(1);
    away = false;
    await house().raise.sweep();
    await time.pass(1000);
    expect(told()).toEqual(["a quota.low"]);
  });

  it("tells each channel by its own rules", async () => {
    const rules = [
      alertRule("kept", { at: [80] }),
      alertRule("ops", { at: [50], accounts: ["a"], windows: ["weekly"], resets: false }),
    ];
    const { read, told, channel, ops } = setup({ rules });
    const weekly = (used: number) => quota({ id: "w", label: "weekly", used });
    await read("a", [quota({ used: 1 }), weekly(1)]);
    await read("b", [quota({ used: 1 }), weekly(1)]);
    await read("a", [quota({ used: 60 }), weekly(60)]);
    await read("b", [quota({ used: 90 }), weekly(60)]);
    expect(told(channel)).toEqual(["b quota.low"]);
    expect(told(ops)).toEqual(["a quota.low"]);
  });
});

describe("An account", () => {
  it("that is signed out right after its first read is told, and when it is well again", async () => {
    const { read, fail, told, time } = setup();
    await read("a", [quota()]);
    await time.pass(10 * minutes);
    await fail("a", "auth_expired");
    expect(told()).toEqual(["a account.signed_out"]);
    await time.pass(10 * minutes);
    await read("a", [quota()]);
    expect(told()).toEqual(["a account.recovered over"]);
  });

  it("whose source is silent is told once, and never because the machine slept", async () => {
    const { read, fail, house, told, time } = setup();
    await read("a", [quota()]);
    await time.pass(8 * hours);
    await house().raise.sweep();
    await time.pass(minutes);
    expect(told()).toEqual([]);
    await read("a", [quota()]);
    for (let each = 0; each < 5; each += 1) {
      await time.pass(9 * minutes);
      await fail("a");
      await house().raise.sweep();
    }
    await time.pass(minutes);
    expect(told()).toEqual(["a source.stale"]);
  });

  it("that is muted is not looked at, and told afterwards", async () => {
    let muted = true;
    const { read, house, told, time } = setup({ isMuted: () => muted });
    await read("a", [quota({ used: 10 })]);
    await read("a", [quota({ used: 85 })]);
    expect(told()).toEqual([]);
    muted = false;
    await house().raise.sweep();
    await time.pass(minutes);
    expect(told()).toEqual(["a quota.low"]);
  });

  it("names who takes most of it, and is told also when nobody knows", async () => {
    const { read, channel, restart } = setup({
      topOf: async () => ({ dimension: "agent", value: "ci", part: 0.9 }),
    });
    const running = (id: string, used: number) => {
      const reading = quota({ id, used });
      return read("a", [reading], { rises: [{ reading, usedPercent: used, points: 20, over: 600_000 }] });
    };
    await running("one", 30);
    expect(channel.posts[0]?.told[0]?.event).toMatchObject({ type: "quota.runaway", top: { value: "ci" } });
    await restart({ topOf: () => Promise.reject(new Error("The ledger is away.")) });
    await running("two", 30);
    expect(channel.posts[1]?.told[0]?.event.type).toBe("quota.runaway");
    expect(channel.posts[1]?.told[0]?.event.top).toBeUndefined();
  });

  it("has windows of the team's own, which are true now although nobody read it", async () => {
    const { told, time, say } = ownWindow();
    await time.pass(2 * hours);
    await say(50);
    expect(told()).toEqual(["a source.stale"]);
    await say(85);
    expect(told()).toEqual(["a quota.low"]);
    await say(70);
    expect(told()).toContain("a quota.recovered over");
  });

  it("has windows of the team's own, of which only what comes after the first count is told", async () => {
    const { told, say } = ownWindow();
    await say(85);
    expect(told()).toEqual(["a source.stale"]);
    await say(86);
    expect(told()).toEqual([]);
    await say(92);
    expect(told()).toEqual(["a quota.low"]);
  });

  it("has windows of the team's own that are run on, by whom is told too", async () => {
    const { channel, say } = ownWindow({
      topOf: async () => ({ dimension: "agent", value: "ci", part: 0.9 }),
    });
    await say(20);
    await say(40, 20);
    const [run] = channel.posts.flatMap(({ told }) => told).filter(({ event }) => event.rise !== undefined);
    expect(run?.event).toMatchObject({ type: "quota.runaway", top: { value: "ci" } });
  });

  it("is first seen once, also when the history of its first numbers was lost", async () => {
    const { facts, house, told, time } = setup({ samplesOf: async () => [] });
    const knownSince = time.now();
    const read = async (used: number) => {
      const at = { fetchedAt: time.now(), attemptedAt: time.now(), knownSince };
      facts.set("a", { ...nothingToTell, snapshot: snapshot("a", at), told: [quota({ used })] });
      await house().raise.look("a");
      await time.pass(10 * minutes);
    };
    await read(10);
    await read(85);
    expect(told()).toEqual(["a quota.low"]);
  });

  it("that is gone from the configuration, or whose rule is, has its alerts ended without a word", async () => {
    const { read, restart, house, told, outbox } = setup();
    await read("a", [quota({ used: 10 })]);
    await read("a", [quota({ used: 85 })]);
    told();
    await restart({ accounts: [account("b")] });
    await house().raise.sweep();
    expect(await outbox.find({ open: true })).toEqual([]);
    expect(told()).toEqual([]);
  });
});

describe("Accounts that draw on one pool", () => {
  const shared = { sharers: () => ["b", "a"] };

  it("are told once, by whichever was read last", async () => {
    const { read, told, time } = setup(shared);
    for (const used of [10, 85, 100]) {
      await read("b", [quota({ used, resetsAt: reset })]);
      await time.pass(5 * minutes);
      await read("a", [quota({ used, resetsAt: reset })]);
      await time.pass(5 * minutes);
    }
    expect(told()).toEqual(["a quota.low", "a quota.exhausted"]);
    await time.until(reset + minutes);
    await read("b", [quota({ used: 0, resetsAt: reset + 5 * hours })]);
    expect(told()).toEqual(["a quota.reset", "a quota.reset over"]);
  });

  it("are not told again when they part, each from then on for itself", async () => {
    const { read, told, restart, house } = setup(shared);
    await read("a", [quota({ used: 10 })]);
    await read("b", [quota({ used: 85 })]);
    await read("a", [quota({ used: 85 })]);
    expect(told()).toEqual(["a quota.low"]);
    await restart({ sharers: (id) => [id] });
    await house().raise.sweep();
    await read("b", [quota({ used: 86 })]);
    await read("a", [quota({ used: 86 })]);
    expect(told()).toEqual([]);
    await read("b", [quota({ used: 91 })]);
    expect(told()).toEqual(["b quota.low"]);
  });

  it("are not told again when they come together", async () => {
    const { read, told, restart, house, time } = setup();
    await read("a", [quota({ used: 10 })]);
    await read("b", [quota({ used: 10 })]);
    await read("b", [quota({ used: 85 })]);
    expect(told()).toEqual(["b quota.low"]);
    await restart({ ...shared });
    await house().raise.sweep();
    await time.pass(1000);
    // Until it was read, nobody knew of the other account; the pool is told in its name from now on.
    expect(told()).toEqual(["a quota.low"]);
    await read("b", [quota({ used: 91 })]);
    expect(told().filter((word) => !word.endsWith("over"))).toEqual(["a quota.low", "b quota.low"]);
  });

  it("are not first seen because one of them is", async () => {
    const { read, told, restart } = setup();
    await read("b", [quota({ used: 10 })]);
    await restart({ ...shared });
    await read("a", [quota({ used: 85 })]);
    expect(told()).toEqual(["a quota.low"]);
  });

  it("need a person each for itself", async () => {
    const { read, fail, told } = setup(shared);
    await read("a", [quota()]);
    await read("b", [quota()]);
    await fail("b", "auth_expired");
    expect(told()).toEqual(["b account.signed_out"]);
  });
});

describe("Money", () => {
  const budget = (usedUsd: number, from = "2026-11-22"): BudgetState & { to: string } => {
    const period = { id: "daily", period: "day", limitMicros: 10_000_000 } as const;
    return { ...period, from, to: from, usedMicros: usedUsd * 1_000_000, at: [80, 100] };
  };

  it("is told where everything is told, and not where only some accounts are", async () => {
    let used = 1;
    const spike = () => ({
      day: "2026-11-22",
      now: start,
      usedMicros: used * 1_000_000,
      before: [1e6, 1e6, 1e6],
    });
    const { house, told, channel, ops, time } = setup({
      rules: [alertRule("kept"), alertRule("ops", { accounts: ["a"] })],
      money: async () => ({ budgets: [budget(used)], spike: spike() }),
    });
    await house().raise.lookAtMoney();
    used = 8;
    for (let each = 0; each < 3; each += 1) await house().raise.lookAtMoney();
    await time.pass(1000);
    expect(told(channel).sort()).toEqual(["budget.reached", "cost.spike over"]);
    expect(told(ops)).toEqual([]);
  });

  it("has its consequences before it is told, and by the same numbers, so that all comes as one", async () => {
    let used = 9;
    const { house, channel, time } = setup({
      money: async () => {
        const budgets = [{ ...budget(used), switchTo: "free" as const }];
        used += 1;
        return { budgets, spike: { day: "2026-11-22", now: start, usedMicros: 0, before: [] } };
      },
    });
    const seen: number[] = [];
    house().raise.onMoney(async ({ budgets }) => {
      seen.push(budgets[0]?.usedMicros ?? 0);
      if (seen.length < 2) return;
      const switched = { combo: "best", from: "dear", to: "cheap" };
      const event = { type: "route.switched", at: time.now(), switched } as const;
      void house().raise.announce("switch|cheap", event);
      // Choices are written down before they hold.
      await turnOver();
    });
    await house().raise.lookAtMoney();
    await house().raise.lookAtMoney();
    await time.pass(1000);
    expect(seen).toEqual([9_000_000, 10_000_000]);
    expect(channel.posts).toHaveLength(1);
    expect(channel.posts[0]?.told.map(({ event }) => event.type).sort()).toEqual([
      "budget.exceeded",
      "route.switched",
      "route.switched",
    ]);
  });
});

describe("A channel that asks for events", () => {
  const hook = (...events: readonly string[]) => {
    const rule = alertRule("ops", { events, hook: true });
    const house = setup({ rules: [alertRule("kept"), rule] });
    // What was posted to a program stays as it is.
    delete house.ops.edit;
    const heard = () =>
      house.ops.posts.splice(0).flatMap(({ told }) => told.map(({ event }) => event.type as string));
    return { ...house, heard };
  };

  it("gets every reset, though it is not told what was low", async () => {
    const { read, heard, time } = hook("quota.reset");
    await read("a", [quota({ used: 10, resetsAt: reset })]);
    for (const used of [85, 100]) await read("a", [quota({ used, resetsAt: reset })]);
    expect(heard()).toEqual([]);
    await time.until(reset + minutes);
    await read("a", [quota({ used: 1, resetsAt: reset + 5 * hours })]);
    expect(heard()).toEqual(["quota.reset"]);
    await read("a", [quota({ used: 2, resetsAt: reset + 5 * hours })]);
    expect(heard()).toEqual([]);
  });

  it("gets both what it asks for and how that ended, once each", async () => {
    const { read, heard, time } = hook("quota.exhausted", "quota.re*");
    await read("a", [quota({ used: 10, resetsAt: reset })]);
    for (const used of [85, 100, 100]) await read("a", [quota({ used, resetsAt: reset })]);
    expect(heard()).toEqual(["quota.exhausted"]);
    await time.until(reset + minutes);
    await read("a", [quota({ used: 1, resetsAt: reset + 5 * hours })]);
    expect(heard()).toEqual(["quota.reset"]);
    await read("a", [quota({ used: 82, resetsAt: reset + 5 * hours })]);
    await read("a", [quota({ used: 70, resetsAt: reset + 5 * hours })]);
    expect(heard()).toEqual(["quota.recovered"]);
  });

  it("of low windows alone is told of crossings upward, as one that gets everything is", async () => {
    const { read, heard } = hook("quota.low");
    const { read: readAll, heard: heardOfAll } = hook("*");
    const low = async () => heard().length;
    const lowOfAll = async () => heardOfAll().filter((type) => type === "quota.low").length;
    const counts: [number, number][] = [];
    for (const used of [50, 82, 100, 99, 100, 92, 100, 84, 84, 93]) {
      await read("a", [quota({ used, resetsAt: reset })]);
      await readAll("a", [quota({ used, resetsAt: reset })]);
      counts.push([await low(), await lowOfAll()]);
    }
    const due = [0, 1, 0, 0, 0, 0, 0, 0, 0, 1];
    expect(counts).toEqual(due.map((one) => [one, one]));
  });

  it("gets no reset of a window while a longer one is exhausted, or it is so itself again", async () => {
    const { read, heard, channel, told, time } = hook("*");
    const weekly = quota({ id: "weekly", label: "weekly", windowSeconds: 604_800, used: 100 });
    await read("a", [quota({ used: 10, resetsAt: reset }), { ...weekly, used: 10 }]);
    await read("a", [quota({ used: 100, resetsAt: reset }), weekly]);
    heard();
    told(channel);
    await time.until(reset + minutes);
    await read("a", [quota({ used: 0, resetsAt: reset + 5 * hours }), weekly]);
    expect(heard()).toEqual([]);
    expect(told(channel)).toEqual(["a quota.exhausted over", "a quota.exhausted"]);
  });

  it("gets what it missed while it was down in full", async () => {
    const { read, heard, time, ops } = hook("quota.*");
    await read("a", [quota({ used: 10, resetsAt: reset })]);
    ops.weather = "fails";
    await time.until(reset - hours);
    await read("a", [quota({ used: 100, resetsAt: reset })]);
    await time.until(reset + minutes);
    await read("a", [quota({ used: 1, resetsAt: reset + 5 * hours })]);
    ops.weather = "fine";
    await time.pass(10 * minutes);
    expect(heard().sort()).toEqual(["quota.exhausted", "quota.reset"]);
  });

  it("gets that an account or its source is well again", async () => {
    const { read, fail, heard, house, time } = hook("account.recovered", "source.recovered");
    await read("a", [quota()]);
    await fail("a", "auth_expired");
    await read("a", [quota()]);
    expect(heard()).toEqual(["account.recovered"]);
    for (let each = 0; each < 5; each += 1) {
      await time.pass(9 * minutes);
      await fail("a");
      await house().raise.sweep();
    }
    await read("a", [quota()]);
    expect(heard()).toEqual(["source.recovered"]);
  });

  it("gets once that the period of a budget is over", async () => {
    let from = "2026-11-22";
    const money = async () => ({
      budgets: [
        {
          ...{ id: "daily", period: "day" as const, from, to: from, at: [80, 100], limitMicros: 10 },
          ...(from === "2026-11-22" ? { usedMicros: 8, projectedMicros: 20 } : { usedMicros: 0 }),
        },
      ],
      spike: { day: from, now: start, usedMicros: 0, before: [] },
    });
    const rule = alertRule("ops", { events: ["budget.period_over"], hook: true });
    const { house, told, ops, time } = setup({ rules: [rule], money });
    for (const day of ["2026-11-22", "2026-11-22", "2026-11-23", "2026-11-23"]) {
      from = day;
      await house().raise.lookAtMoney();
      await time.pass(1000);
    }
    expect(told(ops)).toEqual(["budget.period_over over"]);
  });

  it("leaves no trace of what it only follows where people look", async () => {
    const { read, outbox } = hook("quota.reset");
    await read("a", [quota({ used: 10, resetsAt: reset })]);
    await read("a", [quota({ used: 85, resetsAt: reset })]);
    const open = await outbox.find({ open: true });
    expect(open.map(({ channel, aside = false, version }) => [channel, aside, version])).toEqual([
      ["kept", false, 1],
      ["ops", true, 0],
    ]);
  });
});

describe("Looks", () => {
  it("of one account that come while one is under way are one", async () => {
    let asked = 0;
    const { house, facts } = setup({
      samplesOf: async () => {
        asked += 1;
        await turnOver();
        return [];
      },
    });
    facts.set("a", { ...nothingToTell, snapshot: snapshot("a"), told: [quota()] });
    const looks = Array.from({ length: 50 }, () => house().raise.look("a"));
    await turnOver();
    looks.push(...Array.from({ length: 50 }, () => house().raise.look("a")));
    await Promise.all(looks);
    expect(asked).toBe(2);
  });

  it("have all ended when that is asked for", async () => {
    const { house, facts, outbox } = setup();
    facts.set("a", { ...nothingToTell, snapshot: snapshot("a"), told: [quota({ used: 100 })] });
    void house().raise.look("a");
    await house().raise.settled();
    expect(await outbox.find({ open: true })).toHaveLength(1);
  });
});
