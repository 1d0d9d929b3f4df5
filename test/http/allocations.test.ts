import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import { createHttpServer } from "../../src/http/server.ts";
import { account } from "../fakes/core.ts";
import { createAgents, limited } from "../services/agents.ts";
import { createParts } from "./setup.ts";

const path = "/api/v1/allocations";
const midnight = "2026-11-23T00:00:00.000Z";
const run = promisify(execFile);

/** The HTTP interface over accounts with a million tokens a day, and one of which nothing is known. */
async function running(rest: Partial<Parameters<typeof createAgents>[0]> = {}) {
  const parts = createParts();
  const accounts = [limited("glm-main", 1_000_000), limited("kimi", 1_000_000), account("unknown")];
  const candidates = { coding: [{ account: "unknown" }, { account: "kimi", model: "k2" }] };
  const agents = createAgents({ ...parts, accounts, candidates, ...rest });
  const server = createHttpServer({
    ...{ ...parts, allocations: agents, taskSizes: agents.taskSizes, host: "127.0.0.1", port: 0 },
  });
  onTestFinished(() => server.stop());
  await server.start();
  const url = server.url() ?? "";

  async function ask(method: string, rest: string, body?: unknown, key = "fake-ops-key") {
    const answer = await fetch(`${url}${rest}`, {
      method,
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    // biome-ignore lint/suspicious/noExplicitAny: what it is is what tests look at
    const json: any = await answer.json();
    return { status: answer.status, retryAfter: answer.headers.get("retry-after"), body: json };
  }
  const reserve = (wanted: object) =>
    ask("POST", path, { agent: "agent-7", account: "glm-main", tokens: 1000, ...wanted });
  return { ...parts, ...agents, url, ask, reserve };
}

describe("POST /api/v1/allocations", () => {
  it("reserves, with the estimate it comes from and what is left", async () => {
    const { reserve } = await running();
    const wanted = {
      tokens: null,
      task: "Code review",
      files: "12",
      urgent: true,
      model: "glm-4.7",
      id: "t-1",
    };
    expect(await reserve(wanted)).toEqual({
      status: 201,
      retryAfter: null,
      body: {
        ...{ id: "p-0", agent: "agent-7", account: "glm-main", provider: "acme", model: "glm-4.7" },
        ...{ combo: null, task: "Code review", request: "t-1", priority: "high" },
        ...{ tokens: 9600, used: 0, unused: 9600, overage: 0, lent: 0 },
        createdAt: "2026-11-22T03:00:00.000Z",
        expiresAt: "2026-11-22T07:00:00.000Z",
        estimate: {
          ...{ task: "code_review", tokens: 9600, input: 7200, output: 2400, basis: "default" },
          factors: { files: 1.2, complexity: 1, conservative: 1 },
          priority: "high",
        },
        capacity: { free: 990_400, window: "daily", basis: "counted", resetsAt: midnight },
      },
    });
    expect(await reserve(wanted)).toMatchObject({ status: 200, body: { id: "p-0", estimate: null } });
    expect(await reserve({})).toMatchObject({ status: 409, body: { error: { code: "conflict" } } });
  });

  it("takes a combo, and how long it shall last in seconds or words", async () => {
    const { reserve } = await running();
    const combo = { account: undefined, combo: "coding", ttl: "30m" };
    expect(await reserve(combo)).toMatchObject({
      ...{ status: 201, body: { account: "kimi", model: "k2", expiresAt: "2026-11-22T03:30:00.000Z" } },
    });
    expect(await reserve({ ttl: 90 })).toMatchObject({ body: { expiresAt: "2026-11-22T03:01:30.000Z" } });
  });

  it("takes no agent that could not be asked for", async () => {
    const { reserve } = await running();
    for (const agent of [".", ".."]) {
      expect(await reserve({ agent, tokens: 10 })).toMatchObject({
        status: 400,
        body: { error: { code: "request_invalid", message: expect.stringContaining("agent") } },
      });
    }
  });

  it("says what is free instead, and when to come again", async () => {
    const { reserve } = await running({ rules: { maxConcurrentPerAccount: { kimi: 1 } } });
    await reserve({ agent: "other", tokens: 988_000, ttl: 3600 });
    expect(await reserve({ tokens: 15_000 })).toMatchObject({
      ...{ status: 409, retryAfter: "3600" },
      body: {
        error: {
          code: "insufficient_quota",
          message: `glm-main has 12,000 of 15,000 tokens free (daily, which starts over at ${midnight}).`,
          accounts: [
            { account: "glm-main", reason: "quota", free: 12_000, window: "daily", resetsAt: midnight },
          ],
          estimate: null,
        },
      },
    });
    await reserve({ agent: "other", account: "kimi" });
    expect(await reserve({ account: "kimi" })).toMatchObject({
      ...{ status: 429, retryAfter: "60", body: { error: { code: "concurrency_exceeded" } } },
    });
    expect(await reserve({ account: "unknown" })).toMatchObject({
      ...{ status: 409, retryAfter: null, body: { error: { code: "unknown_capacity" } } },
    });
    expect(await reserve({ account: "nobody" })).toMatchObject({ status: 404 });
  });

  it.each([
    [{ tokens: -1 }, "tokens: must be at least 1."],
    [{ tokens: "many" }, "tokens: must be a whole number"],
    [{ agent: undefined }, "agent: is missing."],
    [{ agent: 7 }, "agent: must be text."],
    [{ prioritiy: "high" }, 'prioritiy: is not known here. Did you mean "priority"?'],
    [{ priority: "highest" }, "priority: must be low, normal, high."],
    [{ ttl: "soon" }, "ttl: must be seconds, or a time such as 30m."],
    [{ urgent: "perhaps" }, "urgent: must be true or false."],
    [{ tokens: undefined, task: "juggling" }, "There are analysis, code_generation"],
  ])("refuses %j with the reason", async (wrong, message) => {
    const { reserve } = await running();
    expect(await reserve(wrong)).toMatchObject({
      ...{
        status: 400,
        body: { error: { code: "request_invalid", message: expect.stringContaining(message) } },
      },
    });
  });

  it.each(["", "[]", "7", "null", '{"agent":'])("refuses %j as no request", async (body) => {
    const { ask } = await running();
    expect(await ask("POST", path, body)).toMatchObject({ status: 400 });
  });
});

describe("the allocations of an agent", () => {
  it.each(["agent-7", "a/b", "a%b", "a%2Fb", "ägent 7", "a+b", "usage", "?", "..%2f"])(
    "called %j are looked at, reported to and released under this name",
    async (agent) => {
      const { ask, reserve } = await running();
      const address = `${path}/${encodeURIComponent(agent)}`;
      await reserve({ agent });
      const used = { id: "r", tokens: { input: 1100, output: 50 }, model: "m" };
      expect(await ask("POST", `${address}/usage`, used)).toMatchObject({
        status: 200,
        body: {
          ...{ record: "p-0:r", duplicate: false, state: "active", overage: 150, message: null },
          allocation: { agent, used: 1150 },
        },
      });
      expect(await ask("GET", address)).toMatchObject({
        ...{
          status: 200,
          body: { allocations: [{ agent, tokens: 1000, used: 1150, overage: 150, unused: 0 }] },
        },
      });
      expect(await ask("DELETE", address)).toMatchObject({ status: 200, body: { released: [{ agent }] } });
      expect(await ask("DELETE", address)).toMatchObject({ status: 404 });
      expect(await ask("GET", address)).toMatchObject({ status: 404 });
    },
  );

  it("are in the ledger by what they used, also what came too late", async () => {
    const { ask, reserve, store } = await running();
    await reserve({ task: "code_review" });
    const report = { id: "r", tokens: { input: 100 } };
    await ask("POST", `${path}/agent-7/usage`, report);
    await ask("DELETE", `${path}/agent-7`);
    expect(await ask("POST", `${path}/agent-7/usage`, report)).toMatchObject({
      ...{ status: 200, body: { duplicate: true, state: "released" } },
    });
    expect(await ask("POST", `${path}/agent-7/usage`, { ...report, id: "s" })).toMatchObject({
      body: {
        ...{ duplicate: false, state: "released", overage: null, allocation: null },
        ...{ endedAt: "2026-11-22T03:00:00.000Z", message: expect.stringContaining("in the ledger") },
      },
    });
    const { records } = await store.ledger.records({ from: "2026-11-22", to: "2026-11-22", most: 9 });
    expect(records.map(({ id, source, task }) => [id, source, task])).toEqual([
      ...[
        ["p-0:r", "allocation", "code_review"],
        ["p-0:s", "allocation", "code_review"],
      ],
    ]);
  });

  it.each([
    [[{ id: "a" }], "one usage record at a time"],
    [7, "not a JSON object"],
    [{ tokens: { input: -1 } }, "tokens.input"],
    [{ allocation: 7 }, "allocation"],
    ["{", "not JSON"],
  ])("take no %j for a report", async (body, message) => {
    const { ask } = await running();
    expect(await ask("POST", `${path}/agent-7/usage`, body)).toMatchObject({
      ...{ status: 400, body: { error: { message: expect.stringContaining(message) } } },
    });
  });

  it("are listed with those of all others, by account and provider", async () => {
    const { ask, reserve } = await running();
    await reserve({});
    await reserve({ account: "kimi" });
    await reserve({ agent: "b" });
    const list = async (query = "") =>
      (await ask("GET", `${path}${query}`)).body.allocations.map((one: { id: string }) => one.id);
    expect(await list()).toEqual(["p-0", "p-1", "p-2"]);
    expect(await list("?account=kimi")).toEqual(["p-1"]);
    expect(await list("?provider=zmac")).toEqual([]);
    expect(await ask("GET", `${path}?acount=kimi`)).toMatchObject({ status: 400 });
    expect(await ask("DELETE", `${path}/agent-7?account=kimi`)).toMatchObject({
      body: { released: [{ account: "kimi" }] },
    });
    expect(await list()).toEqual(["p-0", "p-2"]);
  });

  it("are for keys that may ingest, the list and estimates for those that may read", async () => {
    const { ask } = await running();
    const codes = async (key: string) =>
      await Promise.all(
        [
          ask("POST", path, {}, key),
          ask("GET", path, undefined, key),
          ask("GET", `${path}/a`, undefined, key),
          ask("POST", `${path}/a/usage`, {}, key),
          ask("DELETE", `${path}/a`, undefined, key),
          ask("GET", "/api/v1/estimate?task=analysis", undefined, key),
        ].map(async (answer) => (await answer).status),
      );
    expect(await codes("fake-read-key")).toEqual([403, 200, 403, 403, 403, 200]);
    expect(await codes("fake-ingest-key")).toEqual([400, 403, 404, 200, 404, 403]);
    expect(await codes("no-key")).toEqual([401, 401, 401, 401, 401, 401]);
  });
});

describe("GET /api/v1/estimate", () => {
  it("says what a task takes", async () => {
    const { ask } = await running();
    const query = "task=code-review&files=12&complexity=complex&conservative=true&urgent=1";
    expect(await ask("GET", `/api/v1/estimate?${query}`)).toMatchObject({
      status: 200,
      body: {
        ...{ task: "code_review", tokens: 18_720, input: 14_040, output: 4_680, basis: "default" },
        ...{ factors: { files: 1.2, complexity: 1.5, conservative: 1.3 }, priority: "high" },
      },
    });
  });

  it("says it by the team's own records once there are enough", async () => {
    const { ask } = await running();
    for (let number = 1; number <= 21; number += 1) {
      const report = { id: String(number), task: "translate", tokens: { input: number, output: 100 } };
      await ask("POST", `${path}/agent-7/usage`, report);
    }
    expect(await ask("GET", "/api/v1/estimate?task=translate")).toMatchObject({
      body: { input: 11, output: 100, tokens: 111, basis: "measured (21 records)" },
    });
  });

  it.each([
    ["", "task: is missing."],
    ["task=", "task: must not be empty."],
    ["task=juggling", "There are analysis, code_generation, code_review, documentation, quick_query."],
    ["task=analysis&files=1.5", "files: must be a whole number of at least 0."],
    ["task=analysis&complexity=hard", "complexity: must be simple, normal, complex."],
    ["task=analysis&conservative=maybe", "conservative: must be true or false."],
    ["task=analysis&file=3", 'Did you mean "files"?'],
  ])("refuses ?%s with the reason", async (query, message) => {
    const { ask } = await running();
    expect(await ask("GET", `/api/v1/estimate?${query}`)).toMatchObject({
      ...{ status: 400, body: { error: { message: expect.stringContaining(message) } } },
    });
  });
});

describe("the examples in docs/agents.md", () => {
  const page = readFileSync(resolve(import.meta.dirname, "../../docs/agents.md"), "utf8");
  const blocks = (language: string) =>
    [...page.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, "gms"))].map(
      (match) => match[1] ?? "",
    );
  const environment = (url: string) => ({
    env: { ...process.env, QUOTABOT_URL: url, QUOTABOT_KEY: "fake-ops-key" },
  });

  it("work in a shell", async () => {
    const { url, active, store } = await running();
    const [estimate = "", allocation = ""] = blocks("sh");
    const { stdout } = await run("sh", ["-c", estimate], environment(url));
    const [written = ""] = blocks("json");
    expect(JSON.parse(stdout)).toEqual(JSON.parse(written));
    const answers = await run(
      "sh",
      ["-c", allocation.replaceAll(/^(ask "|ask -X)/gm, "echo; $1")],
      environment(url),
    );
    const told = answers.stdout.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line)]));
    expect(told).toMatchObject([
      { agent: "agent-7", tokens: 9600, estimate: { task: "code_review" } },
      { state: "active", allocation: { used: 7100, unused: 2500 } },
      { released: [{ used: 7100 }] },
    ]);
    expect(await active()).toEqual([]);
    expect(await store.ledger.spent("glm-main", 0, Date.parse(midnight))).toMatchObject({ tokens: 7100 });
  });

  it("work in JavaScript", async () => {
    const { url, active, store } = await running();
    const [program = ""] = blocks("js");
    const { stdout } = await run(process.execPath, ["--input-type=module", "-e", program], environment(url));
    expect(stdout).toContain("state: 'active'");
    expect(await active()).toEqual([]);
    expect(await store.ledger.spent("glm-main", 0, Date.parse(midnight))).toMatchObject({ tokens: 7100 });
  });

  it("show answers with the fields that answers have", async () => {
    const { reserve, ask } = await running();
    const [, granted = "", refused = "", used = ""] = blocks("json");
    const names = (text: string) => Object.keys(JSON.parse(text)).sort();
    expect(names(granted)).toEqual(Object.keys((await reserve({})).body).sort());
    const report = await ask("POST", `${path}/agent-7/usage`, { tokens: { input: 1 } });
    expect(names(used)).toEqual(Object.keys(report.body).sort());
    const { error } = (await reserve({ agent: "b", tokens: 2_000_000 })).body;
    expect(Object.keys(JSON.parse(refused).error).sort()).toEqual(Object.keys(error).sort());
    expect(Object.keys(JSON.parse(refused).error.accounts[0]).sort()).toEqual(
      Object.keys(error.accounts[0]).sort(),
    );
  });
});
