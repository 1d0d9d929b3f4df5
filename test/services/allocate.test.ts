import { describe, expect, it } from "vitest";
import type { Account } from "../../src/core/domain/account.ts";
import type { Snapshot } from "../../src/core/domain/quota.ts";
import { AppError } from "../../src/core/errors.ts";
import type { Ledger, Settings } from "../../src/core/ports.ts";
import type { Reported } from "../../src/core/services/record-usage.ts";
import { createMemoryStore } from "../../src/stores/memory.ts";
import { account, createKeptLog, createManualClock, quota, snapshot, start } from "../fakes/core.ts";
import { usageRecord } from "../fakes/usage.ts";
import { createAgents, hour, input, limited } from "./agents.ts";

const minute = 60_000;
const midnight = Date.parse("2026-11-23T00:00:00Z");

function setUp(rest: Partial<Parameters<typeof createAgents>[0]> & { accounts?: readonly Account[] } = {}) {
  const store = createMemoryStore();
  const clock = createManualClock();
  const log = createKeptLog();
  const agents = createAgents({ accounts: [limited("glm", 1000)], store, clock, log, ...rest });
  const ask = (agent: string, tokens: number, more = {}) =>
    agents.allocate({ agent, account: "glm", tokens, ...more });
  const use = (agent: string, tokens: number, id?: string, more: { account?: string; at?: number } = {}) =>
    agents.use(agent, { source: "api", tokens: input(tokens), id, ...more }, { key: "fleet" });
  const report = (draft: Reported, allocation?: string) =>
    agents.use("one", draft, { key: "fleet", allocation });
  return { ...agents, store, clock, log, ask, use, report };
}

/** Records that the ledger knows from elsewhere. */
async function spend(
  store: ReturnType<typeof createMemoryStore>,
  tokens: number,
  at = start,
  account = "glm",
) {
  const record = usageRecord(`spent ${at} ${account}`, { at, account, tokens: input(tokens) });
  await store.ledger.append([record]);
}

