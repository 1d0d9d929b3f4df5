import { describe, expect, it } from "vitest";
import { providers } from "../../src/providers/index.ts";
import { load, problemsOf } from "./harness.ts";

/** The problems of one account with these further fields, without their places in the file. */
async function saidOf(fields: string, environment: Record<string, string> = {}) {
  const problems = await problemsOf(`accounts: [{ id: a, ${fields} }]`, { environment });
  return problems.map((problem) => problem.replace(/^\S+ accounts\[0\]\.?/, ""));
}
const unofficial = "provider: privately, acceptUnofficial: true";

describe("the id of an account", () => {
  it("is told with both lines when two accounts have it", async () => {
    expect(
      await problemsOf(`accounts:
  - id: glm-main
    provider: openly
  - id: other
    provider: openly
  - provider: openly
    id: glm-main
    intervall: 5m
  - { id: glm-main, provider: openly }
`),
    ).toEqual([
      "quotabot.yml:7:5 accounts[2].id: `glm-main` is taken by accounts[0] (line 2)",
      "quotabot.yml:8:5 accounts[2].intervall: unknown key; did you mean `interval`?",
      "quotabot.yml:9:7 accounts[3].id: `glm-main` is taken by accounts[0] (line 2)",
    ]);
  });

  it.each(["Upper", "ü", "-a", "a b", "a/b", "''", ".a"])("cannot be %s", async (id) => {
    expect(await problemsOf(`accounts: [{ id: ${id}, provider: openly }]`)).toEqual([
      "quotabot.yml:1:14 accounts[0].id: must be 1 to 64 lower-case letters, digits, `.`, `_` and `-`, and begin with a letter or digit",
    ]);
  });

  it("is text of at most 64 characters", async () => {
    expect(await problemsOf(`accounts: [{ id: 12, provider: openly }]`)).toEqual([
      "quotabot.yml:1:14 accounts[0].id: must be text; put it in quotes",
    ]);
    expect(await problemsOf(`accounts: [{ id: ${"a".repeat(65)}, provider: openly }]`)).toEqual([
      expect.stringContaining("accounts[0].id: must be 1 to 64 lower-case letters"),
    ]);
    const { config } = await load(
      `accounts: [{ id: 9.a_b-c, provider: openly }, { id: ${"a".repeat(64)}, provider: openly }]`,
    );
    expect(config?.accounts).toHaveLength(2);
  });
});

describe("the provider of an account", () => {
  it("must be a known one", async () => {
    expect(await saidOf("provider: privatly")).toEqual([
      "provider: no provider is called `privatly`; did you mean `privately`?",
    ]);
    expect(await saidOf("provider: claude")).toEqual([
      "provider: no provider is called `claude`; known here: `openly`, `privately`",
    ]);
    expect(await saidOf("label: x")).toEqual(["provider: missing"]);
  });

  it("is not read without consent when it publishes no API, and a warning says why and what to write", async () => {
    for (const refusal of ["", ", acceptUnofficial: false"]) {
      const { config } = await load(`accounts: [{ id: a, provider: privately${refusal} }]`);
      expect(config?.warnings).toEqual([
        expect.stringMatching(
          /accounts\[0\]\.acceptUnofficial: is not read: the vendor of Privately publishes no API .*`acceptUnofficial: true`/,
        ),
      ]);
      expect(config?.accounts[0]?.acceptUnofficial).toBe(false);
    }
    expect(await saidOf("provider: privately, acceptUnofficial: yes")).toEqual([
      "acceptUnofficial: must be true or false",
    ]);
    for (const fine of ["provider: openly", unofficial]) {
      const { config } = await load(`accounts: [{ id: a, ${fine} }]`);
      expect(config?.warnings).toEqual([]);
    }
  });
});

describe("an account that is only pushed", () => {
  it("needs no consent, and takes no credentials, as it is never read", async () => {
    const { config } = await load("accounts: [{ id: a, provider: privately, push: true }]");
    expect(config?.accounts[0]).toMatchObject({ push: true, credentials: undefined });
    expect(
      await saidOf("provider: privately, push: true, credentials: { accessToken: fake-secret }"),
    ).toEqual([
      "credentials: does not go together with `push: true`: such an account is never read by the bot",
    ]);
    expect(await saidOf("provider: privately, push: maybe")).toEqual(["push: must be true or false"]);
  });
});

describe("the interval of an account", () => {
  it("is ten minutes, or the provider's floor where that is longer", async () => {
    const { config } = await load(`accounts: [{ id: a, provider: openly }, { id: b, ${unofficial} }]`);
    expect(config?.accounts.map(({ interval }) => interval / 60_000)).toEqual([10, 15]);
  });

  it("cannot be below the provider's floor", async () => {
    expect(await saidOf(`${unofficial}, interval: 14m59s`)).toEqual([
      "interval: must be at least 15m, the least that Privately allows",
    ]);
    const { config } = await load("accounts: [{ id: a, provider: openly, interval: 60s }]");
    expect(config?.accounts[0]?.interval).toBe(60_000);
  });
});

