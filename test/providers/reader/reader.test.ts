import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import type { Account } from "../../../src/core/domain/account.ts";
import { isAppError } from "../../../src/core/errors.ts";
import type { Log } from "../../../src/core/ports.ts";
import { defineProvider, minutes, type Provider, secret } from "../../../src/core/provider.ts";
import { claude } from "../../../src/providers/claude.ts";
import { createDispatcher } from "../../../src/providers/kit/http.ts";
import { createCredentials } from "../../../src/providers/reader/credentials.ts";
import { createReader } from "../../../src/providers/reader/reader.ts";

type Answer = { status?: number; body: unknown } | undefined;

let folder: string;
let server: Server;
let baseUrl: string;
/** How the server answers; undefined: never. */
let answer: (request: IncomingMessage, body: string) => Answer;
const dispatcher = createDispatcher();

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "quotabot-reader-"));
  server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    const told = answer(request, body);
    if (told === undefined) return;
    response.writeHead(told.status ?? 200, { "content-type": "application/json" });
    response.end(JSON.stringify(told.body));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true });
});

function setUp(providers: readonly Provider[] = [claude]) {
  const logged: { level: string; fields: object }[] = [];
  const entry = (level: string) => (fields: object) => void logged.push({ level, fields });
  const log: Log = { debug: entry("debug"), info: entry("info"), warn: entry("warn"), error: entry("error") };
  const clock = { now: () => Date.UTC(2026, 10, 22, 3) };
  const credentials = createCredentials({
    environment: {},
    home: folder,
    folder: join(folder, "owned"),
    clock,
  });
  const reader = createReader({ providers, credentials, dispatcher, clock, log });
  return { reader, logged };
}

function account(given: Partial<Account> = {}): Account {
  const credentials = { accessToken: "fake-access", subscriptionType: "pro" };
  return {
    id: "lan",
    provider: "claude",
    acceptUnofficial: true,
    credentials,
    interval: minutes(15),
    baseUrl,
    tags: [],
    ...given,
  };
}

const idle = new AbortController().signal;
const usage = { five_hour: { utilization: 37, resets_at: "2026-11-22T05:00:00Z" } };
const expired = { status: 401, body: { error: { type: "authentication_error" } } };
const owned = { refreshToken: "fake-refresh-0", clientId: "client-1", subscriptionType: "pro" };

async function codeOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.catch((error: unknown) => error);
  return isAppError(error) ? error.code : `not an AppError: ${error}`;
}

function example(read: Provider["read"]): Provider {
  const settings = z.object({ accessToken: secret("EXAMPLE_TOKEN") });
  const common = { name: "Example", official: true, hosts: ["api.example.com"], minInterval: minutes(5) };
  return defineProvider({ ...common, id: "example", settings, read });
}

