import { mkdir, mkdtemp, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { inspect } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import type { Account } from "../../../src/core/domain/account.ts";
import { AppError, isAppError } from "../../../src/core/errors.ts";
import { defineProvider, type Http, minutes, secret } from "../../../src/core/provider.ts";
import { createCredentials } from "../../../src/providers/reader/credentials.ts";

const common = {
  official: false,
  hosts: ["api.example.com"],
  minInterval: minutes(5),
  read: async () => ({ readings: [] }),
};

const signing = defineProvider({
  ...common,
  id: "signing",
  name: "Signing",
  settings: z.object({
    accessToken: secret("SIGNING_TOKEN"),
    project: z.string().optional(),
    plan: z.string().optional(),
  }),
  signIn: {
    files: ["$SIGNING_HOME/auth.json", "~/.signing/auth.json"],
    fromFile(document) {
      const parsed = z.object({ token: z.string(), plan: z.string().optional() }).safeParse(document);
      if (parsed.success) return { accessToken: parsed.data.token, plan: parsed.data.plan };
      throw new AppError("provider_credentials_missing", "The file holds no sign-in.");
    },
    refresh: ({ refreshToken }) => ({ url: "https://api.example.com/token", json: { refreshToken } }),
  },
});

const keyed = defineProvider({
  ...common,
  id: "keyed",
  name: "Keyed",
  settings: z.object({ apiKey: secret("KEYED_KEY"), region: z.enum(["eu", "us"]).optional() }),
});

const noHttp: Http = {
  distinctHosts: (hosts) => hosts,
  json: () => Promise.reject(new Error("nothing is asked")),
  answer: () => Promise.reject(new Error("nothing is asked")),
};

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "quotabot-credentials-"));
});
afterEach(() => rm(home, { recursive: true }));

function credentials(environment: Record<string, string> = {}) {
  return createCredentials({ environment, home, folder: join(home, "owned"), clock: { now: () => 0 } });
}

function account(provider: string, given?: Record<string, string>): Account {
  return { id: "one", provider, credentials: given, interval: minutes(15), tags: [] };
}

async function put(path: string, content: unknown): Promise<string> {
  const file = join(home, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, typeof content === "string" ? content : JSON.stringify(content));
  return file;
}

async function settingsOf(
  provider: typeof signing,
  given?: Record<string, string>,
  environment?: Record<string, string>,
) {
  return (await credentials(environment).resolve(account(provider.id, given), provider, noHttp)).settings;
}

async function refusalOf(
  provider: typeof signing,
  given?: Record<string, string>,
  environment?: Record<string, string>,
) {
  const error = await settingsOf(provider, given, environment).catch((error: unknown) => error);
  expect(isAppError(error, "provider_credentials_missing")).toBe(true);
  return inspect(error, { depth: 9, showHidden: true });
}

describe("a key", () => {
  it("is taken from the configuration before the environment", async () => {
    const environment = { KEYED_KEY: " fake-environment\n" };
    expect(await settingsOf(keyed, { apiKey: "fake-configured", region: "eu" }, environment)).toEqual({
      apiKey: "fake-configured",
      region: "eu",
    });
    expect(await settingsOf(keyed, undefined, environment)).toEqual({ apiKey: "fake-environment" });
    expect(await settingsOf(keyed, { region: "us" }, environment)).toEqual({
      apiKey: "fake-environment",
      region: "us",
    });
  });

  it("that is nowhere is asked for by its names", async () => {
    for (const environment of [{}, { KEYED_KEY: " " }]) {
      const error = await refusalOf(keyed, undefined, environment);
      expect(error).toContain("set KEYED_KEY");
      expect(error).toContain("apiKey");
    }
  });

  it("does not come from a file, and wrong settings are named without their values", async () => {
    const file = await put("key.json", { apiKey: "fake-key" });
    expect(await refusalOf(keyed, { file })).toContain("takes no credentials file");
    const error = await refusalOf(keyed, { apiKey: "fake-key", region: "fake-region" });
    expect(error).toContain("region");
    expect(error).not.toMatch(/fake-(key|region)/);
  });
});

