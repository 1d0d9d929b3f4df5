import { describe, expect, it } from "vitest";
import type { LimitReport, ToldRefusal } from "../../src/core/domain/limit-report.ts";
import type { Quota } from "../../src/core/domain/quota.ts";
import { AppError } from "../../src/core/errors.ts";
import type { Settings } from "../../src/core/ports.ts";
import { createReadingsOf } from "../../src/core/services/account-readings.ts";
import { createLimitBlocks } from "../../src/core/services/blocks.ts";
import { createStandings } from "../../src/core/services/standings.ts";
import { createMemoryStore } from "../../src/stores/memory.ts";
import { account, createKeptLog, createManualClock, quota, snapshot, start } from "../fakes/core.ts";

const minute = 60_000;
const hour = 60 * minute;
const accounts = ["claude-lan", "claude-ci", "glm-main"].map((id) => account(id));

/** Two pools and a window of the whole account. */
const readings: readonly Quota[] = [
  quota({ id: "weekly", label: "weekly", used: 50, resetsAt: start + 24 * hour }),
  quota({ id: "fable", scope: "Fable", models: ["fable-1", "fable-2"], used: 50, resetsAt: start + hour }),
  quota({ id: "opus", scope: "Opus", models: ["opus-1"], used: 50, resetsAt: start + hour }),
];

/** One process; several that are given the same settings and clock are replicas. */
function process({ settings = createMemoryStore().settings as Settings, clock = createManualClock() } = {}) {
  const told = new Map(accounts.map(({ id }) => [id, snapshot(id, { readings })]));
  const log = createKeptLog();
  const readQuotas = { accounts, snapshot: (id: string) => told.get(id) };
  const standings = createStandings({
    ...{ accounts, readQuotas, clock },
    readingsOf: createReadingsOf({ readQuotas, timezone: "UTC" }),
    billingOf: () => "subscription",
  });
  const blocks = createLimitBlocks({
    ...{ accounts, standings, settings, clock, log },
    sharers: (id) => (id.startsWith("claude") ? ["claude-lan", "claude-ci"] : [id]),
  });
  const changed: string[] = [];
  blocks.onChange((id) => void changed.push(id));
  return {
    ...{ blocks, settings, clock, log, changed },
    report: (rest: Partial<ToldRefusal> = {}, about: Partial<LimitReport> = {}) =>
      blocks.report({ account: "glm-main", told: { reason: "Too many calls", ...rest }, ...about }),
    until: (id: string, model?: string) => {
      const found = blocks.of(id, model, clock.now());
      return found && found.until - start;
    },
    /** A read at this time, with this much used in every window. */
    async read(id: string, used: number, rest: { model?: string } = {}) {
      const fresh = readings.map((one) => ({ ...one, used: rest.model === undefined ? used : one.used }));
      const next = snapshot(id, { readings: fresh, fetchedAt: clock.now() });
      told.set(id, next);
      standings.touch(id);
      await blocks.read(next);
    },
  };
}

