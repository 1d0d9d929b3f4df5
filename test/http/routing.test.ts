import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { start } from "../fakes/core.ts";
import { running } from "./running.ts";

const iso = (instant: number) => new Date(instant).toISOString().replace(".000Z", "Z");

describe("POST /api/v1/limits", () => {
  it("blocks what was refused and tells until when", async () => {
    const { post, get } = await running();
    const refused = {
      account: "glm-main",
      model: "glm-4.7",
      status: 429,
      body: {
        error: {
          code: "1308",
          message: "Usage limit reached for 5 hour. Your limit will reset at 2026-11-22 13:00:00",
        },
      },
    };
    expect((await post("/api/v1/limits", refused)).body).toEqual({
      kind: "quota",
      blockedUntil: "2026-11-22T05:00:00Z",
      scope: { account: "glm-main", pool: null, model: null },
      reason: "The plan's 5-hour limit is reached (1308)",
    });
    const { body } = await get("/api/v1/available?account=glm-main");
    expect(body).toMatchObject({
      account: "glm-main",
      available: false,
      until: "2026-11-22T05:00:00Z",
      reasons: [
        {
          code: "refused",
          message: "it was refused: The plan's 5-hour limit is reached (1308)",
          until: "2026-11-22T05:00:00Z",
        },
        { code: "unknown" },
      ],
    });
  });

  it("blocks no account for want of capacity", async () => {
    const { post } = await running();
    const { body } = await post("/api/v1/limits", { account: "glm-main", status: 529 });
    expect(body).toMatchObject({ kind: "capacity", blockedUntil: null, scope: null });
    const model = await post("/api/v1/limits", { account: "glm-main", model: "m", status: 529 });
    expect(model.body).toMatchObject({
      scope: { model: "m" },
      blockedUntil: iso(start + 45_000),
    });
  });

  it("refuses what is no limit, and an account that nobody knows", async () => {
    const { post } = await running();
    expect(await post("/api/v1/limits", { account: "glm-mian", status: 429 })).toMatchObject({
      status: 404,
      body: {
        error: { code: "not_found", message: 'No account is called "glm-mian". Did you mean "glm-main"?' },
      },
    });
    expect((await post("/api/v1/limits", { account: "glm-main", status: 401 })).status).toBe(400);
    expect((await post("/api/v1/limits", [])).status).toBe(400);
  });
});

describe("GET /api/v1/available", () => {
  it("tells what is left where something may be used", async () => {
    const { get, readQuotas, accounts } = await running();
    await readQuotas.read(accounts, "allowed");
    const { status, body } = await get("/api/v1/available?account=claude-lan&model=opus-1");
    expect([status, body]).toEqual([
      200,
      {
        at: iso(start),
        account: "claude-lan",
        model: "opus-1",
        available: true,
        until: null,
        leftPercent: 60,
        window: "5-hour",
        pool: null,
        resetsAt: null,
        knownAt: iso(start),
        reasons: [],
      },
    ]);
  });

  it("asks for an account or a model that is known", async () => {
    const { get } = await running();
    expect((await get("/api/v1/available")).status).toBe(400);
    expect((await get("/api/v1/available?account=nobody")).status).toBe(404);
    expect((await get("/api/v1/available?model=nothing")).status).toBe(404);
    expect((await get("/api/v1/available?modle=x")).status).toBe(400);
  });
});

describe("GET /api/v1/route", () => {
  it("tells what to use now and what after it, with reasons", async () => {
    const { get, readQuotas, accounts, routing, post } = await running();
    await readQuotas.read(accounts, "allowed");
    await routing.load();
    for (const model of ["claude-lan", "glm-main"])
      await post("/api/v1/usage", {
        id: model,
        account: model,
        model: "shared-1",
        tokens: { input: 1, output: 1 },
      });
    routing.recorded([
      { account: "claude-lan", model: "shared-1" },
      { account: "glm-main", model: "shared-1" },
    ]);
    const { body } = await get("/api/v1/route?model=shared-1");
    expect(body).toMatchObject({
      name: "shared-1",
      kind: "model",
      choice: { member: "claude-lan", account: "claude-lan", model: "shared-1" },
      since: iso(start),
      standsInFor: null,
      mode: null,
      order: [
        { account: "claude-lan", usable: true, leftPercent: 60, billing: "paid", basis: "used", reasons: [] },
        { account: "glm-main", usable: true, leftPercent: null, reasons: [{ code: "unknown" }] },
      ],
    });
  });

  it("asks for one combo or model, and for one that is known", async () => {
    const { get } = await running();
    for (const query of ["", "?combo=a&model=b", "?model="])
      expect((await get(`/api/v1/route${query}`)).status).toBe(400);
    for (const query of ["?combo=a", "?model=a", "?name=a"])
      expect((await get(`/api/v1/route${query}`)).status).toBe(404);
  });
});

it("GET /api/v1/combos and /api/v1/suggestions answer, and refuse what they do not know", async () => {
  const { get } = await running();
  expect((await get("/api/v1/combos")).body).toEqual({ combos: [] });
  expect((await get("/api/v1/combos?combo=x")).status).toBe(404);
  expect((await get("/api/v1/combos?period=someday")).status).toBe(400);
  expect((await get("/api/v1/suggestions")).body).toEqual({
    at: iso(start),
    days: 0,
    needsDays: 14,
    suggestions: [],
  });
  expect((await get("/api/v1/suggestions?x=1")).status).toBe(400);
});

describe("docs/routing.md", () => {
  const page = readFileSync(resolve(import.meta.dirname, "../../docs/routing.md"), "utf8");

  it("reports a refusal that is answered as it says", async () => {
    const { post } = await running();
    const [, body = ""] = /\/api\/v1\/limits -d '(.*?)'$/ms.exec(page) ?? [];
    const [, answer = ""] = /^```json\n(\{ "kind": .*?)^```$/ms.exec(page) ?? [];
    expect((await post("/api/v1/limits", JSON.parse(body))).body).toEqual(JSON.parse(answer));
  });

  it("asks routes that there are, and reads fields that their answers have", async () => {
    const { get, routing } = await running();
    routing.recorded([{ account: "glm-main", model: "glm-4.7" }]);
    const asked = [...page.matchAll(/^ask "(.*?)"$/gm)].map(([, path = ""]) => path);
    const statuses = await Promise.all(asked.map(async (path) => (await get(`/api/v1/${path}`)).status));
    // There is no combo of that name here.
    expect(statuses).toEqual([404, 200, 200]);
    const { choice } = (await get("/api/v1/route?model=glm-4.7")).body;
    expect(choice).toEqual({ member: "glm-main", account: "glm-main", model: "glm-4.7" });
    const [, shown = ""] = /^```json\n(\{ "at": .*?)^```$/ms.exec(page) ?? [];
    const { body } = await get("/api/v1/available?account=glm-main&model=glm-4.7");
    expect(Object.keys(JSON.parse(shown))).toEqual(Object.keys(body));
  });
});