describe("reading an account", () => {
  it("asks nothing of an unofficial provider without consent, and says how it is given", async () => {
    let asked = 0;
    answer = () => {
      asked += 1;
      return { body: usage };
    };
    const { reader } = setUp();
    const read = reader.read(account({ acceptUnofficial: false }), idle);
    await expect(read).rejects.toMatchObject({
      code: "provider_needs_action",
      message: expect.stringContaining("`acceptUnofficial: true`"),
    });
    expect(asked).toBe(0);
    const keys = [true, false].map((acceptUnofficial) => reader.credentialKey(account({ acceptUnofficial })));
    expect(new Set(await Promise.all(keys)).size).toBe(2);
  });

  it("gives what its provider found", async () => {
    answer = () => ({ body: usage });
    expect(await setUp().reader.read(account(), idle)).toEqual({
      plan: "Pro",
      readings: [
        {
          kind: "quota",
          id: "session",
          label: "5-hour",
          windowSeconds: 18_000,
          unit: "percent",
          used: 37,
          limit: 100,
          resetsAt: Date.UTC(2026, 10, 22, 5),
        },
      ],
    });
  });

  it("logs keys of an answer that nobody knows once, without their values", async () => {
    answer = () => ({ body: { ...usage, brand_new: "canary" } });
    const { reader, logged } = setUp();
    await reader.read(account(), idle);
    await reader.read(account({ id: "other" }), idle);
    expect(logged).toEqual([{ level: "info", fields: { provider: "claude", keys: ["brand_new"] } }]);
  });

  it("turns whatever a provider throws into a code, and logs where it was but not what it said", async () => {
    const throws: (() => never)[] = [
      () => z.object({ canary: z.string() }).parse({ canary: 1 }) as never,
      () => (undefined as unknown as { canary: () => never }).canary(),
      () => {
        throw "canary";
      },
    ];
    for (const fail of throws) {
      const { reader, logged } = setUp([example(async () => fail())]);
      expect(await codeOf(reader.read(account({ provider: "example" }), idle))).toBe(
        "provider_unexpected_response",
      );
      expect(logged).toMatchObject([{ level: "error", fields: { provider: "example", account: "lan" } }]);
      expect(JSON.stringify(logged)).not.toMatch(/canary|fake-access/);
    }
  });

  it("does not trust the readings of a provider", async () => {
    const session = { kind: "quota", id: "session", label: "5-hour", unit: "percent", limit: 100 } as const;
    const { reader } = setUp([
      example(async () => ({ readings: [{ ...session, used: Number.NaN }, session] })),
    ]);
    expect(await reader.read(account({ provider: "example" }), idle)).toEqual({
      readings: [session, { ...session, id: "session-2" }],
    });
  });

  it("says so when there is no such provider", async () => {
    expect(await codeOf(setUp().reader.read(account({ provider: "nobody" }), idle))).toBe("config_invalid");
    expect(await codeOf(setUp().reader.credentialKey(account({ provider: "nobody" })))).toBe(
      "config_invalid",
    );
  });

  it("ends at once when it is aborted", async () => {
    answer = () => undefined;
    const reading = new AbortController();
    const promise = setUp().reader.read(account(), reading.signal);
    setImmediate(() => reading.abort());
    expect(await codeOf(promise)).toBe("provider_unreachable");
    expect(await codeOf(setUp().reader.read(account({ credentials: owned }), AbortSignal.abort()))).toBe(
      "provider_unreachable",
    );
  });

  it("tells when the credential changed", async () => {
    const { reader } = setUp();
    const first = await reader.credentialKey(account());
    expect(await reader.credentialKey(account())).toBe(first);
    expect(await reader.credentialKey(account({ baseUrl: "http://127.0.0.1:1" }))).not.toBe(first);
  });
});

