import { chmod } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadConfig } from "../src/config.ts";
import { folderWith, load, openly, privately, problemsOf } from "./config/harness.ts";

const hour = 3_600_000;

/** The example of the README, with the accounts it speaks of. */
const example = `
timezone: Asia/Ho_Chi_Minh          # the team's day; default: the system's
dataDir: ./data
storage: { driver: lowdb }          # or { driver: postgres, url: \${DATABASE_URL} }
retention: { records: 35d }
privacy: { users: keep }            # keep | hash | drop, for people named in usage records
accounts:
  - id: claude-lan                  # [a-z0-9][a-z0-9._-]*, unique
    provider: privately
    label: Lan's Max                # optional, shown instead of the id
    acceptUnofficial: true          # needed where the endpoint is not a published API
    credentials: { file: ~/.claude/.credentials.json }   # or { accessToken: ... }, { apiKey: ... }; per provider, see its page
    interval: 15m                   # >= the provider's floor
    baseUrl: http://127.0.0.1:9000  # optional: replaces scheme, host and port of all the provider's hosts (proxy, tenant, test)
    tags: [team-a]
    windows:                        # only where the provider reports no limit: what the team knows or wants
      - { id: daily-tokens, unit: tokens, limit: 15000000, resets: { at: "00:00", zone: UTC } }
      - { id: rolling, unit: tokens, limit: 5000000, rolling: 5h }
      - { id: month, unit: tokens, limit: 10000000, resets: { day: 15 } }
combos:
  premium-coding: [claude-lan/claude-opus-*, glm-main/glm-4.7, free-one]
prices:                             # USD per million tokens, per minute, per request; over the built-in list
  - { provider: gemini, model: "gemini-1.5-flash*", input: 0.075, output: 0.30 }
  - { provider: deepgram, perMinute: 0.0043 }
billing: { claude-lan: subscription, glm-main: paid }   # default by provider: subscription | paid | free | prepaid
budgets:
  - { id: daily, period: day, usd: 5, at: [80, 100], switchTo: free }
  - { id: monthly, period: month, usd: 150, at: [50, 80, 100] }
alerts:
  - { accounts: "*", at: [80, 90, 100], resets: true, channels: [slack:#ai-quota, discord:123456789012345678] }
  - { accounts: glm-*, windows: weekly, at: [50, 80, 100], channels: [webhook:ops] }
quietHours: { from: "22:00", to: "07:00", zone: Europe/Berlin, except: [exhausted, budget-exceeded] }
anomaly: { factor: 2, minimumUsd: 1, minimumDays: 3 }
digest: [{ at: "09:00", days: mon-fri, channels: [slack:#ai-quota] }]
channels:                           # named targets other than Slack and Discord ids
  ops: { webhook: https://example.org/hook, secret: \${HOOK_SECRET} }
  boss: { email: boss@example.org }
email: { url: \${SMTP_URL}, from: quotabot@example.org }
slack:   { token: \${SLACK_BOT_TOKEN}, appToken: \${SLACK_APP_TOKEN} }      # Socket Mode; with signingSecret and port instead: HTTP mode
discord: { token: \${DISCORD_TOKEN}, guild: "123456789012345678" }
# both take apiUrl (Slack: https://slack.com/api/, Discord: https://discord.com/api) for GovSlack, proxies and tests
admins: { slack: [U012ABC], discord: ["1234"], discordRoles: ["5678"] }   # who may change things from chat; empty: nobody
http:
  host: 127.0.0.1
  port: 8787
  keys:
    - { name: grafana, key: \${KEY_READ}, scopes: [read] }
    - { name: claude-code, key: \${KEY_INGEST}, scopes: [ingest] }
    - { name: ops, key: \${KEY_ADMIN}, scopes: [read, ingest, admin] }
agents: { maxConcurrent: { claude: 3 }, maxConcurrentPerAccount: { glm-main: 2 }, lendUnused: true, allocationTtl: 4h }
sharedPools: owner
`;

const environment = {
  HOOK_SECRET: "hook-secret",
  SMTP_URL: "smtps://bot:mail%21pass@mail.example.org",
  SLACK_BOT_TOKEN: "xoxb-bot",
  SLACK_APP_TOKEN: "xapp-app",
  DISCORD_TOKEN: "discord-token",
  KEY_READ: "key-read",
  KEY_INGEST: "key-ingest",
  KEY_ADMIN: "key-admin",
};