describe("a sign-in of another program", () => {
  it("is found in the environment, then where its variable points, then at home", async () => {
    await put(".signing/auth.json", { token: "fake-home" });
    expect(await settingsOf(signing)).toEqual({ accessToken: "fake-home" });
    await put("elsewhere/auth.json", { token: "fake-elsewhere", plan: "pro" });
    const environment = { SIGNING_HOME: join(home, "elsewhere") };
    expect(await settingsOf(signing, {}, environment)).toEqual({
      accessToken: "fake-elsewhere",
      plan: "pro",
    });
    expect(await settingsOf(signing, undefined, { SIGNING_HOME: join(home, "nowhere") })).toEqual({
      accessToken: "fake-home",
    });
    expect(await settingsOf(signing, {}, { ...environment, SIGNING_TOKEN: "fake-variable" })).toEqual({
      accessToken: "fake-variable",
    });
  });

  it("is read from the file the account names, other settings laid over it", async () => {
    await put("lan/auth.json", { token: "fake-lan", plan: "pro" });
    const given = { file: "~/lan/auth.json", project: "p-1" };
    expect(await settingsOf(signing, given, { SIGNING_TOKEN: "fake-variable" })).toEqual({
      accessToken: "fake-lan",
      plan: "pro",
      project: "p-1",
    });
    expect(await settingsOf(signing, { project: "p-2" }, { SIGNING_TOKEN: "fake-variable" })).toMatchObject({
      project: "p-2",
    });
  });

  it("is left exactly as it was", async () => {
    const file = await put(".signing/auth.json", {
      token: "fake-home",
      refreshToken: "fake-refresh",
      expiresAt: 1,
    });
    const before = [await readFile(file, "utf8"), (await stat(file)).mtimeMs];
    expect((await credentials().resolve(account("signing"), signing, noHttp)).renew).toBeUndefined();
    expect([await readFile(file, "utf8"), (await stat(file)).mtimeMs]).toEqual(before);
  });

  it("that cannot be used is named by its path, never by its content", async () => {
    expect(await refusalOf(signing)).toMatch(/SIGNING_TOKEN.*~\/\.signing\/auth\.json/);
    expect(await refusalOf(signing, { file: "~/none.json" })).toContain(
      `${join(home, "none.json")} of Signing does not exist`,
    );
    const broken = await put("broken.json", '{"token": "fake-secret');
    const error = await refusalOf(signing, { file: broken });
    expect(error).toContain(`${broken} of Signing is not JSON`);
    expect(error).not.toContain("fake-secret");
    expect(await refusalOf(signing, { file: home })).toContain("cannot be read (EISDIR)");
    for (const content of [{}, [], "null", { mcp: { token: "fake-secret" } }]) {
      expect(await refusalOf(signing, { file: await put("other.json", content) })).toContain(
        "holds no sign-in",
      );
    }
  });

  it("needs a clientId when it is owned", async () => {
    expect(await refusalOf(signing, { refreshToken: "fake-refresh" })).toContain("clientId");
    expect(await refusalOf(keyed, { refreshToken: "fake-refresh", clientId: "c" })).not.toContain(
      "fake-refresh",
    );
  });
});

describe("the credential key", () => {
  const keyOf = (given: Partial<Account>, environment?: Record<string, string>) => {
    const provider = given.provider === "keyed" ? keyed : signing;
    return credentials(environment).key({ ...account("signing"), ...given }, provider);
  };

  it("changes with the credential, the address and the environment, and with nothing else", async () => {
    const token = { credentials: { accessToken: "fake-1" } };
    const keys = [
      await keyOf(token),
      await keyOf({ credentials: { accessToken: "fake-2" } }),
      await keyOf({ ...token, baseUrl: "http://localhost:1" }),
      await keyOf({ credentials: { refreshToken: "fake-1", clientId: "c" } }),
      await keyOf({}, { SIGNING_TOKEN: "fake-3" }),
      await keyOf({}, { SIGNING_TOKEN: "fake-4" }),
      await keyOf({ provider: "keyed", credentials: { apiKey: "fake-1" } }),
      await keyOf({ provider: "keyed" }),
    ];
    expect(new Set(keys).size).toBe(keys.length);
    expect(await keyOf({ ...token, label: "Other", tags: ["x"], interval: 1 })).toBe(keys[0]);
    for (const key of keys) expect(key).toMatch(/^[0-9a-f]{64}$/);
  });

  it("changes when the file does, appears or goes", async () => {
    const none = await keyOf({});
    const file = await put(".signing/auth.json", { token: "fake-1" });
    const first = await keyOf({});
    expect(await keyOf({})).toBe(first);
    await utimes(file, 1, 1);
    const second = await keyOf({});
    await writeFile(file, JSON.stringify({ token: "fake-22" }));
    await utimes(file, 1, 1);
    const third = await keyOf({});
    await rm(file);
    expect(new Set([none, first, second, third]).size).toBe(4);
    expect(await keyOf({})).toBe(none);
  });
});
