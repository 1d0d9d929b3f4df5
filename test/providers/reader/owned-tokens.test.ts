import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { isAppError } from "../../../src/core/errors.ts";
import { type Http, type HttpAnswer, type HttpRequest, seconds } from "../../../src/core/provider.ts";
import { createOwnedTokens } from "../../../src/providers/reader/owned-tokens.ts";

let folder: string;
let now: number;
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), "quotabot-tokens-")), "sign-ins");
  now = Date.UTC(2026, 10, 22, 3);
});
afterEach(() => rm(join(folder, ".."), { recursive: true }));

/** A token endpoint whose refresh tokens are good for one use, as at Claude and Codex. */
function tokenServer(first = "fake-refresh-0") {
  let valid = first;
  let count = 0;
  const state = {
    lifetime: 28_800 as number | undefined,
    rotates: true,
    asked: [] as string[],
    /** Thrown or answered instead, once. */
    next: undefined as { status: number; body: unknown } | undefined,
    delay: async () => {},
  };
  const http: Http = {
    distinctHosts: (hosts) => hosts,
    answer: () => Promise.reject(new Error("only json is asked")),
    async json(request: HttpRequest) {
      const { refreshToken } = request.json as { refreshToken: string };
      state.asked.push(refreshToken);
      await state.delay();
      const planned = state.next;
      state.next = undefined;
      const answer = planned ?? (refreshToken === valid ? { status: 200, body: issue() } : used);
      if (answer.status === 200) return answer.body;
      const seen: HttpAnswer = { ...answer, html: false, header: () => undefined };
      throw request.explain?.(seen) ?? new Error(`unexplained ${answer.status}`);
    },
  };
  function issue() {
    count++;
    if (state.rotates) valid = `fake-refresh-${count}`;
    return {
      access_token: `fake-access-${count}`,
      expires_in: state.lifetime,
      ...(state.rotates ? { refresh_token: valid } : {}),
    };
  }
  return Object.assign(state, { http });
}
const used = { status: 400, body: { error: "invalid_grant", error_description: "canary" } };

function tokens() {
  return createOwnedTokens({ folder, clock: { now: () => now } });
}

function signIn(server: { http: Http }, refreshToken = "fake-refresh-0", account = "lan") {
  const request = (token: string) => ({
    url: "https://api.example.com/token",
    json: { refreshToken: token },
  });
  return { account, name: "Example", refreshToken, request, http: server.http };
}

const file = () => join(folder, "lan.json");
const kept = async () => JSON.parse(await readFile(file(), "utf8"));

describe("an owned sign-in", () => {
  it("is renewed once and used until a minute before its end", async () => {
    const server = tokenServer();
    const owned = tokens();
    expect(await owned.accessToken(signIn(server))).toBe("fake-access-1");
    now += seconds(28_800 - 61);
    expect(await owned.accessToken(signIn(server))).toBe("fake-access-1");
    now += seconds(1);
    expect(await owned.accessToken(signIn(server))).toBe("fake-access-2");
    expect(server.asked).toEqual(["fake-refresh-0", "fake-refresh-1"]);
  });

  it("survives a restart, with its access token", async () => {
    const server = tokenServer();
    await tokens().accessToken(signIn(server));
    expect(await tokens().accessToken(signIn(server))).toBe("fake-access-1");
    now += seconds(28_800);
    expect(await tokens().accessToken(signIn(server))).toBe("fake-access-2");
    expect(server.asked).toEqual(["fake-refresh-0", "fake-refresh-1"]);
  });

  it("shares one renewal among reads that come together, and its failure too", async () => {
    const server = tokenServer();
    const owned = tokens();
    const many = Array.from({ length: 20 }, () => owned.accessToken(signIn(server)));
    expect(new Set(await Promise.all(many))).toEqual(new Set(["fake-access-1"]));
    expect(server.asked).toHaveLength(1);

    now += seconds(28_800);
    server.next = used;
    const failing = Array.from({ length: 5 }, () => owned.accessToken(signIn(server)));
    const outcomes = await Promise.allSettled(failing);
    expect(outcomes.every(({ status }) => status === "rejected")).toBe(true);
    expect(server.asked).toHaveLength(2);
  });

  it("is renewed for a token that was rejected, once for all who were rejected", async () => {
    const server = tokenServer();
    server.lifetime = undefined;
    const owned = tokens();
    const rejected = await owned.accessToken(signIn(server));
    now += seconds(1e7);
    expect(await owned.accessToken(signIn(server))).toBe(rejected);
    const renewed = await Promise.all([1, 2, 3].map(() => owned.accessToken(signIn(server), rejected)));
    expect(new Set(renewed)).toEqual(new Set(["fake-access-2"]));
    expect(await owned.accessToken(signIn(server), rejected)).toBe("fake-access-2");
    expect(server.asked).toHaveLength(2);
  });

  it("keeps its refresh token when the answer has no new one", async () => {
    const server = tokenServer();
    server.rotates = false;
    const owned = tokens();
    await owned.accessToken(signIn(server));
    now += seconds(28_800);
    expect(await owned.accessToken(signIn(server))).toBe("fake-access-2");
    expect(server.asked).toEqual(["fake-refresh-0", "fake-refresh-0"]);
  });

  it("understands the names in camel case that AWS gives the parts of the answer", async () => {
    const server = tokenServer();
    const owned = tokens();
    server.next = {
      status: 200,
      body: { accessToken: "fake-access-aws", refreshToken: "fake-refresh-aws", expiresIn: 3600 },
    };
    expect(await owned.accessToken(signIn(server))).toBe("fake-access-aws");
    expect((await kept()).refreshToken).toBe("fake-refresh-aws");
    now += seconds(3600 - 60);
    server.next = used;
    await expect(owned.accessToken(signIn(server))).rejects.toMatchObject({ code: "provider_auth_rejected" });
    expect(server.asked).toEqual(["fake-refresh-0", "fake-refresh-aws"]);
  });

  it("starts anew when the configuration has another refresh token", async () => {
    const server = tokenServer();
    const owned = tokens();
    await owned.accessToken(signIn(server));
    const other = tokenServer("fake-other");
    for (const instance of [owned, tokens()]) {
      expect(await instance.accessToken(signIn(other, "fake-other"))).toBe("fake-access-1");
    }
    expect(other.asked).toEqual(["fake-other"]);
    expect((await kept()).refreshToken).toBe("fake-refresh-1");
  });

  it("keeps accounts apart", async () => {
    const [one, two] = [tokenServer("fake-one"), tokenServer("fake-two")];
    const owned = tokens();
    await Promise.all([
      owned.accessToken(signIn(one, "fake-one", "a")),
      owned.accessToken(signIn(two, "fake-two", "b")),
    ]);
    expect((await readdir(folder)).toSorted()).toEqual(["a.json", "b.json"]);
  });
});