describe("reserving", () => {
  it("is granted for what is left of the team's own window, and refused with what is free beyond", async () => {
    const { ask, store } = setUp();
    await spend(store, 300);
    expect(await ask("one", 600, { model: "glm-4.7" })).toMatchObject({
      kind: "granted",
      isNew: true,
      allocation: {
        ...{ agent: "one", account: "glm", provider: "acme", model: "glm-4.7", tokens: 600, used: 0 },
        ...{ priority: "normal", createdAt: start, expiresAt: start + 4 * hour },
      },
      binding: { free: 100, window: { id: "daily", basis: "counted", resetsAt: midnight } },
    });
    expect(await ask("two", 101)).toMatchObject({
      ...{ kind: "refused", code: "insufficient_quota", retryAt: start + 4 * hour },
      message: expect.stringContaining(
        "glm has 100 of 101 tokens free (daily, which starts over at 2026-11-23",
      ),
      accounts: [{ account: "glm", reason: "quota", free: 100, window: "daily", resetsAt: midnight }],
    });
  });

  it("gives two that ask at once the last tokens only once", async () => {
    const { ask, active } = setUp();
    const answers = await Promise.all(["one", "two", "three"].map((agent) => ask(agent, 600)));
    expect(answers.map(({ kind }) => kind).sort()).toEqual(["granted", "refused", "refused"]);
    expect(await active()).toHaveLength(1);
  });

  it("does so for processes that share a store, and each sees the allocations of the others", async () => {
    const store = createMemoryStore();
    const replicas = ["a", "b", "c"].map((name) =>
      createAgents({ accounts: [limited("glm", 1000)], store, name }),
    );
    const answers = await Promise.all(
      replicas.flatMap((replica, index) =>
        [0, 1, 2, 3].map((number) =>
          replica.allocate({ agent: `agent-${index}-${number}`, account: "glm", tokens: 300 }),
        ),
      ),
    );
    expect(answers.filter(({ kind }) => kind === "granted")).toHaveLength(3);
    const seen = await Promise.all(replicas.map((replica) => replica.active()));
    expect(new Set(seen.map((active) => JSON.stringify(active))).size).toBe(1);
    expect(seen[0]).toHaveLength(3);
  });

  it.each(["before the allocations are read", "while the ledger is asked"])(
    "is not misled by use that another process reports %s",
    async (moment) => {
      const store = createMemoryStore();
      const other = createAgents({ accounts: [limited("glm", 1000)], store, name: "q" });
      await other.allocate({ agent: "one", account: "glm", tokens: 600 });
      let reports = 0;
      async function report(when: string): Promise<void> {
        if (when !== moment || reports++ > 0) return;
        await other.use("one", { source: "api", tokens: input(600) }, { key: "fleet" });
      }
      const get: Settings["get"] = async (key) => {
        await report("before the allocations are read");
        return await store.settings.get(key);
      };
      const spent: Ledger["spent"] = async (...span) => {
        const told = await store.ledger.spent(...span);
        await report("while the ledger is asked");
        return told;
      };
      const { ask } = setUp({
        store: { ...store, settings: { ...store.settings, get }, ledger: { ...store.ledger, spent } },
      });
      expect(await ask("two", 401)).toMatchObject({ kind: "refused", accounts: [{ free: 400 }] });
      expect(reports).toBeGreaterThan(0);
    },
  );

  it("takes the tokens from the estimate of a task, which its records bear", async () => {
    const { allocate, use, store } = setUp({ accounts: [limited("glm", 1_000_000)] });
    const granted = await allocate({
      ...{ agent: "one", account: "glm", task: "Code review", files: 20, conservative: true, urgent: true },
    });
    expect(granted).toMatchObject({
      allocation: { tokens: 20_800, priority: "high", task: "Code review" },
      estimate: { task: "code_review", tokens: 20_800, basis: "default" },
    });
    await use("one", 5);
    const { records } = await store.ledger.records({ from: "2026-11-22", to: "2026-11-22", most: 10 });
    expect(records).toMatchObject([
      { task: "Code review", agent: "one", account: "glm", source: "allocation" },
    ]);
  });

  it("with the same id again is answered with what there is, also by another process", async () => {
    const { ask, store, clock } = setUp();
    const other = createAgents({ accounts: [limited("glm", 1000)], store, clock, name: "q" });
    const first = await ask("one", 600, { request: "try-1" });
    const second = await other.allocate({ agent: "one", account: "glm", tokens: 600, request: "try-1" });
    expect(first).toMatchObject({ kind: "granted", isNew: true });
    expect(second).toMatchObject({ kind: "granted", isNew: false });
    expect(first.kind === "granted" && second.kind === "granted" && second.allocation).toEqual(
      first.kind === "granted" && first.allocation,
    );
    const at = await Promise.all([ask("two", 100, { request: "x" }), ask("two", 100, { request: "x" })]);
    expect(at.map((one) => one.kind === "granted" && one.isNew)).toEqual([true, false]);
  });

  it("of an account that the agent holds already is a conflict; of another it is not", async () => {
    const { ask } = setUp({ accounts: [limited("glm", 1000), limited("kimi", 1000)] });
    await ask("one", 10);
    await expect(ask("one", 10)).rejects.toMatchObject({ code: "conflict" });
    await expect(ask("one", 10, { request: "new" })).rejects.toMatchObject({ code: "conflict" });
    expect(await ask("one", 10, { account: "kimi" })).toMatchObject({ kind: "granted" });
  });

  it("walks the accounts of a combo, and tells of each why not", async () => {
    const { allocate } = setUp({
      accounts: [limited("first", 10), account("second"), limited("third", 1000)],
      candidates: {
        coding: [{ account: "first", model: "m" }, { account: "second" }, { account: "third", model: "n" }],
        "m-5": [{ account: "first" }, { account: "second" }],
      },
    });
    expect(await allocate({ agent: "one", combo: "coding", tokens: 50 })).toMatchObject({
      allocation: { account: "third", model: "n", combo: "coding" },
    });
    expect(await allocate({ agent: "one", model: "m-5", tokens: 50 })).toMatchObject({
      ...{ kind: "refused", code: "insufficient_quota" },
      message: expect.stringMatching(
        /^None of 2 accounts has room: first has 10 of 50 .* second is not known/,
      ),
      accounts: [{ reason: "quota" }, { reason: "unknown" }],
    });
    await expect(allocate({ agent: "one", combo: "none", tokens: 1 })).rejects.toMatchObject({
      code: "not_found",
    });
    await expect(allocate({ agent: "one", account: "fourth", tokens: 1 })).rejects.toMatchObject({
      code: "not_found",
    });
  });

  it("keeps to how many agents may work at a time, on a provider and on an account", async () => {
    const accounts = [limited("glm", 1000), limited("glm-2", 1000)];
    const { ask } = setUp({
      ...{ accounts, rules: { maxConcurrent: { acme: 3 }, maxConcurrentPerAccount: { glm: 2 } } },
    });
    await ask("one", 1);
    await ask("two", 1);
    expect(await ask("three", 1)).toMatchObject({
      ...{ code: "concurrency_exceeded", retryAt: start + minute },
      message: "glm is in use by 2 agents, as many as may use it at a time.",
    });
    expect(await ask("three", 1, { account: "glm-2" })).toMatchObject({ kind: "granted" });
    expect(await ask("four", 1, { account: "glm-2", ttl: minute })).toMatchObject({
      ...{ code: "concurrency_exceeded", message: expect.stringContaining("acme is in use by 3 agents") },
    });
  });

  it("for a high priority shrinks what a low one has not used, and the low one sees it", async () => {
    const { ask, of } = setUp({ rules: { lendUnused: true } });
    await ask("patient", 900, { priority: "low" });
    expect(await ask("urgent", 600, { priority: "high" })).toMatchObject({ kind: "granted" });
    expect(await of("patient")).toMatchObject([{ tokens: 400, lent: 500 }]);
  });

  it.each([
    [{ agent: "" }, "agent:"],
    [{ agent: " one" }, "agent:"],
    [{ agent: "a\nb" }, "agent:"],
    [{ agent: "x".repeat(65) }, "agent:"],
    [{ account: undefined }, "account"],
    [{ combo: "coding" }, "combo"],
    [{ tokens: undefined }, "tokens"],
    [{ tokens: 0 }, "tokens"],
    [{ tokens: 1.5 }, "tokens"],
    [{ tokens: undefined, task: "juggling" }, "juggling"],
    [{ ttl: 5 * hour }, "ttl"],
    [{ request: "" }, "id:"],
  ])("refuses %j as no request", async (wrong, word) => {
    const { allocate } = setUp();
    const request = { agent: "one", account: "glm", tokens: 1, ...wrong };
    await expect(allocate(request)).rejects.toMatchObject({
      ...{ code: "request_invalid", message: expect.stringContaining(word) },
    });
  });
});

