import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createBillingOf } from "../../src/core/domain/billing.ts";
import { createDays } from "../../src/core/domain/day.ts";
import type { Tokens, UsageRecord } from "../../src/core/domain/usage.ts";
import { AppError } from "../../src/core/errors.ts";
import { createRecordUsage, type Reported, type UsageDraft } from "../../src/core/services/record-usage.ts";
import { createUserNames } from "../../src/ingest/users.ts";
import { account, createKeptLog, createManualClock, start } from "../fakes/core.ts";

const hour = 3_600_000;
const tokens: Tokens = { input: 1_250, output: 850, cacheRead: 10, cacheWrite: 20, reasoning: 30 };
const draft = (rest: Partial<UsageDraft> = {}): UsageDraft => ({ source: "api", tokens, ...rest });

/** A ledger that keeps records by id. */
function createKeptLedger() {
  const records = new Map<string, UsageRecord>();
  return {
    records,
    broken: false,
    appends: 0,
    async append(more: readonly UsageRecord[]) {
      if (this.broken) throw new AppError("store_unavailable", "The disk is full.");
      this.appends += 1;
      return more.map((record) => {
        if (records.has(record.id)) return false;
        records.set(record.id, record);
        return true;
      });
    },
  };
}

function setUp(options: Partial<Parameters<typeof createRecordUsage>[0]> & { zone?: string } = {}) {
  const ledger = createKeptLedger();
  const clock = createManualClock();
  const log = createKeptLog();
  const accounts = options.accounts ?? [
    account("max", { provider: "plan", usage: { users: ["lan@*"] } }),
    account("api", { provider: "api" }),
  ];
  let unique = 0;
  const usage = createRecordUsage({
    ledger,
    accounts,
    services: (service) => (service === "cli" ? ["plan"] : []),
    billingOf: createBillingOf({
      configured: {},
      providers: [
        { id: "plan", billing: "subscription" },
        { id: "api", billing: "paid" },
      ],
    }),
    pricing: (call) => (call.model === undefined ? undefined : call.tokens.input * 3),
    nameUser: createUserNames({ mode: "keep", salt: "" }),
    days: createDays(options.zone ?? "UTC"),
    clock,
    hash: (text) => createHash("sha256").update(text).digest("hex").slice(0, 32),
    uniqueId: () => {
      unique += 1;
      return `unique-${unique}`;
    },
    log,
    ...options,
  });
  return {
    ledger,
    clock,
    log,
    record: (...reported: Reported[]) => usage.record(reported, { key: "laptops" }),
    recordAs: (key: string, ...reported: Reported[]) => usage.record(reported, { key }),
    kept: () => [...ledger.records.values()],
  };
}

describe("a reported call", () => {
  it("is kept with all that it tells, its account, its day and its cost", async () => {
    const { record, kept } = setUp({ zone: "Asia/Ho_Chi_Minh" });
    const told = {
      id: "req_01",
      at: Date.parse("2026-11-21T18:59:59Z"),
      model: "m-1",
      user: "lan@example.org",
      agent: "agent-7",
      operation: "translate",
      task: "code_review",
      combo: "premium",
      audioMs: 7,
      durationMs: 3_200,
      outcome: "timeout",
      estimated: true as const,
      counter: { series: "s", value: 9 },
    };
    expect(await record(draft({ ...told, service: "cli" }))).toEqual({
      accepted: 1,
      duplicates: 0,
      rejected: [],
    });
    expect(kept()).toEqual([
      {
        ...told,
        tokens,
        requests: 1,
        provider: "plan",
        account: "max",
        day: "2026-11-22",
        hour: 1,
        billing: "subscription",
        costBasis: "included",
        costMicros: 3_750,
        source: "api",
      },
    ]);
  });

  it("took place now, as one call that went well, unless it says otherwise", async () => {
    const { record, kept } = setUp();
    await record({ source: "otlp" });
    expect(kept()).toEqual([
      expect.objectContaining({
        at: start,
        day: "2026-11-22",
        hour: 3,
        requests: 1,
        outcome: "ok",
        audioMs: 0,
        tokens: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, reasoning: 0 },
        account: "unassigned",
        billing: "paid",
        costBasis: "unpriced",
      }),
    ]);
  });

  it("keeps its cost in money on a paid account, and what was reported before any price", async () => {
    const { record, kept } = setUp();
    await record(
      draft({ provider: "API ", model: "m", id: "a" }),
      draft({ account: "api", model: "m", costMicros: 7, id: "b" }),
      draft({ account: "max", model: "m", costMicros: 7, id: "c" }),
    );
    expect(kept().map(({ account, costBasis, costMicros }) => [account, costBasis, costMicros])).toEqual([
      ["api", "priced", 3_750],
      ["api", "reported", 7],
      ["max", "included", 7],
    ]);
  });

  it("keeps the provider it tells when no account is found", async () => {
    const { record, kept } = setUp();
    await record(draft({ provider: "Elsewhere" }));
    expect(kept()[0]).toMatchObject({ account: "unassigned", provider: "elsewhere" });
  });

  it("keeps of its user what privacy allows, after it was matched by the whole name", async () => {
    for (const [mode, name] of [
      ["hash", expect.stringMatching(/^user-[0-9a-f]{8}$/)],
      ["drop", undefined],
    ] as const) {
      const { record, kept } = setUp({ nameUser: createUserNames({ mode, salt: "salt" }) });
      await record(draft({ user: "lan@example.org", at: start }));
      expect(kept()[0]?.account).toBe("max");
      expect(kept()[0]?.user).toEqual(name);
      expect(JSON.stringify(kept())).not.toContain("lan@");
    }
  });
});