describe("a complete configuration", () => {
  it("is read with everything that is in it", async () => {
    const { config, problems, folder } = await load(example, { environment });
    expect(problems).toEqual([]);
    expect(config).toMatchObject({
      file: join(folder, "quotabot.yml"),
      timezone: "Asia/Ho_Chi_Minh",
      dataDir: join(folder, "data"),
      storage: { driver: "lowdb" },
      retention: { records: 35 * 24 * hour },
      privacy: { users: "keep" },
      combos: { "premium-coding": ["claude-lan/claude-opus-*", "glm-main/glm-4.7", "free-one"] },
      prices: [
        { provider: "gemini", model: "gemini-1.5-flash*", input: 0.075, output: 0.3 },
        { provider: "deepgram", perMinute: 0.0043 },
      ],
      billing: { "claude-lan": "subscription", "glm-main": "paid" },
      budgets: [
        { id: "daily", period: "day", usd: 5, at: [80, 100], switchTo: "free" },
        { id: "monthly", period: "month", usd: 150, at: [50, 80, 100] },
      ],
      alerts: [
        {
          accounts: ["*"],
          at: [80, 90, 100],
          resets: true,
          channels: ["slack:#ai-quota", "discord:123456789012345678"],
        },
        {
          accounts: ["glm-*"],
          windows: ["weekly"],
          at: [50, 80, 100],
          resets: false,
          channels: ["webhook:ops"],
        },
      ],
      quietHours: [
        {
          from: "22:00",
          to: "07:00",
          zone: "Europe/Berlin",
          except: ["quota.exhausted", "budget.exceeded"],
        },
      ],
      postsPerHour: 20,
      anomaly: { factor: 2, minimumUsd: 1, minimumDays: 3 },
      digest: [
        {
          at: "09:00",
          days: ["mon", "tue", "wed", "thu", "fri"],
          channels: ["slack:#ai-quota"],
          period: "day",
          skipEmpty: false,
        },
      ],
      channels: {
        ops: { webhook: "https://example.org/hook", secret: "hook-secret" },
        boss: { email: "boss@example.org" },
      },
      email: { url: "smtps://bot:mail%21pass@mail.example.org", from: "quotabot@example.org" },
      slack: { token: "xoxb-bot", appToken: "xapp-app" },
      discord: { token: "discord-token", guild: "123456789012345678" },
      admins: { slack: ["U012ABC"], discord: ["1234"], discordRoles: ["5678"] },
      http: {
        host: "127.0.0.1",
        port: 8787,
        keys: [
          { name: "grafana", key: "key-read", scopes: ["read"] },
          { name: "claude-code", key: "key-ingest", scopes: ["ingest"] },
          { name: "ops", key: "key-admin", scopes: ["read", "ingest", "admin"] },
        ],
      },
      agents: {
        maxConcurrent: { claude: 3 },
        maxConcurrentPerAccount: { "glm-main": 2 },
        lendUnused: true,
        allocationTtl: 4 * hour,
      },
      sharedPools: "owner",
    });
    expect(config?.accounts).toEqual([
      {
        id: "claude-lan",
        provider: "privately",
        acceptUnofficial: true,
        label: "Lan's Max",
        credentials: { file: "~/.claude/.credentials.json" },
        interval: hour / 4,
        baseUrl: "http://127.0.0.1:9000",
        tags: ["team-a"],
        push: false,
        windows: [
          { id: "daily-tokens", unit: "tokens", limit: 15_000_000, resets: { at: "00:00", zone: "UTC" } },
          { id: "rolling", unit: "tokens", limit: 5_000_000, rolling: 5 * hour },
          { id: "month", unit: "tokens", limit: 10_000_000, resets: { day: 15 } },
        ],
      },
    ]);
  });

  it("warns about names that lead nowhere, with their places", async () => {
    const { config } = await load(example, { environment });
    expect(config?.warnings).toEqual([
      "quotabot.yml:21:46 combos.premium-coding[1]: no account is called `glm-main`",
      "quotabot.yml:21:64 combos.premium-coding[2]: no account is called `free-one`",
      "quotabot.yml:23:7 prices[0].provider: no provider is called `gemini`",
      "quotabot.yml:24:7 prices[1].provider: no provider is called `deepgram`",
      "quotabot.yml:25:38 billing.glm-main: no account is called `glm-main`",
      "quotabot.yml:31:7 alerts[1].accounts: no account matches `glm-*`",
      "quotabot.yml:50:28 agents.maxConcurrent.claude: no provider is called `claude`",
      "quotabot.yml:50:68 agents.maxConcurrentPerAccount.glm-main: no account is called `glm-main`",
    ]);
  });

  it("names all its secrets, with the password inside an address", async () => {
    const { config } = await load(example, {
      environment: { ...environment, OPENLY_API_KEY: "from-outside" },
    });
    expect(config?.secrets).toEqual(
      expect.arrayContaining([
        ...Object.values(environment),
        "https://example.org/hook",
        "mail!pass",
        "mail%21pass",
        "from-outside",
      ]),
    );
    expect(config?.secrets).not.toContain("~/.claude/.credentials.json");
  });
});