describe("what is left of an account", () => {
  const percent = account("claude");
  const told = (rest: Partial<Snapshot> = {}) => [
    snapshot("claude", { readings: [quota({ used: 40 })], ...rest }),
  ];
  const askClaude = (agents: ReturnType<typeof setUp>, tokens: number, more = {}) =>
    agents.ask("one", tokens, { account: "claude", ...more });

  it("is unknown where only percent is told and nothing was measured", async () => {
    const agents = setUp({ accounts: [percent], snapshots: told() });
    expect(await askClaude(agents, 1)).toMatchObject({
      ...{ kind: "refused", code: "unknown_capacity", retryAt: undefined },
      message: expect.stringContaining(
        "What is left of claude is not known: its windows are known only in percent",
      ),
    });
  });

  it("is measured in tokens by what was recorded while the percentage rose", async () => {
    const store = createMemoryStore();
    const agents = setUp({ accounts: [percent], snapshots: told(), store });
    const sample = (at: number, value: number) => ({
      ...{ account: "claude", reading: "session", kind: "quota" as const, at, value, limit: 100 },
    });
    await store.history.add([sample(start - 3 * hour, 10), sample(start - hour, 35)]);
    await spend(store, 50_000, start - 2 * hour, "claude");
    await spend(store, 9_000, start, "claude");
    expect(await askClaude(agents, 120_000)).toMatchObject({
      kind: "refused",
      accounts: [{ free: 60 * 2_000 - 9_000, basis: "1% = 2,000 tokens, measured over 25%" }],
    });
    expect(await askClaude(agents, 111_000)).toMatchObject({ kind: "granted", binding: { free: 0 } });
  });

  it("is measured over 5 points at least, and not of windows for some models", async () => {
    const store = createMemoryStore();
    const scoped = [quota({ used: 40 }), quota({ id: "opus", scope: "Opus", models: ["opus"], used: 40 })];
    const agents = setUp({ accounts: [percent], snapshots: told({ readings: scoped }), store });
    const sample = (reading: string, at: number, value: number) => ({
      ...{ account: "claude", reading, kind: "quota" as const, at, value, limit: 100 },
    });
    await store.history.add([sample("session", start - 3 * hour, 10), sample("session", start - hour, 14)]);
    await store.history.add([sample("opus", start - 3 * hour, 10), sample("opus", start - hour, 40)]);
    await spend(store, 50_000, start - 2 * hour, "claude");
    expect(await askClaude(agents, 1)).toMatchObject({ code: "unknown_capacity" });
  });

  it("is what its tightest window leaves, the ones of other models aside", async () => {
    const tokens = (id: string, used: number, rest = {}) =>
      quota({ id, label: id, unit: "tokens", used, limit: 1000, resetsAt: start + hour, ...rest });
    const readings = [
      tokens("weekly", 100),
      tokens("opus", 900, { scope: "Opus", models: ["opus"] }),
      tokens("minute", 1000, { windowSeconds: 60 }),
      quota({ id: "calls", unit: "requests", used: 3, limit: 10 }),
    ];
    const agents = setUp({ accounts: [percent], snapshots: told({ readings }) });
    expect(await askClaude(agents, 5000)).toMatchObject({ accounts: [{ window: "opus", free: 100 }] });
    expect(await askClaude(agents, 5000, { model: "opus" })).toMatchObject({ accounts: [{ free: 100 }] });
    expect(await askClaude(agents, 5000, { model: "sonnet" })).toMatchObject({
      accounts: [{ window: "weekly", free: 900, basis: "told", resetsAt: start + hour }],
    });
  });

  it("is nothing while any window is used up, until its reset", async () => {
    const readings = [
      quota({ id: "calls", unit: "requests", used: 10, limit: 10, resetsAt: start + hour }),
      quota({ id: "weekly", unit: "tokens", used: 0, limit: 1000 }),
    ];
    const agents = setUp({ accounts: [percent], snapshots: told({ readings }) });
    expect(await askClaude(agents, 1)).toMatchObject({
      ...{ code: "insufficient_quota", retryAt: start + hour },
      accounts: [{ window: "calls", free: 0, basis: "used up" }],
    });
    agents.clock.advance(hour);
    expect(await askClaude(agents, 1)).toMatchObject({ kind: "refused", accounts: [{ reason: "unknown" }] });
  });

  it("is not known of an account that is stale, signed out or gone, and says why", async () => {
    const readings = [quota({ unit: "tokens", used: 0, limit: 1000 })];
    const refusals = [
      { fetchedAt: start - 2 * hour },
      { state: "auth_expired" as const, message: "Sign in again." },
      { state: "retired" as const, message: "The service has ended." },
      { state: "error" as const, message: "HTTP 500", fetchedAt: undefined },
    ].map((rest) => askClaude(setUp({ accounts: [percent], snapshots: told({ readings, ...rest }) }), 1));
    expect((await Promise.all(refusals)).map((one) => one.kind === "refused" && one.message)).toEqual([
      expect.stringContaining("it was last read at 2026-11-22T01:00:00.000Z, too long ago"),
      expect.stringContaining("it cannot be read: Sign in again."),
      expect.stringContaining("The service has ended"),
      expect.stringContaining("HTTP 500"),
    ]);
    const once = setUp({ accounts: [percent], snapshots: told({ readings, state: "rate_limited" }) });
    expect(await askClaude(once, 1)).toMatchObject({ kind: "granted" });
  });

  it("is nothing while something else keeps the account from being used", async () => {
    const { ask } = setUp({
      hindranceOf: () => ({ reason: "it was refused: too many calls", until: start + minute }),
    });
    expect(await ask("one", 1)).toMatchObject({
      ...{ code: "insufficient_quota", retryAt: start + minute, accounts: [{ reason: "blocked" }] },
      message: "glm may not be used now: it was refused: too many calls, until 2026-11-22T03:01:00.000Z.",
    });
    const { ask: askForever } = setUp({ hindranceOf: () => ({ reason: "budget daily is exceeded" }) });
    expect(await askForever("one", 1)).toMatchObject({ code: "insufficient_quota", retryAt: undefined });
  });

  it("is shared with accounts on the same pool, in use and in reservations", async () => {
    const store = createMemoryStore();
    const readings = [quota({ unit: "tokens", used: 100, limit: 1000 })];
    const agents = setUp({
      ...{ store, accounts: [account("claude"), account("seat-2")], sharers: () => ["claude", "seat-2"] },
      snapshots: [snapshot("claude", { readings }), snapshot("seat-2", { readings })],
    });
    await spend(store, 200, start + 1, "seat-2");
    await agents.ask("one", 300, { account: "seat-2" });
    expect(await agents.ask("two", 401, { account: "claude" })).toMatchObject({ accounts: [{ free: 400 }] });
  });

  it("cannot be told while the ledger is away, and nothing is reserved", async () => {
    const store = createMemoryStore();
    const away = async () => {
      throw new AppError("store_unavailable", "The ledger is away.");
    };
    const agents = setUp({ store: { ...store, ledger: { ...store.ledger, spent: away } } });
    await expect(agents.ask("one", 1)).rejects.toMatchObject({ code: "store_unavailable" });
    expect(await agents.active()).toEqual([]);
  });
});