describe("the day of a call", () => {
  it("is its own, however late it comes", async () => {
    const { record, kept } = setUp();
    await record(draft({ at: Date.parse("2026-03-29T01:30:00Z") }));
    expect(kept()[0]).toMatchObject({ day: "2026-03-29", hour: 1 });
  });

  it("is told by the team's clocks, also when they change", async () => {
    const { record, kept } = setUp({ zone: "Europe/Berlin" });
    const at = (time: string) => draft({ at: Date.parse(`2026-10-25T${time}Z`), id: time });
    await record(at("00:30:00"), at("01:30:00"), at("23:30:00"));
    expect(kept().map(({ day, hour }) => [day, hour])).toEqual([
      ["2026-10-25", 2],
      ["2026-10-25", 2],
      ["2026-10-26", 0],
    ]);
  });

  it("may be ahead by 24 hours at the most, and not before 2015", async () => {
    const { record } = setUp();
    const early = Date.parse("2015-01-01T00:00:00Z");
    const { accepted, rejected } = await record(
      draft({ at: start + 24 * hour }),
      draft({ at: start + 24 * hour + 1 }),
      draft({ at: early }),
      draft({ at: early - 1 }),
      draft({ at: 0 }),
      draft({ at: Number.NaN }),
      draft({ at: Number.POSITIVE_INFINITY }),
    );
    expect(accepted).toBe(2);
    expect(rejected.map(({ index, message }) => `${index} ${message}`)).toEqual([
      "1 at: is more than 24 hours in the future. Check the clock of the machine that sent this.",
      "3 at: is before 2015. Check the clock of the machine that sent this.",
      "4 at: is before 2015. Check the clock of the machine that sent this.",
      "5 at: is not a time.",
      "6 at: is not a time.",
    ]);
  });
});