describe("a sign-in of Claude that the bot owns", () => {
  it("is renewed at the account's address before the first read", async () => {
    const asked: string[] = [];
    answer = (request, body) => {
      asked.push(`${request.method} ${request.url} ${request.headers.authorization ?? body}`);
      if (request.url !== "/v1/oauth/token") return { body: usage };
      return { body: { access_token: "fake-access-1", refresh_token: "fake-refresh-1", expires_in: 28_800 } };
    };
    const { reader } = setUp();
    await reader.read(account({ credentials: owned }), idle);
    await reader.read(account({ credentials: owned }), idle);
    const grant = { grant_type: "refresh_token", refresh_token: "fake-refresh-0", client_id: "client-1" };
    expect(asked).toEqual([
      `POST /v1/oauth/token ${JSON.stringify(grant)}`,
      "GET /api/oauth/usage Bearer fake-access-1",
      "GET /api/oauth/usage Bearer fake-access-1",
    ]);
  });

  it("is renewed once when its access token is rejected early, and then given up", async () => {
    let issued = 0;
    let accepted = "Bearer fake-access-2";
    answer = (request) => {
      if (request.url === "/v1/oauth/token") {
        issued++;
        return {
          body: {
            access_token: `fake-access-${issued}`,
            refresh_token: `fake-${issued}`,
            expires_in: 28_800,
          },
        };
      }
      return request.headers.authorization === accepted ? { body: usage } : expired;
    };
    const { reader } = setUp();
    expect((await reader.read(account({ credentials: owned }), idle)).readings).toHaveLength(1);
    expect(issued).toBe(2);
    accepted = "nothing";
    expect(await codeOf(reader.read(account({ credentials: owned }), idle))).toBe("provider_auth_rejected");
    expect(issued).toBe(3);
  });

  it("keeps a renewal that outlives an aborted read", async () => {
    const reading = new AbortController();
    let finish = () => {};
    const token = { access_token: "fake-access-1", refresh_token: "fake-refresh-1" };
    const slow = createServer((_, response) => {
      finish = () => response.end(JSON.stringify(token));
      reading.abort();
    }).listen(0, "127.0.0.1");
    await once(slow, "listening");
    const address = `http://127.0.0.1:${(slow.address() as AddressInfo).port}`;
    const { reader } = setUp();
    const promise = reader.read(account({ credentials: owned, baseUrl: address }), reading.signal);
    expect(await codeOf(promise)).toBe("provider_unreachable");
    finish();
    await reader.settled();
    expect(await readFile(join(folder, "owned", "lan.json"), "utf8")).toContain("fake-refresh-1");
    slow.closeAllConnections();
    slow.close();
  });

  it.each([
    [400, { error: "invalid_grant" }, "provider_auth_rejected"],
    [429, {}, "provider_rate_limited"],
    [503, {}, "provider_unavailable"],
  ])("whose renewal is answered %i %j is %s", async (status, body, code) => {
    answer = () => ({ status, body });
    expect(await codeOf(setUp().reader.read(account({ credentials: owned }), idle))).toBe(code);
  });
});

describe("a sign-in of Claude Code", () => {
  it("is read and never renewed, even when it has expired", async () => {
    const asked: (string | undefined)[] = [];
    answer = (request) => {
      asked.push(request.url);
      return expired;
    };
    const file = join(folder, "credentials.json");
    const content = JSON.stringify({
      claudeAiOauth: { accessToken: "fake-access", refreshToken: "fake-refresh", expiresAt: 1 },
    });
    await writeFile(file, content);
    expect(await codeOf(setUp().reader.read(account({ credentials: { file } }), idle))).toBe(
      "provider_auth_rejected",
    );
    expect(asked.toSorted()).toEqual(["/api/oauth/profile", "/api/oauth/usage"]);
    expect(await readFile(file, "utf8")).toBe(content);
  });
});

describe("a product that everybody runs for themselves", () => {
  const hosted = (selfHosted: { usualUrl?: string }) =>
    defineProvider({
      id: "hosted",
      name: "Hosted",
      official: true,
      hosts: ["hosted.invalid"],
      selfHosted,
      settings: z.object({ apiKey: secret("HOSTED_KEY") }),
      minInterval: minutes(5),
      async read({ http }) {
        await http.json({ url: "https://hosted.invalid/left" });
        return { readings: [] };
      },
    });
  const own = { provider: "hosted", credentials: { apiKey: "fake-key" }, baseUrl: undefined };

  it("is read where the account says, or where it usually is", async () => {
    const asked: (string | undefined)[] = [];
    answer = (request) => {
      asked.push(request.url);
      return { body: {} };
    };
    await setUp([hosted({})]).reader.read(account({ ...own, baseUrl }), idle);
    await setUp([hosted({ usualUrl: baseUrl })]).reader.read(account(own), idle);
    expect(asked).toEqual(["/left", "/left"]);
  });

  it("says what is missing when nobody knows where it is", async () => {
    const reading = setUp([hosted({})]).reader.read(account(own), idle);
    await expect(reading).rejects.toThrow("write the address of yours as `baseUrl`");
  });
});