describe("reporting use", () => {
  it("enters the ledger once, and leaves what is reserved and not used", async () => {
    const { ask, use, store } = setUp();
    await ask("one", 600);
    expect(await use("one", 250, "req_1")).toMatchObject({
      ...{ record: "p-0:req_1", duplicate: false, state: "active", allocation: { tokens: 600, used: 250 } },
    });
    expect(await use("one", 250, "req_1")).toMatchObject({ duplicate: true, allocation: { used: 250 } });
    await use("one", 50);
    expect(await store.ledger.spent("glm", start, start + minute)).toMatchObject({ records: 2, tokens: 300 });
    expect(await ask("two", 401)).toMatchObject({ accounts: [{ free: 400 }] });
  });

  it("beyond what is reserved is recorded and told, and leaves less for others", async () => {
    const { ask, use } = setUp();
    await ask("one", 100);
    expect(await use("one", 130)).toMatchObject({ allocation: { tokens: 100, used: 130 } });
    expect(await ask("two", 871)).toMatchObject({ accounts: [{ free: 870 }] });
  });

  it("after the end of the allocation is recorded all the same, for the same account, and told as such", async () => {
    const { ask, use, release, clock, store } = setUp();
    await ask("one", 100);
    await release("one");
    expect(await use("one", 40, "late")).toMatchObject({ state: "released", record: "p-0:late" });
    await ask("two", 100);
    clock.advance(5 * hour);
    expect(await use("two", 30, "late")).toMatchObject({ state: "expired", ended: { account: "glm" } });
    expect(await use("nobody", 3, "a")).toMatchObject({ state: "none", record: "nobody:a" });
    const spent = await store.ledger.spent("glm", start, start + 6 * hour);
    expect(spent).toMatchObject({ records: 2, tokens: 70 });
  });

  it("of one of several allocations needs the account or the allocation's id", async () => {
    const { ask, use, of, report, allocate } = setUp({
      accounts: [limited("glm", 1000), limited("kimi", 1000)],
    });
    await ask("one", 100);
    await ask("one", 100, { account: "kimi" });
    await expect(use("one", 1)).rejects.toMatchObject({
      ...{ code: "request_invalid", message: expect.stringContaining("glm and kimi") },
    });
    await use("one", 7, "x", { account: "kimi" });
    expect((await of("one")).map(({ account, used }) => [account, used])).toEqual([
      ...[
        ["glm", 0],
        ["kimi", 7],
      ],
    ]);
    await report({ source: "api", tokens: input(3) }, "p-0");
    expect((await of("one"))[0]).toMatchObject({ account: "glm", used: 3 });
    await expect(allocate({ agent: "one", account: "kimi", tokens: 1 })).rejects.toThrow("kimi already");
  });

  it("that was lost between the ledger and the allocation counts when it is sent again", async () => {
    const store = createMemoryStore();
    let broken = false;
    const swap: Settings["swap"] = async (...change) => {
      if (broken) throw new AppError("store_unavailable", "The disk is full.");
      return await store.settings.swap(...change);
    };
    const { ask, use } = setUp({ store: { ...store, settings: { ...store.settings, swap } } });
    await ask("one", 600);
    broken = true;
    await expect(use("one", 250, "req_1")).rejects.toMatchObject({ code: "store_unavailable" });
    expect(await store.ledger.spent("glm", start, start + minute)).toMatchObject({ tokens: 250 });
    broken = false;
    expect(await use("one", 250, "req_1")).toMatchObject({ duplicate: true, allocation: { used: 250 } });
    expect(await store.ledger.spent("glm", start, start + minute)).toMatchObject({ records: 1 });
  });

  it("that cannot be understood is refused", async () => {
    const { use, report } = setUp();
    await expect(use("one", 1, undefined, { at: start + 48 * hour })).rejects.toMatchObject({
      ...{ code: "request_invalid", message: expect.stringContaining("future") },
    });
    await expect(report({ problem: "The record is not a JSON object." })).rejects.toThrow("JSON object");
    const long = report({ source: "api", id: "x".repeat(121) });
    await expect(long).rejects.toMatchObject({ code: "request_invalid" });
    await expect(report({ source: "api" }, "a b")).rejects.toMatchObject({ code: "request_invalid" });
  });
});

