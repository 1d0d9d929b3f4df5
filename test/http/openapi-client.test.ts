import { describe, expect, it } from "vitest";
import { combosJson } from "../../src/core/services/combo-json.ts";
import { availableJson } from "../../src/core/services/route-json.ts";
import { suggestJson } from "../../src/core/services/suggest-json.ts";
import { account, start } from "../fakes/core.ts";
import { createOpenapiClient } from "../fakes/openapi-client.ts";
import { running } from "./running.ts";
import { createParts } from "./setup.ts";

const daily = { id: "daily", unit: "tokens", limit: 15_000_000, resets: {} } as const;

/** A bot, and a client that was told nothing of it but its address and a key. */
async function met() {
  const bot = await running(
    createParts(undefined, {
      accounts: [
        account("claude-lan"),
        account("glm-main", { provider: "zmac", windows: [daily] }),
        account("pushed", { push: true }),
      ],
      combos: { "premium-coding": ["claude-lan/opus", "glm-main/glm-4.7"] },
      pricing: () => 1_000_000,
    }),
  );
  await bot.routing.load();
  return { ...bot, client: await createOpenapiClient(bot.url, "fake-ops-key") };
}

describe("a client that is made from /openapi.json alone", () => {
  it("can do everything, and every answer is as it was told", async () => {
    const { client, clock } = await met();
    const { call, operations } = client;
    const done = new Set<string>();
    const ask: typeof call = async (id, wish) => {
      done.add(id);
      return await call(id, wish);
    };

    expect((await ask("checkAlive")).body).toEqual({ ok: true });
    expect((await ask("checkReady")).status).toBe(200);
    expect((await ask("readOpenapi")).body).toEqual(client.document);
    expect((await ask("readDocs")).body).toContain("<!doctype html>");
    expect((await ask("readMetrics")).body).toContain("quotabot_up 1");

    const readings = [
      { id: "session", usedPercent: 37, windowSeconds: 18_000, resetsAt: start + 7_200_000 },
      { kind: "balance", id: "credits", unit: "usd", remaining: 10 },
      { kind: "spend", id: "extra", unit: "usd", used: 12.33, limit: 50 },
    ];
    expect(
      (await ask("pushSnapshot", { body: { account: "pushed", user: "lan", readings } })).body,
    ).toMatchObject({
      accepted: true,
    });
    const stale = { account: "pushed", at: "2026-11-22T02:00:00Z", readings };
    expect((await call("pushSnapshot", { body: stale })).body).toMatchObject({ accepted: false });
    expect((await ask("refreshAccount", { parameters: { account: "glm-main" } })).body).toMatchObject({
      read: true,
    });
    const quota = await ask("readQuota", { parameters: { account: ["pushed", "glm-main"], fresh: "1" } });
    expect(quota.body.accounts).toHaveLength(2);
    expect((await call("readQuota")).body.accounts).toHaveLength(3);

    const { example } =
      operations.get("recordUsage")?.operation.requestBody?.content["application/x-ndjson"] ?? {};
    expect((await ask("recordUsage")).body).toEqual({ accepted: 1, duplicates: 0, rejected: [] });
    expect((await call("recordUsage", { type: "application/x-ndjson", body: example })).body.duplicates).toBe(
      1,
    );
    expect((await call("recordUsage", { body: [{ id: "two", tokens: { input: 5 } }] })).body.accepted).toBe(
      1,
    );
    for (const by of ["model", "user", "hour", "day", "billing"]) {
      expect((await ask("readUsage", { parameters: { by, period: "7d" } })).body.rows).not.toHaveLength(0);
    }
    expect((await ask("readCost")).body).toMatchObject({ total: { requests: 2 } });
    const page = await ask("listRecords", { parameters: { limit: 1 } });
    const next = await call("listRecords", { parameters: { limit: 1, cursor: page.body.cursor } });
    expect([page.body.records[0].id, next.body.records[0].id]).toEqual(["req_01", "two"]);
    expect((await ask("readHistory", { parameters: { account: "pushed" } })).body.account).toBe("pushed");

    expect(
      (await ask("estimateTask", { parameters: { files: 12, complexity: "complex" } })).body.tokens,
    ).toBe(14400);
    const reserved = await ask("reserveTokens");
    expect([reserved.status, reserved.body.tokens]).toEqual([201, 9600]);
    expect((await call("reserveTokens")).status).toBe(200);
    const task = { agent: "agent-8", account: "glm-main", task: "code_review", files: 12 };
    expect((await call("reserveTokens", { body: task })).body.estimate.task).toBe("code_review");
    expect((await ask("listAllocations")).body.allocations).toHaveLength(2);
    expect(
      (await ask("readAllocations", { parameters: { agent: "agent-7" } })).body.allocations,
    ).toHaveLength(1);
    expect((await ask("reportUse")).body).toMatchObject({ state: "active", allocation: { used: 7100 } });
    expect((await ask("releaseTokens")).body.released).toHaveLength(1);
    expect((await call("reportUse", { body: { id: "late", tokens: { input: 1 } } })).body.state).toBe(
      "released",
    );

    expect((await ask("checkAvailable", { parameters: { account: "glm-main" } })).body.available).toBe(true);
    const choose = async () => (await ask("chooseRoute", { parameters: { combo: "premium-coding" } })).body;
    expect((await choose()).choice.account).toBe("claude-lan");
    const refused = { account: "claude-lan", status: 429, headers: { "retry-after": "3000" } };
    expect((await ask("reportLimit", { body: refused })).body.kind).toBe("rate");
    expect((await choose()).choice.account).toBe("glm-main");
    expect(
      (await call("checkAvailable", { parameters: { account: "claude-lan" } })).body.reasons[0].code,
    ).toBe("refused");
    expect((await ask("listCombos")).body.combos).toHaveLength(1);
    clock.advance(1_000);
    expect((await ask("listSuggestions")).body.needsDays).toBeGreaterThan(0);

    expect((await ask("exportLogs")).body).toEqual({ partialSuccess: {} });
    expect((await ask("exportMetrics")).body).toEqual({ partialSuccess: {} });
    expect((await ask("exportTraces")).body).toEqual({ partialSuccess: {} });

    const named = { parameters: { provider: "zmac", auth_id: "glm-main" } };
    expect((await ask("readLlmMuxQuotas")).body.quotas).toHaveLength(3);
    expect((await ask("readLlmMuxProvider", named)).body.quotas).toHaveLength(1);
    expect((await ask("readLlmMuxQuota", named)).body.quotas[0].auth_id).toBe("glm-main");
    expect((await ask("refreshLlmMuxQuota", named)).body.quotas[0].auth_id).toBe("glm-main");
    expect((await ask("readNineRouterQuota")).body.providers).toHaveLength(3);
    expect(
      (await ask("readNineRouterUsage", { parameters: { period: "today" } })).body.summary.requests,
    ).toBe(4);

    const { example: user } = operations.get("forgetUser")?.operation.parameters[0] ?? {};
    expect((await ask("forgetUser", { parameters: { user } })).body.records).toBe(1);
    expect((await call("readUsage", { parameters: { user: [user] } })).body.total.requests).toBe(0);

    expect([...operations.keys()].filter((id) => !done.has(id))).toEqual(["followEvents"]);
  });

  it("hears of news", async () => {
    const { url, client } = await met();
    const { path, operation } = client.operations.get("followEvents") ?? {};
    const answer = operation?.responses[200];
    expect(Object.keys((answer && "content" in answer && answer.content) || {})).toEqual([
      "text/event-stream",
    ]);
    const leave = new AbortController();
    const response = await fetch(`${url}${path}`, {
      headers: { authorization: "Bearer fake-ops-key" },
      signal: leave.signal,
    });
    expect(response.headers.get("content-type")).toBe("text/event-stream");
    const first = await response.body?.getReader().read();
    expect(new TextDecoder().decode(first?.value)).toMatch(/^(:|id:|event:|data:|retry:)/);
    leave.abort();
  });

  it.each([
    ["readQuota", { parameters: { account: "nobody" } }, 404],
    ["readQuota", { parameters: { fresh: "perhaps" } }, 400],
    ["readHistory", { parameters: { account: "nobody" } }, 404],
    ["readUsage", { parameters: { by: "colour" } }, 400],
    ["listRecords", { parameters: { limit: 0 } }, 400],
    ["listRecords", { parameters: { cursor: "nowhere" } }, 400],
    ["listCombos", { parameters: { combo: "none" } }, 404],
    ["chooseRoute", {}, 400],
    ["chooseRoute", { parameters: { name: "nothing" } }, 404],
    ["checkAvailable", { parameters: { account: "nobody" } }, 404],
    ["estimateTask", { parameters: { task: "unheard-of" } }, 400],
    ["estimateTask", { parameters: { files: -1, complexity: "odd" } }, 400],
    ["recordUsage", { type: "application/x-ndjson", body: "nonsense" }, 400],
    ["pushSnapshot", { body: { account: "nobody", readings: [{ id: "a", used: 1 }] } }, 404],
    ["pushSnapshot", { body: { account: "pushed" } }, 400],
    ["pushSnapshot", { body: { account: "disk" } }, 503],
    ["reportLimit", { body: { account: "nobody", status: 429 } }, 404],
    ["reserveTokens", { body: { agent: "a", account: "glm-main", tokens: 2e9 } }, 409],
    ["reserveTokens", { body: { agent: "a", account: "claude-lan", tokens: 5 } }, 409],
    ["reserveTokens", { body: { agent: "a", account: "nobody", tokens: 5 } }, 404],
    ["reserveTokens", { body: { agent: "a" } }, 400],
    ["readAllocations", { parameters: { agent: "nobody" } }, 404],
    ["releaseTokens", { parameters: { agent: "nobody" } }, 404],
    ["refreshAccount", { parameters: { account: "nobody" } }, 404],
    ["refreshLlmMuxQuota", { parameters: { auth_id: "nobody" } }, 404],
    ["readLlmMuxQuota", { parameters: { provider: "acme", auth_id: "nobody" } }, 404],
    ["readNineRouterUsage", { parameters: { period: "never" } }, 400],
  ] as const)("is told by %s with %j what is wrong, as documented", async (id, wish, status) => {
    const { client } = await met();
    const { status: answered, body } = await client.call(id, wish);
    expect([answered, body.error.message]).toEqual([status, expect.any(String)]);
  });

  it("is told so when its records cannot be kept, and when it tries one wrong key after the other", async () => {
    const { client, disk, url } = await met();
    disk.broken = true;
    const { status, headers } = await client.call("recordUsage");
    expect([status, headers.get("retry-after")]).toEqual([503, "5"]);
    const stranger = await createOpenapiClient(url, "guess");
    const answers: number[] = [];
    for (let tries = 0; tries < 12; tries += 1) answers.push((await stranger.call("readQuota")).status);
    expect([answers[0], answers.at(-1)]).toEqual([401, 429]);
  });
});