describe("a reported refusal", () => {
  it("blocks the pool of its model until the instant told, and nothing else", async () => {
    const { report, until, changed } = process();
    const answer = await report({ kind: "quota", until: start + hour }, { model: "fable-1" });
    expect(answer).toEqual({
      kind: "quota",
      blockedUntil: start + hour,
      scope: { account: "glm-main", pool: "Fable" },
      reason: "Too many calls",
    });
    expect([until("glm-main", "fable-1"), until("glm-main", "fable-2")]).toEqual([hour, hour]);
    for (const model of ["opus-1", "unlisted", undefined]) expect(until("glm-main", model)).toBeUndefined();
    expect(changed).toEqual(["glm-main"]);
  });

  it("blocks the account where no model is told, or one that no pool lists", async () => {
    const { report, until } = process();
    expect((await report({ kind: "rate", until: start + minute })).scope).toEqual({ account: "glm-main" });
    expect([until("glm-main"), until("glm-main", "opus-1")]).toEqual([minute, minute]);
    const other = process();
    await other.report({ kind: "rate", until: start + minute }, { model: "unlisted" });
    expect(other.until("glm-main")).toBe(minute);
  });

  it("blocks the model alone where the limit counts for each model apart", async () => {
    const { report, until } = process();
    const told = { kind: "quota", until: start + hour, perModel: true, model: "gemini-2.5-flash" } as const;
    expect((await report(told)).scope).toEqual({ account: "glm-main", model: "gemini-2.5-flash" });
    expect([
      until("glm-main", "Gemini-2.5-Flash"),
      until("glm-main", "gemini-2.5-pro"),
      until("glm-main"),
    ]).toEqual([hour, undefined, undefined]);
    // A pool that lists the model knows better.
    expect((await report({ ...told, model: "opus-1" })).scope).toEqual({ account: "glm-main", pool: "Opus" });
  });

  it("blocks a model without capacity for 30 to 60 seconds, and never the account", async () => {
    const { report, until } = process();
    await report({ kind: "capacity" }, { model: "opus-1" });
    expect([until("glm-main", "opus-1"), until("glm-main"), until("glm-main", "fable-1")]).toEqual([
      45_000,
      undefined,
      undefined,
    ]);
    await report({ kind: "capacity", until: start + hour }, { model: "fable-1" });
    expect(until("glm-main", "fable-1")).toBe(60_000);
    expect(await report({ kind: "capacity" })).toEqual({ kind: "capacity", reason: "Too many calls" });
    expect(until("glm-main")).toBeUndefined();
  });

  it("is taken for a quota where its window is nearly used up, or its end is more than an hour away", async () => {
    const { report, read, until } = process();
    expect(await report()).toMatchObject({ kind: "rate", blockedUntil: start + minute });
    await read("claude-lan", 90);
    const near = await report({}, { account: "claude-lan", model: "opus-1" });
    expect(near).toMatchObject({ kind: "quota", blockedUntil: start + 24 * hour });
    expect(until("claude-lan", "opus-1")).toBe(24 * hour);
    expect(await report({ until: start + 61 * minute }, { model: "opus-1" })).toMatchObject({
      kind: "quota",
    });
    expect(await report({ until: start + 59 * minute }, { model: "fable-1" })).toMatchObject({
      kind: "rate",
    });
  });

  it("lasts no longer than told where calls only come too fast, however little is left", async () => {
    const { report, read } = process();
    await read("glm-main", 99);
    expect(await report({ kind: "rate" })).toMatchObject({ kind: "rate", blockedUntil: start + minute });
  });

  it("counts for all accounts that share the pool when it is a quota, and for its own when it is not", async () => {
    const { report, until } = process();
    await report({ kind: "quota", until: start + hour }, { account: "claude-lan", model: "opus-1" });
    expect(until("claude-ci", "opus-1")).toBe(hour);
    await report({ kind: "rate", until: start + minute }, { account: "claude-lan", model: "fable-1" });
    expect(until("claude-ci", "fable-1")).toBeUndefined();
  });

  it("blocks nothing when it is over already", async () => {
    const { report, until } = process();
    const old = await report({ kind: "rate", until: start - 1 }, { at: start - hour });
    expect(old).toEqual({ kind: "rate", reason: "Too many calls; it is over already" });
    expect(await report({}, { at: start - hour })).not.toHaveProperty("blockedUntil");
    expect(until("glm-main")).toBeUndefined();
  });

  it("is refused for an account that is not configured, with the nearest, and for one of the future", async () => {
    const { report } = process();
    await expect(report({}, { account: "glm-mian" })).rejects.toMatchObject({
      code: "not_found",
      message: 'No account is called "glm-mian". Did you mean "glm-main"?',
    });
    await expect(report({}, { at: start + hour })).rejects.toMatchObject({ code: "request_invalid" });
  });
});