describe("the baseUrl of an account", () => {
  it.each(["http://127.0.0.1:9000", "https://proxy.example.org/ai/"])("may be %s", async (url) => {
    const { config } = await load(`accounts: [{ id: a, provider: openly, baseUrl: ${url} }]`);
    expect(config?.accounts[0]?.baseUrl).toBe(url);
  });

  it.each([
    "proxy.example.org",
    "ftp://x",
    "file:///etc/passwd",
    "http://",
    "'https://user:hush@x'",
    "'https://x?key=hush'",
    "'https://x#hush'",
    "https:x",
  ])("cannot be %s, and is not repeated", async (url) => {
    expect(await saidOf(`provider: openly, baseUrl: ${url}`)).toEqual([
      "baseUrl: must be an address such as https://proxy.example.org, without user, password, query and fragment",
    ]);
  });
});

describe("the credentials of an account", () => {
  it.each(["{ apiKey: k, teamId: t }", "{ apiKey: k, teamId: t, region: east }", "{ teamId: t }"])(
    "by key may be %s",
    async (credentials) => {
      expect(await saidOf(`provider: openly, credentials: ${credentials}`)).toEqual([]);
    },
  );

  it.each([
    "{ accessToken: x }",
    "{ accessToken: x, project: p }",
    "{ file: x }",
    "{ file: x, project: p }",
    "{ refreshToken: x, clientId: y }",
    "{ refreshToken: x, clientId: y, clientSecret: z }",
    "{ project: p }",
    "{}",
  ])("by sign-in may be %s", async (credentials) => {
    expect(await saidOf(`${unofficial}, credentials: ${credentials}`)).toEqual([]);
  });

  it.each([
    ["openly", "{ apikey: x, teamId: t }", ["credentials.apikey: unknown key; did you mean `apiKey`?"]],
    ["openly", "{ apiKey: x }", ["credentials.teamId: missing"]],
    ["openly", "{ apiKey: , teamId: t }", ["credentials.apiKey: missing"]],
    ["openly", "{ apiKey: '', teamId: t }", ["credentials.apiKey: must not be empty"]],
    ["openly", "{ apiKey: 0123456, teamId: t }", ["credentials.apiKey: must be text; put it in quotes"]],
    ["openly", "{ teamId: t, region: north }", ["credentials.region: must be `east` or `west`"]],
    [
      "openly",
      "{ teamId: t, file: x }",
      ["credentials.file: unknown key; known here: `apiKey`, `teamId`, `region`"],
    ],
    ["openly", "hush", ["credentials: must be a map of keys and values", "credentials.teamId: missing"]],
    [
      "privately",
      "{ accessToken: hush, file: x, refreshToken: hush, clientId: y }",
      ["credentials: keep one of `accessToken`, `file`, `refreshToken`: each is a way in by itself"],
    ],
    [
      "privately",
      "{ refreshToken: hush }",
      ["credentials: `refreshToken` needs the `clientId` that it was issued to"],
    ],
    [
      "privately",
      "{ clientSecret: hush }",
      ["credentials.clientSecret: only goes together with `refreshToken`"],
    ],
    [
      "privately",
      "{ accessToken:hush }",
      ["credentials[?]: unknown key, not shown as it may hold a secret; is a space missing after a colon?"],
    ],
  ])("of %s cannot be %s", async (provider, credentials, problems) => {
    const said = await saidOf(`provider: ${provider}, acceptUnofficial: true, credentials: ${credentials}`);
    expect(said).toEqual(problems);
    expect(said.join()).not.toContain("hush");
  });

  it("find their file from the configuration's folder, or where the home folder or a variable leads", async () => {
    const { config, folder } = await load(
      ["creds.json", "/abs/creds.json", "~/creds.json", "$CODEX_HOME/creds.json"]
        .map((file, index) => `- { id: a${index}, ${unofficial}, credentials: { file: ${file} } }\n`)
        .join("")
        .replace(/^/, "accounts:\n"),
    );
    expect(config?.accounts.map(({ credentials }) => credentials)).toEqual([
      { file: `${folder}/creds.json` },
      { file: "/abs/creds.json" },
      { file: "~/creds.json" },
      { file: "$CODEX_HOME/creds.json" },
    ]);
  });
});

describe("the windows of an account", () => {
  it("each start over in one way and have names of their own", async () => {
    const problems = await problemsOf(`
accounts:
  - id: a
    provider: openly
    windows:
      - { id: x, unit: tokens, limit: 1 }
      - { id: x, unit: tokens, limit: 1, rolling: 5h, resets: { day: 1 } }
      - { id: y, unit: bananas, limit: 0, resets: {} }
      - { id: z, unit: tokens, limit: 1, resets: { day: 32, at: "9:00", zone: Nowhere } }
`);
    expect(problems.map((problem) => problem.replace(/^\S+ accounts\[0\]\.windows/, ""))).toEqual([
      "[0]: needs either `rolling` or `resets`",
      "[1]: needs either `rolling` or `resets`",
      "[1].id: `x` is taken by accounts[0].windows[0] (line 6)",
      "[2].unit: must be `requests`, `tokens`, `credits`, `usd`, `cny`, `minutes` or `hours`",
      "[2].limit: must be more than 0",
      "[2].resets: needs `at`, a time of day, or `day`, a day of the month",
      "[3].resets.day: must be at most 31",
      "[3].resets.at: must be a time of day such as 09:00, in quotes",
      "[3].resets.zone: must be the name of a time zone such as Europe/Berlin",
    ]);
  });
});

describe("every provider there is", () => {
  it.each(providers.map((provider) => [provider.id, provider] as const))(
    "%s can be configured by its id alone",
    async (id) => {
      const { problems } = await load(`accounts: [{ id: a, provider: ${id}, acceptUnofficial: true }]`, {
        providers,
      });
      expect(problems).toEqual([]);
    },
  );
});