describe("what is kept", () => {
  it("is for the bot's user alone, and holds no configured secret", async () => {
    await mkdir(folder, { mode: 0o755 });
    await writeFile(`${file()}.tmp`, "left by a crash", { mode: 0o644 });
    await tokens().accessToken(signIn(tokenServer()));
    expect((await stat(file())).mode & 0o777).toBe(0o600);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    expect(await readdir(folder)).toEqual(["lan.json"]);
    expect(await kept()).toMatchObject({ refreshToken: "fake-refresh-1", accessToken: "fake-access-1" });
    expect(await readFile(file(), "utf8")).not.toContain("fake-refresh-0");
  });

  it("is on disk before the access token is handed out; until then nobody gets it", async () => {
    const server = tokenServer();
    const owned = tokens();
    // A file where the folder should be.
    await writeFile(folder, "");
    for (const _ of [1, 2]) {
      const error = await owned.accessToken(signIn(server)).catch((error: unknown) => error);
      expect(isAppError(error, "store_unavailable")).toBe(true);
      expect(String(error)).toContain(file());
    }
    await rm(folder);
    expect(await owned.accessToken(signIn(server))).toBe("fake-access-1");
    expect(await kept()).toMatchObject({ refreshToken: "fake-refresh-1" });
    expect(server.asked).toEqual(["fake-refresh-0"]);
  });

  it("is replaced by the configured refresh token when it is damaged", async () => {
    await mkdir(folder);
    for (const content of ["", '{"refreshToken": "fake', '{"refreshToken": 7}', "null"]) {
      await writeFile(file(), content);
      expect(await tokens().accessToken(signIn(tokenServer()))).toBe("fake-access-1");
    }
  });

  it("is named when it cannot be read, and nothing is used up", async () => {
    await mkdir(file(), { recursive: true });
    const server = tokenServer();
    const error = await tokens()
      .accessToken(signIn(server))
      .catch((error: unknown) => error);
    expect(isAppError(error, "store_unavailable") && error.message).toContain(file());
    expect(server.asked).toEqual([]);
  });

  it("is waited for before the program ends", async () => {
    const server = tokenServer();
    let answer = () => {};
    server.delay = () =>
      new Promise((resolve) => {
        answer = resolve;
      });
    const owned = tokens();
    const token = owned.accessToken(signIn(server));
    while (server.asked.length === 0) await new Promise(setImmediate);
    const settled = owned.settled();
    answer();
    await settled;
    expect((await kept()).refreshToken).toBe("fake-refresh-1");
    await token;
  });
});

describe("a renewal that is refused", () => {
  it.each([
    ["invalid_grant", 400, { error: "invalid_grant" }],
    ["invalid_grant with 401", 401, { error: "invalid_grant" }],
    ["an expired token", 401, { error: { code: "refresh_token_expired", message: "canary" } }],
    ["a used token", 401, { error: { code: "refresh_token_reused", message: "canary" } }],
    ["an invalidated token", 401, { error: { type: "refresh_token_invalidated" } }],
    ["a code on top", 400, { code: "refresh_token_expired" }],
    ["an error in HTTP 200", 200, { error: "invalid_grant" }],
    ["an unknown client", 401, { error: "invalid_client" }],
  ])("for %s asks a person to act", async (_, status, body) => {
    const server = tokenServer();
    server.next = { status, body };
    const error = await tokens()
      .accessToken(signIn(server))
      .catch((error: unknown) => error);
    expect(isAppError(error, "provider_auth_rejected")).toBe(true);
    expect(inspect(error, { depth: 9, showHidden: true })).not.toMatch(/canary|fake-/);
  });

  it("without a token in the answer is not understood, and loses nothing", async () => {
    const server = tokenServer();
    const owned = tokens();
    server.next = { status: 200, body: { token_type: "Bearer" } };
    const error = await owned.accessToken(signIn(server)).catch((error: unknown) => error);
    expect(isAppError(error, "provider_unexpected_response")).toBe(true);
    expect(await owned.accessToken(signIn(server))).toBe("fake-access-1");
  });
});