describe("what is seldom answered is as it was told too", () => {
  const period = { name: "7d", from: "2026-11-16", to: "2026-11-22" };
  const hindrances = [
    { code: "exhausted", window: "weekly", scope: "opus", until: start },
    { code: "exhausted", window: "weekly" },
    { code: "no_balance" },
    { code: "refused", why: { kind: "quota", reason: "used up" }, until: start },
    { code: "budget", budget: "monthly", to: "free", until: start },
    { code: "account", state: "retired" },
  ] as const;
  const elsewhere = { account: "a", model: "m", to: "b", billedMicros: 5, requests: 1, days: 30 };

  it("every reason against an account", async () => {
    const { client } = await met();
    const caveats = [{ code: "stale", at: start }, { code: "unknown" }] as const;
    const verdict = { available: false, hindrances, caveats, changesAt: 0, knownAt: start, left: 0 };
    const answer = availableJson({ at: start, account: "a", verdict });
    client.check.fits(
      ["components", "schemas", "Availability"],
      JSON.parse(JSON.stringify(answer)),
      "closed",
    );
  });

  it("every suggestion, and what a combo saved", async () => {
    const { client } = await met();
    const suggestions = suggestJson({
      at: start,
      days: 30,
      needs: 7,
      suggestions: [
        { kind: "free_elsewhere", ...elsewhere, left: 40 },
        { kind: "covered", ...elsewhere },
        { kind: "cheaper_elsewhere", ...elsewhere, priceMicros: 2, otherMicros: 1 },
        { kind: "plan_too_small", account: "a", window: "weekly", times: 3, days: 14 },
        { kind: "exhausted_often", account: "a", window: "weekly", times: 3, days: 14 },
        { kind: "plan_too_large", account: "a", window: "weekly", mostUsedPercent: 12.5, days: 30 },
        {
          ...{ kind: "idle_hours", from: 22, to: 6, requests: 1, total: 100, days: 14 },
          exhausted: [{ account: "a", times: 2 }],
        },
        { kind: "unused", account: "a", days: 14 },
      ],
    });
    client.check.fits(
      ["components", "schemas", "Suggestions"],
      JSON.parse(JSON.stringify(suggestions)),
      "closed",
    );
    const money = { billedMicros: 5, includedMicros: 0, freeMicros: 0, unpriced: 0 };
    const combos = combosJson([
      {
        ...{ at: start, combo: "c", period, requests: 4, missing: ["2026-11-20"] },
        uses: [{ account: "a", requests: 4, share: 1, tokens: 12, ...money }],
        savings: { against: "a", model: undefined, listMicros: 9, billedMicros: 5, calls: 4, unpriced: 0 },
      },
    ]);
    client.check.fits(
      ["components", "schemas", "CombosReport"],
      JSON.parse(JSON.stringify(combos)),
      "closed",
    );
  });
});
