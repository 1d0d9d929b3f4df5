import { describe, expect, it } from "vitest";
import { quota } from "../fakes/core.ts";
import { running } from "./running.ts";

const at = "2026-11-22T03:00:00Z";

async function house() {
  const parts = await running();
  await parts.readQuotas.read(parts.accounts, "allowed");
  return parts;
}

describe("Tools for llm-mux", () => {
  it("find every account as an auth, with their names for everything", async () => {
    const { get } = await house();
    const { status, body } = await get("/v0/management/quota/status");
    expect(status).toBe(200);
    const [lan, glm, pushed] = ["claude-lan", "glm-main", "pushed"].map((id) =>
      body.quotas.find((one: { auth_id: string }) => one.auth_id === id),
    );
    expect(lan).toEqual({
      auth_id: "claude-lan",
      provider: "acme",
      models: [
        {
          model_id: quota().id,
          remaining_fraction: expect.any(Number),
          remaining_percent: expect.any(Number),
          reset_time: "0001-01-01T00:00:00Z",
          last_updated: at,
        },
      ],
      is_forbidden: false,
      last_checked: at,
    });
    expect(glm).toMatchObject({ provider: "zmac", models: [] });
    expect(pushed).toMatchObject({ models: [], last_checked: "0001-01-01T00:00:00Z" });
  });

  it("find a pool's share rounded down, and when it starts over", async () => {
    const { get, post } = await house();
    const weekly = {
      id: "weekly",
      windowSeconds: 604_800,
      usedPercent: 99.4,
      resetsAt: "2026-11-25T10:00:00.5Z",
    };
    await post("/api/v1/snapshots", { account: "pushed", readings: [weekly] });
    expect((await get("/v0/management/quota/status/acme/pushed")).body.quotas[0].models).toEqual([
      {
        model_id: "weekly",
        remaining_fraction: 0.006,
        remaining_percent: 0,
        reset_time: "2026-11-25T10:00:00.500Z",
        last_updated: at,
      },
    ]);
    expect(
      (await get("/api/quota")).body.providers.find((one: { id: string }) => one.id === "pushed"),
    ).toMatchObject({
      quota: { used: 99.4, percentage: 99.4 },
      reset: { type: "weekly", window: "7d", nextReset: "2026-11-25T10:00:00.500Z" },
    });
  });

  it("ask for the accounts of a provider, and for one of them", async () => {
    const { get } = await house();
    const ids = async (path: string) =>
      (await get(path)).body.quotas?.map((one: { auth_id: string }) => one.auth_id);
    expect(await ids("/v0/management/quota/status/zmac")).toEqual(["glm-main"]);
    expect(await ids("/v0/management/quota/status/zmac/glm-main")).toEqual(["glm-main"]);
    expect(await ids("/v0/management/quota/status/nobody")).toEqual([]);
    const { status, body } = await get("/v0/management/quota/status/zmac/glm-mian");
    expect([status, body.error.code]).toEqual([404, "not_found"]);
    expect(body.error.message).toContain("glm-main");
  });

  it("may bring their key as llm-mux takes it", async () => {
    const { url } = await house();
    const ask = (key: string) =>
      fetch(`${url}/v0/management/quota/status`, { headers: { "X-Management-Key": key } });
    expect((await ask("fake-read-key")).status).toBe(200);
    expect((await ask("fake-ingest-key")).status).toBe(403);
    expect((await ask("wrong-key")).status).toBe(401);
  });

  it("have an account read again, with a key that may", async () => {
    const { ask, clock, readQuotas } = await house();
    clock.advance(6 * 60_000);
    const path = "/v0/management/quota/refresh/claude-lan";
    expect((await ask(path, { method: "POST" }, "fake-read-key")).status).toBe(403);
    const { status, body } = await ask(path, { method: "POST" });
    expect([status, body.quotas[0].auth_id]).toEqual([200, "claude-lan"]);
    expect(readQuotas.snapshot("claude-lan")?.fetchedAt).toBe(clock.now());
  });
});

describe("Tools for 9Router", () => {
  const tokens = { input: 100, output: 50 };
  const call = { at, account: "glm-main", model: "glm-4.7", costUsd: 0.25, tokens };

  it("find every account as a provider, with its tightest window and what it cost", async () => {
    const { get, post } = await house();
    await post("/api/v1/usage", [call, { ...call, at: "2026-11-20T03:00:00Z" }]);
    const { status, body } = await get("/api/quota");
    expect(status).toBe(200);
    expect(body.providers).toHaveLength(3);
    const [lan, glm] = ["claude-lan", "glm-main"].map((id) =>
      body.providers.find((one: { id: string }) => one.id === id),
    );
    expect(lan).toEqual({
      id: "claude-lan",
      name: "claude-lan",
      quota: { used: quota().used, limit: 100, unit: "percent", percentage: quota().used },
      reset: { type: "rolling", window: "5h", nextReset: null },
      cost: { today: 0, month: 0, currency: "USD" },
    });
    expect(glm).toMatchObject({
      quota: null,
      reset: null,
      cost: { today: 0.25, month: 0.5, currency: "USD" },
    });
  });

  it("ask what was used in a period, and may send what means nothing here", async () => {
    const { get, post } = await house();
    await post("/api/v1/usage", [
      call,
      { ...call, at: "2026-11-22T02:00:00Z", account: "claude-lan", model: undefined, costUsd: 0 },
      { ...call, at: "2026-11-20T03:00:00Z" },
    ]);
    expect((await get("/api/usage?force=1")).body).toEqual({
      period: "today",
      date: "2026-11-22",
      summary: { requests: 2, tokens: 300, cost: 0.25 },
      byModel: expect.arrayContaining([
        { model: "glm-main/glm-4.7", requests: 1, tokens: 150, cost: 0.25 },
        { model: "claude-lan/unknown", requests: 1, tokens: 150, cost: 0 },
      ]),
    });
    const { body } = await get("/api/usage?period=7d");
    expect(body).toMatchObject({ period: "7d", date: "2026-11-22", summary: { requests: 3, cost: 0.5 } });
    expect((await get("/api/usage?period=sometime")).status).toBe(400);
  });
});
