import { describe, expect, it } from "vitest";
import { parseCostJson, parseUsageJson } from "../../src/core/services/usage-json.ts";
import { running } from "./running.ts";

const tokens = { input: 100, output: 50, cacheRead: 0, cacheWrite: 0, reasoning: 0 };
const calls = [
  { id: "1", at: "2026-11-22T01:00:00Z", model: "glm-4.7", user: "lan", costUsd: 0.1, durationMs: 1000 },
  { id: "2", at: "2026-11-22T01:30:00Z", model: "glm-4.7", user: "mai", costUsd: 0.2, outcome: "timeout" },
  {
    id: "3",
    at: "2026-11-22T02:00:00Z",
    model: "nova-3",
    user: "lan",
    costUsd: 0.000001,
    audioSeconds: 90.5,
  },
  { id: "4", at: "2026-11-21T02:00:00Z", account: "glm-main", user: "lan" },
];

async function house() {
  const parts = await running();
  await parts.post(
    "/api/v1/usage",
    calls.map((call) => ({ account: "claude-lan", tokens, ...call })),
  );
  return parts;
}

describe("GET /api/v1/usage", () => {
  it("tells what was used today, to the micro-dollar", async () => {
    const { get } = await house();
    const { status, body } = await get("/api/v1/usage");
    expect([status, body]).toEqual([
      200,
      {
        at: "2026-11-22T03:00:00Z",
        period: { name: "today", from: "2026-11-22", to: "2026-11-22" },
        by: null,
        total: {
          requests: 3,
          successRate: 2 / 3,
          tokens: {
            input: 300,
            output: 150,
            cacheRead: 0,
            cacheWrite: 0,
            reasoning: 0,
            total: 450,
            estimated: 0,
          },
          audioSeconds: 90.5,
          cost: { billedUsd: 0.300001, includedUsd: 0, freeUsd: 0, unpriced: 0 },
          meanMs: 1000,
          p95Ms: expect.any(Number),
        },
        rows: [],
        peakHours: [1, 2],
        missing: [],
      },
    ]);
    expect(parseUsageJson(body)).toMatchObject({ total: { billedMicros: 300_001 } });
  });

  it("breaks it down, with null for what records do not tell", async () => {
    const { get } = await house();
    const { body } = await get("/api/v1/usage?period=7d&by=model");
    const rows = body.rows.map((row: { model: string; requests: number }) => [row.model, row.requests]);
    expect(rows).toEqual([
      ["glm-4.7", 2],
      [null, 1],
      ["nova-3", 1],
    ]);
    expect(body.rows[1].cost).toEqual({ billedUsd: 0, includedUsd: 0, freeUsd: 0, unpriced: 1 });
  });

  it("is limited by any value of a dimension, in each dimension", async () => {
    const { get } = await house();
    const requests = async (query: string) =>
      (await get(`/api/v1/usage?period=7d&${query}`)).body.total.requests;
    expect(await requests("user=lan")).toBe(3);
    expect(await requests("user=lan&user=mai")).toBe(4);
    expect(await requests("user=lan&model=glm-4.7")).toBe(1);
    expect(await requests("model=-")).toBe(1);
    expect(await requests("model=")).toBe(1);
    expect(await requests("model=unheard-of")).toBe(0);
  });

  it.each([
    ["?period=tody", 'Did you mean "today"?'],
    ["?period=2026-13", "2026-11-01..2026-11-15"],
    ["?period=2026-11-03..2026-11-01", "There are today"],
    ["?period=today&period=week", "period: give it once."],
    ["?by=modle", 'Did you mean "model"?'],
    ["?by=", "There are account, provider, model"],
    ["?perid=today", 'Did you mean "period"?'],
    ["?__proto__=1", 'There is no parameter "__proto__"'],
    ["?limit=5", "There are period, by, account"],
  ])("refuses %s and tells what there is", async (query, hint) => {
    const { get } = await running();
    const { status, body } = await get(`/api/v1/usage${query}`);
    expect([status, body.error.code]).toEqual([400, "request_invalid"]);
    expect(body.error.message).toContain(hint);
  });
});

describe("GET /api/v1/cost", () => {
  it("tells what this month cost, by whom and what, and where budgets stand", async () => {
    const { get } = await house();
    const { status, body } = await get("/api/v1/cost");
    expect(status).toBe(200);
    expect(body).toMatchObject({
      period: { name: "month", from: "2026-11-01", to: "2026-11-22" },
      byBilling: [{ billing: "paid", requests: 4 }],
      models: [{ model: "glm-4.7" }, { model: "nova-3" }, { model: null }],
      users: [{ user: "mai" }, { user: "lan" }],
      accounts: [{ account: "claude-lan" }, { account: "glm-main" }],
      monthToDate: { cost: { billedUsd: 0.300001 } },
      projection: null,
      budgets: [{ id: "monthly", limitUsd: 150, usedUsd: 0.300001, projectedUsd: null, to: "2026-11-30" }],
    });
    expect(parseCostJson(body)?.budgets).toMatchObject([{ usedMicros: 300_001 }]);
    expect((await get("/api/v1/cost?by=model")).status).toBe(400);
  });
});

describe("GET /api/v1/records", () => {
  it("tells records as they were reported, with what was settled when they came", async () => {
    const { get } = await house();
    const { body } = await get("/api/v1/records?period=2026-11-21");
    expect(body).toEqual({
      records: [
        {
          ...{
            id: "4",
            at: "2026-11-21T02:00:00Z",
            day: "2026-11-21",
            account: "glm-main",
            provider: "zmac",
          },
          ...{ model: null, user: "lan", agent: null, operation: null, task: null, combo: null, requests: 1 },
          ...{ tokens, estimated: false, audioSeconds: 0, costUsd: null, costBasis: "unpriced" },
          ...{ billing: "paid", durationMs: null, outcome: "ok", source: "api" },
        },
      ],
      cursor: null,
    });
  });

  it("come in pages, every one once", async () => {
    const { get } = await house();
    const ids: string[] = [];
    let cursor: string | null = "";
    for (let pages = 0; cursor !== null && pages < 9; pages += 1) {
      const next: string = cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`;
      const { body } = await get(`/api/v1/records?period=week&limit=1&user=lan${next}`);
      expect(body.records.length).toBeLessThanOrEqual(1);
      ids.push(...body.records.map(({ id }: { id: string }) => id));
      cursor = body.cursor;
    }
    expect(ids).toEqual(["4", "1", "3"]);
  });

  it.each(["limit=0", "limit=1001", "limit=ten", "limit=", "limit=1e2", "cursor=strange", "by=model"])(
    "are refused with %s",
    async (query) => {
      const { get } = await running();
      expect(await get(`/api/v1/records?${query}`)).toMatchObject({
        ...{ status: 400, body: { error: { code: "request_invalid" } } },
      });
    },
  );
});

it.each(["usage", "cost", "records"])("%s is for keys that may read", async (name) => {
  const { get } = await running();
  expect((await get(`/api/v1/${name}`, "fake-ingest-key")).status).toBe(403);
  expect((await get(`/api/v1/${name}`, "wrong")).status).toBe(401);
  expect((await get(`/api/v1/${name}`, "fake-read-key")).status).toBe(200);
});