describe("an empty configuration", () => {
  it.each(["", "# nothing yet\n", "---\n", "accounts:\n", "accounts: []", "{}", "\uFEFF"])(
    "%j has no accounts and every default",
    async (content) => {
      const { config, folder } = await load(content);
      expect(config).toEqual({
        file: join(folder, "quotabot.yml"),
        timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
        dataDir: join(folder, "data"),
        storage: { driver: "lowdb" },
        retention: { records: 35 * 24 * hour },
        privacy: { users: "keep" },
        accounts: [],
        combos: {},
        prices: [],
        billing: {},
        budgets: [],
        alerts: [],
        quietHours: [],
        postsPerHour: 20,
        anomaly: { factor: 2, minimumUsd: 1, minimumDays: 3 },
        digest: [],
        channels: {},
        admins: { slack: [], discord: [], discordRoles: [] },
        agents: {
          maxConcurrent: {},
          maxConcurrentPerAccount: {},
          lendUnused: false,
          allocationTtl: 4 * hour,
        },
        sharedPools: "auto",
        environment: {},
        secrets: [],
        warnings: [],
      });
    },
  );
});

describe("which file is read", () => {
  const options = { environment: {}, home: "/nowhere", providers: [openly, privately] };

  it("is none when none is named and none is there", async () => {
    const cwd = await folderWith({ ".env": "A=1" });
    expect(await loadConfig({ ...options, cwd })).toBeUndefined();
    expect(await loadConfig({ ...options, cwd, environment: { QUOTABOT_CONFIG: "" } })).toBeUndefined();
  });

  it("is quotabot.yml before quotabot.yaml, QUOTABOT_CONFIG before both, and the named one before all", async () => {
    const cwd = await folderWith({ "quotabot.yaml": "{}" });
    expect((await loadConfig({ ...options, cwd }))?.file).toBe(join(cwd, "quotabot.yaml"));
    const both = await folderWith({
      "quotabot.yaml": "{}",
      "quotabot.yml": "{}",
      "a/b.yml": "{}",
      "c.yml": "{}",
    });
    expect((await loadConfig({ ...options, cwd: both }))?.file).toBe(join(both, "quotabot.yml"));
    const byVariable = { ...options, cwd: both, environment: { QUOTABOT_CONFIG: "a/b.yml" } };
    const config = await loadConfig(byVariable);
    expect(config).toMatchObject({ file: join(both, "a/b.yml"), dataDir: join(both, "a/data") });
    expect((await loadConfig({ ...byVariable, path: join(both, "c.yml") }))?.file).toBe(join(both, "c.yml"));
    expect((await loadConfig({ ...options, cwd: "/", home: both, path: "~/c.yml" }))?.file).toBe(
      join(both, "c.yml"),
    );
  });

  it.each([
    ["missing.yml", "missing.yml: no such file"],
    ["quotabot.yml/missing.yml", "quotabot.yml/missing.yml: no such file"],
    ["folder", "folder: this is a folder, not a file"],
    ["binary", "binary: this file is not text"],
    ["latin1", "latin1: this file is not text in UTF-8"],
    ["huge", "huge: this file is larger than 1 MiB"],
  ])("must be one that can be read: %s", async (path, problem) => {
    const files = {
      "folder/x": "",
      binary: new Uint8Array([0x61, 0x3a, 0, 0x31]),
      latin1: new Uint8Array([0x61, 0x3a, 0x20, 0xe9]),
      huge: `#${"x".repeat(1024 * 1024)}`,
    };
    expect(await problemsOf("{}", { path, files })).toEqual([problem]);
  });

  it("throws one error that counts the problems", async () => {
    const cwd = await folderWith({ "quotabot.yml": "a: 1\nb: 2" });
    await expect(loadConfig({ ...options, cwd })).rejects.toMatchObject({
      code: "config_invalid",
      message: "quotabot.yml has 2 problems",
    });
    await expect(loadConfig({ ...options, cwd, path: "none" })).rejects.toMatchObject({
      message: "none has 1 problem",
    });
  });

  it("warns when others may read the secrets written in it", async () => {
    const cwd = await folderWith({ "quotabot.yml": "discord: { token: abc }" });
    const file = { ...options, cwd };
    expect((await loadConfig(file))?.warnings).toEqual([]);
    await chmod(join(cwd, "quotabot.yml"), 0o640);
    expect((await loadConfig(file))?.warnings).toEqual([
      "quotabot.yml holds secrets and can be read by other users of this machine: run chmod 600 quotabot.yml",
    ]);
    const referring = await folderWith({ "quotabot.yml": `discord: { token: \${T} }` });
    await chmod(join(referring, "quotabot.yml"), 0o644);
    expect((await loadConfig({ ...options, cwd: referring, environment: { T: "abc" } }))?.warnings).toEqual(
      [],
    );
  });
});