describe("a block", () => {
  it("ends by itself", async () => {
    const { report, until, clock } = process();
    await report({ kind: "rate", until: start + minute });
    clock.advance(minute);
    expect(until("glm-main")).toBeUndefined();
  });

  it("of a quota ends when a read a minute later shows room, of a rate only by itself", async () => {
    const { report, until, read, clock, changed } = process();
    await report({ kind: "quota", until: start + 5 * hour }, { model: "opus-1" });
    await report({ kind: "rate", until: start + 5 * hour }, { model: "fable-1" });
    await read("glm-main", 10);
    expect(until("glm-main", "opus-1")).toBe(5 * hour);
    clock.advance(minute);
    await read("glm-main", 96);
    expect(until("glm-main", "opus-1")).toBe(5 * hour);
    changed.length = 0;
    await read("glm-main", 95);
    expect([until("glm-main", "opus-1"), until("glm-main", "fable-1")]).toEqual([undefined, 5 * hour]);
    expect(changed).toEqual(["glm-main"]);
  });

  it("outlives the process, with what it is for", async () => {
    const before = process();
    await before.report({ kind: "quota", until: start + hour, reason: "The plan's limit is reached" });
    const after = process(before);
    expect(after.until("glm-main")).toBeUndefined();
    await after.blocks.refresh();
    expect(after.blocks.of("glm-main", undefined, start)).toEqual({
      until: start + hour,
      why: { kind: "quota", reason: "The plan's limit is reached" },
    });
  });

  it("is known to all replicas, as is that it ended early", async () => {
    const one = process();
    const two = process(one);
    await Promise.all([
      one.report({ kind: "quota", until: start + hour }, { model: "opus-1" }),
      two.report({ kind: "quota", until: start + 2 * hour }, { model: "fable-1" }),
    ]);
    await Promise.all([one.blocks.refresh(), two.blocks.refresh()]);
    for (const { until } of [one, two])
      expect([until("glm-main", "opus-1"), until("glm-main", "fable-1")]).toEqual([hour, 2 * hour]);
    one.clock.advance(minute);
    await one.read("glm-main", 0);
    two.changed.length = 0;
    await two.blocks.refresh();
    expect([two.until("glm-main", "opus-1"), two.changed]).toEqual([undefined, ["glm-main"]]);
  });

  it("that is made while others are being read is not lost", async () => {
    const { settings } = createMemoryStore();
    const held = { next: false, answer: () => {} };
    const one = process({
      settings: {
        ...settings,
        async get(key) {
          const found = await settings.get(key);
          if (!held.next) return found;
          held.next = false;
          await new Promise<void>((resolve) => {
            held.answer = resolve;
          });
          return found;
        },
      },
    });
    held.next = true;
    const refreshed = one.blocks.refresh();
    await expect.poll(() => held.next).toBe(false);
    const reported = one.report({ kind: "quota", until: start + hour });
    held.answer();
    await Promise.all([refreshed, reported]);
    expect(one.until("glm-main")).toBe(hour);
    expect(await settings.get("blocked pools")).toHaveProperty(["glm-main|"]);
  });

  it("that somebody else knows to last longer is not made shorter", async () => {
    const one = process();
    const two = process(one);
    await one.report({ kind: "quota", until: start + 3 * hour });
    await two.report({ kind: "quota", until: start + hour });
    await one.blocks.refresh();
    expect([one.until("glm-main"), two.until("glm-main")]).toEqual([3 * hour, 3 * hour]);
  });

  it("is written once for a swarm of refusals", async () => {
    const { settings } = createMemoryStore();
    let writes = 0;
    const { report, clock } = process({
      settings: {
        ...settings,
        swap: async (...change) => {
          writes += 1;
          return await settings.swap(...change);
        },
      },
    });
    await Promise.all(Array.from({ length: 200 }, () => report({ kind: "quota", until: start + hour })));
    clock.advance(100);
    await Promise.all(
      Array.from({ length: 200 }, () => report({ kind: "quota", until: start + hour + 100 })),
    );
    await Promise.all(Array.from({ length: 200 }, () => report({ kind: "capacity" }, { model: "opus-1" })));
    expect(writes).toBeLessThanOrEqual(4);
  });

  it("that cannot be stored holds all the same, is told to fail, and is stored with the next", async () => {
    const { settings } = createMemoryStore();
    let broken = true;
    const flaky: Settings = {
      ...settings,
      async swap(...change) {
        if (broken) throw new AppError("store_unavailable", "The disk is full.");
        return await settings.swap(...change);
      },
    };
    const one = process({ settings: flaky });
    await expect(one.report({ kind: "quota", until: start + hour })).rejects.toMatchObject({
      code: "store_unavailable",
    });
    expect(one.until("glm-main")).toBe(hour);
    await one.blocks.refresh();
    expect(one.until("glm-main")).toBe(hour);
    broken = false;
    await one.blocks.refresh();
    const two = process({ settings });
    await two.blocks.refresh();
    expect(two.until("glm-main")).toBe(hour);
  });

  it("is one of at most 500, and what is stored stays small", async () => {
    const { report, settings, until } = process();
    for (let index = 0; index < 600; index += 1)
      await report({
        kind: "quota",
        until: start + hour + index * 2_000,
        perModel: true,
        model: `m${index}`,
      });
    const stored = JSON.stringify(await settings.get("blocked pools"));
    expect(Object.keys(JSON.parse(stored))).toHaveLength(500);
    expect(stored.length).toBeLessThan(100_000);
    expect(until("glm-main", "m599")).toBeDefined();
  });

  it("is not brought back from what makes no sense", async () => {
    const { settings } = createMemoryStore();
    await settings.set("blocked pools", { "glm-main|": { until: "later" }, "glm-main|Opus": null, x: 4 });
    const { blocks, until } = process({ settings });
    await blocks.refresh();
    expect(until("glm-main", "opus-1")).toBeUndefined();
  });
});
