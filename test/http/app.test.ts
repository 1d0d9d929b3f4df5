import { describe, expect, it } from "vitest";
import { createHttpApp } from "../../src/http/app.ts";
import { bearer, createParts } from "./setup.ts";

function setUp(options: { read?: () => Promise<never> } = {}) {
  const parts = createParts(options.read);
  const app = createHttpApp({ ...parts, patience: () => new Promise((resolve) => setTimeout(resolve, 20)) });
  const push = (body: unknown, key = "fake-ingest-key") =>
    app.request("/api/v1/snapshots", {
      method: "POST",
      body: typeof body === "string" ? body : JSON.stringify(body),
      ...bearer(key),
    });
  const get = (path: string, key = "fake-read-key") => app.request(path, bearer(key));
  return { ...parts, app, push, get };
}
type House = ReturnType<typeof setUp>;

const windows = { account: "pushed", readings: [{ id: "session", used: 55 }] };

describe("a request over HTTP", () => {
  it("needs no key to see that the bot is alive, and learns nothing else", async () => {
    const response = await setUp().app.request("/healthz");
    expect([response.status, await response.json()]).toEqual([200, { ok: true }]);
  });

  it.each([
    undefined,
    "fake-read-key",
    "Basic fake-read-key",
    "Bearer",
    "Bearer ",
    "Bearer fake-read-ke",
    "Bearer fake-read-key fake-read-key",
    "Bearer FAKE-READ-KEY",
  ])("with %j as its authorization is refused with 401", async (authorization) => {
    const { app } = setUp();
    const response = await app.request("/api/v1/quota", authorization ? { headers: { authorization } } : {});
    expect(response.status).toBe(401);
    expect(response.headers.get("www-authenticate")).toBe("Bearer");
    expect(await response.json()).toMatchObject({ error: { code: "unauthorized" } });
  });

  it("is refused with 403 when its key lacks the scope", async () => {
    const { get, push } = setUp();
    const responses = [await get("/api/v1/quota", "fake-ingest-key"), await push(windows, "fake-read-key")];
    for (const response of responses) {
      expect(response.status).toBe(403);
      expect(await response.json()).toMatchObject({
        error: { code: "forbidden", message: expect.stringContaining("lacks the scope") },
      });
    }
    expect((await get("/api/v1/quota", "fake-ops-key")).status).toBe(200);
    expect((await push(windows, "fake-ops-key")).status).toBe(200);
  });

  it("is judged by its key before its body is looked at", async () => {
    const { push } = setUp();
    expect((await push("x".repeat(2 ** 21), "wrong")).status).toBe(401);
    expect((await push("not json", "fake-read-key")).status).toBe(403);
  });

  it("to an unknown place is answered with 404, and with a wrong method with 405 and the right ones", async () => {
    const { app } = setUp();
    const unknown = await app.request("/api/v1/nothing");
    expect([unknown.status, await unknown.json()]).toMatchObject([404, { error: { code: "not_found" } }]);
    const wrong = await app.request("/api/v1/snapshots");
    expect([wrong.status, wrong.headers.get("allow")]).toEqual([405, "POST"]);
    expect(await wrong.json()).toMatchObject({ error: { code: "method_not_allowed" } });
    const posted = await app.request("/healthz", { method: "POST" });
    expect([posted.status, posted.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
  });

  it("is told nothing of a failure that nobody foresaw; the log is", async () => {
    const { push, log } = setUp();
    const response = await push({ break: true });
    expect(response.status).toBe(500);
    const text = await response.text();
    expect(JSON.parse(text)).toMatchObject({ error: { code: "internal" } });
    expect(text).not.toContain("secret");
    expect(log.lines).toMatchObject([{ level: "error", fields: { path: "/api/v1/snapshots" } }]);
  });

  it("leaves no key in the log, whatever happens", async () => {
    const { push, get, log } = setUp();
    await push({ break: true });
    await push({ disk: true });
    await get("/api/v1/quota", "wrong-key");
    expect(JSON.stringify(log.lines)).not.toMatch(/fake-|wrong-key/);
  });
});

describe("GET /api/v1/quota", () => {
  const accountsOf = async (response: Response) =>
    ((await response.json()) as { accounts: { account: string; state: string }[] }).accounts;
  const idsOf = async ({ get }: House, query: string) =>
    (await accountsOf(await get(`/api/v1/quota${query}`))).map(({ account }) => account).sort();

  it("tells how all accounts stand, in the shape of the command line, without reading any", async () => {
    const house = setUp({ read: () => Promise.reject(new Error("was read")) });
    const accounts = await accountsOf(await house.get("/api/v1/quota"));
    expect(accounts.map(({ state }) => state)).toEqual(["pending", "pending", "pending"]);
    expect(accounts.find(({ account }) => account === "pushed")).toMatchObject({
      message: expect.stringContaining("first report"),
    });
  });

  it("chooses by account and by provider", async () => {
    const house = setUp();
    expect(await idsOf(house, "?account=glm-main")).toEqual(["glm-main"]);
    expect(await idsOf(house, "?account=glm-main&account=pushed")).toEqual(["glm-main", "pushed"]);
    expect(await idsOf(house, "?provider=acme")).toEqual(["claude-lan", "pushed"]);
    expect(await idsOf(house, "?provider=acme&account=glm-main")).toEqual([]);
  });

  it("tells the nearest of an account or a provider that is unknown", async () => {
    const { get } = setUp();
    const account = await get("/api/v1/quota?account=glm-mian");
    expect([account.status, await account.json()]).toMatchObject([
      404,
      { error: { message: 'No account is called "glm-mian". Did you mean "glm-main"?' } },
    ]);
    expect((await get("/api/v1/quota?provider=nobody")).status).toBe(404);
    expect((await get("/api/v1/quota?fresh=perhaps")).status).toBe(400);
  });

  it("reads first with fresh=1, as far as the floors allow", async () => {
    const house = setUp();
    const fresh = async () => accountsOf(await house.get("/api/v1/quota?fresh=1&account=claude-lan"));
    const [first] = await fresh();
    expect(first).toMatchObject({ state: "ok", source: "read", readings: [{ used: 40 }] });
    house.clock.advance(60_000);
    expect(await fresh()).toEqual([first]);
  });

  it("tells what is known when a provider takes too long", async () => {
    const { get } = setUp({ read: () => new Promise(() => {}) });
    expect(await accountsOf(await get("/api/v1/quota?fresh=1&account=claude-lan"))).toMatchObject([
      { state: "pending" },
    ]);
  });
});

describe("POST /api/v1/snapshots", () => {
  it("makes the numbers the account's, with who and when", async () => {
    const { push, get } = setUp();
    const response = await push({ ...windows, user: "lan@example.org", at: "2026-11-22T02:58:00Z" });
    expect([response.status, await response.json()]).toEqual([
      200,
      { accepted: true, account: "pushed", at: "2026-11-22T02:58:00.000Z" },
    ]);
    expect(await (await get("/api/v1/quota?account=pushed")).json()).toMatchObject({
      accounts: [
        {
          ...{ state: "ok", source: "push", reportedBy: "lan@example.org" },
          ...{ fetchedAt: "2026-11-22T02:58:00Z", stale: false, readings: [{ id: "session", used: 55 }] },
        },
      ],
    });
  });

  it("goes stale like a read", async () => {
    const { push, get, clock } = setUp();
    await push(windows);
    clock.advance(31 * 60_000);
    expect(await (await get("/api/v1/quota?account=pushed")).json()).toMatchObject({
      accounts: [{ stale: true, state: "ok" }],
    });
  });

  it.each([
    ["no JSON", "{", 400, "request_invalid"],
    ["nothing", "", 400, "request_invalid"],
    ["no snapshot", { account: "pushed" }, 400, "request_invalid"],
    ["an unknown account", { ...windows, account: "pusht" }, 404, "not_found"],
    ["a status line where there is none", { account: "pushed", statusline: {} }, 400, "request_invalid"],
    ["what cannot be kept", { disk: true }, 503, "store_unavailable"],
    ["a body of more than 1 MiB", "x".repeat(1024 * 1024 + 1), 413, "body_too_large"],
  ])("refuses %s", async (_, body, status, code) => {
    const response = await setUp().push(body);
    expect([response.status, await response.json()]).toMatchObject([status, { error: { code } }]);
  });

  it("lists every problem of a body with its path", async () => {
    const response = await setUp().push({ account: "pushed", readings: [{ id: "a", used: -1 }, {}] });
    expect(await response.json()).toMatchObject({
      error: {
        problems: ["readings[0].used: must not be negative", expect.stringContaining("readings[1].id")],
      },
    });
  });

  it("answers 200 with the reason when it knows newer numbers", async () => {
    const { push } = setUp();
    await push(windows);
    const response = await push({ ...windows, at: "2026-11-22T02:00:00Z" });
    expect([response.status, await response.json()]).toEqual([
      200,
      { accepted: false, account: "pushed", reason: "Newer numbers are known already." },
    ]);
  });
});