describe("an allocation", () => {
  it("is freed by its release, once, except for what was used", async () => {
    const { ask, use, release, of } = setUp();
    await ask("one", 1000);
    await use("one", 400);
    expect(await release("one")).toMatchObject([{ tokens: 1000, used: 400, provider: "acme" }]);
    await expect(release("one")).rejects.toMatchObject({
      ...{ code: "not_found", message: expect.stringContaining("was released at 2026-11-22T03:00:00.000Z") },
    });
    await expect(of("one")).rejects.toMatchObject({ code: "not_found" });
    expect(await ask("two", 600)).toMatchObject({ kind: "granted", binding: { free: 0 } });
  });

  it("is released by account where the agent holds several", async () => {
    const { ask, release, of } = setUp({ accounts: [limited("glm", 10), limited("kimi", 10)] });
    await ask("one", 1);
    await ask("one", 1, { account: "kimi" });
    expect(await release("one", "glm")).toMatchObject([{ account: "glm" }]);
    expect(await of("one")).toMatchObject([{ account: "kimi" }]);
  });

  it("expires with nobody doing anything, frees what was not used, and is told once in the log", async () => {
    const { ask, active, clock, log } = setUp();
    await ask("one", 1000, { ttl: 30 * minute });
    clock.advance(30 * minute - 1);
    expect(await ask("two", 1)).toMatchObject({ kind: "refused", retryAt: start + 30 * minute });
    clock.advance(1);
    expect(await active()).toEqual([]);
    expect(await ask("two", 400)).toMatchObject({ kind: "granted" });
    await ask("three", 600);
    expect(log.lines).toMatchObject([
      { level: "info", fields: { agent: "one", tokens: 1000 }, message: expect.stringContaining("expired") },
    ]);
  });

  it("outlives a clock that is set back, and takes nothing from anybody", async () => {
    const { ask, clock, of } = setUp();
    await ask("one", 400);
    clock.advance(-26 * hour);
    expect(await of("one")).toMatchObject([{ tokens: 400 }]);
    expect(await ask("two", 601)).toMatchObject({ kind: "refused", accounts: [{ free: 600 }] });
  });

  it("outlives its process", async () => {
    const { ask, store, clock } = setUp();
    await ask("one", 400);
    const next = createAgents({ accounts: [limited("glm", 1000)], store, clock, name: "q" });
    expect(await next.of("one")).toMatchObject([{ tokens: 400 }]);
  });
});

describe("a value that others change all the time", () => {
  it("is tried again, and given up after a while without harm", async () => {
    const store = createMemoryStore();
    let lost = 10;
    const swap: Settings["swap"] = async (...change) => {
      lost -= 1;
      return lost < 0 && (await store.settings.swap(...change));
    };
    const { ask, active } = setUp({ store: { ...store, settings: { ...store.settings, swap } } });
    expect(await ask("one", 10)).toMatchObject({ kind: "granted" });
    lost = Number.POSITIVE_INFINITY;
    await expect(ask("two", 10)).rejects.toMatchObject({ code: "store_unavailable" });
    lost = 0;
    expect(await active()).toHaveLength(1);
    expect(await ask("two", 10)).toMatchObject({ kind: "granted" });
  });

  it("is begun anew when what is stored makes no sense", async () => {
    const { ask, store } = setUp();
    await store.settings.set("allocations acme", "nonsense");
    expect(await ask("one", 10)).toMatchObject({ kind: "granted" });
  });
});