describe("a batch", () => {
  it("keeps its good part and says by place what is wrong with the rest", async () => {
    const { record, kept, ledger } = setUp();
    expect(
      await record(
        { problem: "model: must be text" },
        draft({ id: "good" }),
        draft({ tokens: { ...tokens, output: -1 } }),
        draft({ tokens: { ...tokens, cacheRead: 0.5 } }),
        draft({ costMicros: Number.NaN }),
        draft({ audioMs: 1e13 }),
        draft({ id: "x".repeat(201) }),
        draft({ id: "x".repeat(200) }),
        draft({ id: "good", model: "other" }),
      ),
    ).toEqual({
      accepted: 2,
      duplicates: 1,
      rejected: [
        { index: 0, message: "model: must be text" },
        { index: 2, message: "tokens.output: must be a whole number from 0 to 1000000000000." },
        { index: 3, message: "tokens.cacheRead: must be a whole number from 0 to 1000000000000." },
        { index: 4, message: "costMicros: must be a whole number from 0 to 1000000000000." },
        { index: 5, message: "audioMs: must be a whole number from 0 to 1000000000000." },
        { index: 6, message: "id: is longer than 200 characters. Send a shorter one, or none." },
      ],
    });
    expect(kept().map(({ id }) => id)).toEqual(["good", "x".repeat(200)]);
    expect(kept()[0]?.model).toBeUndefined();
    expect(ledger.appends).toBe(1);
  });

  it("does not touch the ledger when nothing of it is good", async () => {
    const { record, ledger } = setUp();
    expect(await record({ problem: "no" })).toMatchObject({ accepted: 0, rejected: [{ index: 0 }] });
    expect(await record()).toEqual({ accepted: 0, duplicates: 0, rejected: [] });
    expect(ledger.appends).toBe(0);
  });

  it("fails as a whole when the ledger cannot keep it", async () => {
    const recorded: unknown[] = [];
    const { record, ledger } = setUp({ onRecorded: (records) => void recorded.push(records) });
    ledger.broken = true;
    await expect(record(draft())).rejects.toMatchObject({ code: "store_unavailable" });
    expect(recorded).toEqual([]);
  });

  it("is worked through with pauses, and kept at once", async () => {
    const sizes: number[] = [];
    const { record, ledger } = setUp({ pause: async () => void sizes.push(ledger.records.size) });
    await record(...Array.from({ length: 3_500 }, (_, index) => draft({ id: `r${index}` })));
    expect(sizes).toEqual([0, 0, 0]);
    expect([ledger.records.size, ledger.appends]).toEqual([3_500, 1]);
  });

  it("is told on once it is kept, without what was known already, and cannot be spoilt by that", async () => {
    const told: string[][] = [];
    const { record, log, ledger } = setUp({
      onRecorded(records) {
        expect(records.every(({ id }) => ledger.records.has(id))).toBe(true);
        told.push(records.map(({ id }) => id));
        throw new Error("Nobody listens.");
      },
    });
    expect(await record(draft({ id: "a" }), draft({ id: "b" }))).toMatchObject({ accepted: 2 });
    expect(await record(draft({ id: "b" }), draft({ id: "c" }))).toMatchObject({
      accepted: 1,
      duplicates: 1,
    });
    expect(await record(draft({ id: "c" }))).toMatchObject({ accepted: 0, duplicates: 1 });
    expect(told).toEqual([["a", "b"], ["c"]]);
    expect(log.lines.filter(({ level }) => level === "error")).toHaveLength(2);
  });
});

describe("a call without an id", () => {
  it("is recognised by its content when it comes again", async () => {
    const { record, recordAs, clock } = setUp();
    const told = draft({ at: start - 5, model: "m", user: "lan@example.org" });
    expect(await record(told, { ...told })).toMatchObject({ accepted: 1, duplicates: 1 });
    clock.advance(hour);
    expect(await record({ ...told, id: "", requests: 1, outcome: "ok", audioMs: 0 })).toMatchObject({
      duplicates: 1,
    });
    expect(await recordAs("laptops", told)).toMatchObject({ duplicates: 1 });
    expect(await recordAs("server", told)).toMatchObject({ accepted: 1 });
  });

  it.each<Partial<UsageDraft>>([
    { at: start - 6 },
    { model: "n" },
    { user: "minh" },
    { tokens: { ...tokens, reasoning: 31 } },
    { agent: "a" },
    { operation: "a" },
    { task: "a" },
    { combo: "a" },
    { account: "api" },
    { provider: "api" },
    { service: "cli" },
    { requests: 2 },
    { audioMs: 1 },
    { costMicros: 0 },
    { durationMs: 0 },
    { outcome: "error" },
    { source: "otlp" },
    { content: "digest of its texts" },
    { counter: { series: "s", value: 1 } },
  ])("is another one when it differs in anything: %j", async (difference) => {
    const { record } = setUp();
    const told = draft({ at: start - 5, model: "m" });
    expect(await record(told, { ...told, ...difference })).toMatchObject({ accepted: 2 });
  });

  it("counts each time when it does not tell its time either", async () => {
    const { record } = setUp();
    expect(await record(draft(), draft())).toMatchObject({ accepted: 2, duplicates: 0 });
    expect(await record(draft())).toMatchObject({ accepted: 1 });
  });
});

describe("an account that is not configured", () => {
  it("is told once in the log, with the one that was probably meant", async () => {
    const { record, log, kept } = setUp();
    await record(draft({ account: "mxa" }), draft({ account: "mxa" }), draft({ account: "unassigned" }));
    await record(draft({ account: "mxa", user: "lan@x" }), draft({ account: "max" }));
    expect(log.lines).toEqual([
      {
        level: "warn",
        fields: { account: "mxa", meant: "max" },
        message: expect.stringContaining("not configured"),
      },
    ]);
    expect(kept().map(({ account }) => account)).toEqual([
      "unassigned",
      "unassigned",
      "unassigned",
      "max",
      "max",
    ]);
  });

  it("cannot fill the log", async () => {
    const { record, log } = setUp();
    await record(...Array.from({ length: 1_500 }, (_, index) => draft({ account: `made-up-${index}` })));
    expect(log.lines.length).toBeLessThanOrEqual(1_000);
  });
});
