import { describe, expect, it } from "vitest";
import { load, problemsOf } from "./harness.ts";

/** The problems without the name of the file. */
async function said(content: string, environment: Record<string, string> = {}) {
  return (await problemsOf(content, { environment })).map((problem) => problem.replace("quotabot.yml:", ""));
}

describe("an unknown key", () => {
  it.each([
    ["acounts: []", "1:1 acounts: unknown key; did you mean `accounts`?"],
    ["data_dir: x", "1:1 data_dir: unknown key; did you mean `dataDir`?"],
    ["http:\n  hots: x", "2:3 http.hots: unknown key; did you mean `host`?"],
    ["accounts:\n  - provder: x", "2:5 accounts[0].provder: unknown key; did you mean `provider`?"],
    ["email: { server: x }", "1:10 email.server: unknown key; known here: `url`, `from`"],
    ["email: { url: , frm: }", "1:17 email.frm: unknown key; did you mean `from`?"],
  ])("is told with the nearest one: %j", async (content, problem) => {
    expect(await said(content)).toContain(problem);
  });

  it("is told for every map of the file at once, in the order of the file", async () => {
    const problems = await said(`
timezon: UTC
storage: { drver: lowdb }
retention: { record: 1d }
privacy: { usrs: keep }
accounts: [{ window: [] , windows: [{ resets: { dy: 1 } }] }]
prices: [{ modl: x }]
budgets: [{ perod: day }]
alerts: [{ acounts: x }]
quietHours: { form: x }
anomaly: { facto: 2 }
digest: [{ day: daily }]
channels: { ops: { webhok: x } }
slack: { tokn: x }
discord: { giuld: x }
admins: { slak: [] }
http: { keys: [{ nme: x }] }
agents: { allocationTTL: 1h }`);
    const hints = problems.filter((problem) => problem.includes("unknown key"));
    expect(hints.map((hint) => hint.replace(/^(\d+):\d+ .*did you mean `(.*)`\?$/, "$1 $2"))).toEqual([
      "2 timezone",
      "3 driver",
      "4 records",
      "5 users",
      "6 windows",
      "6 day",
      "7 model",
      "8 period",
      "9 accounts",
      "10 from",
      "11 factor",
      "12 days",
      "13 webhook",
      "14 token",
      "15 guild",
      "16 slack",
      "17 name",
      "18 allocationTtl",
    ]);
  });
});

describe("a value of the wrong kind", () => {
  it.each([
    ["accounts: {}", "accounts: must be a list, with each item after a `- `"],
    ["accounts: [x]", "accounts[0]: must be a map of keys and values"],
    ["accounts: [null]", "accounts[0]: missing"],
    ["dataDir: quotabot.yml", "dataDir: is a file; name a folder, which is made when missing"],
    ["dataDir: 5", "dataDir: must be text; put it in quotes"],
    ["dataDir: [x]", "dataDir: must be text"],
    ["dataDir: '  '", "dataDir: must not be empty"],
    ["timezone: ''", "timezone: must not be empty"],
    ["dataDir: { length: { toString: }}", "dataDir: must be text"],
    ["combos: { a: { length: { toString: }}}", "combos.a: must be a list, with each item after a `- `"],
    ["timezone: Mars/Base", "timezone: must be the name of a time zone such as Europe/Berlin"],
    ["timezone: +05:30", "timezone: must be the name of a time zone such as Europe/Berlin"],
    ["storage: { driver: mysql }", "storage.driver: must be `lowdb` or `postgres`"],
    [
      "storage: { driver: lowdb, url: postgres://u:hush@h }",
      "storage.url: only goes together with `driver: postgres`",
    ],
    ["storage: { driver: postgres }", "storage.url: missing"],
    [
      "storage: { driver: postgres, url: mysql://u:hush@h }",
      "storage.url: must be an address that begins with postgres:// or postgresql://",
    ],
    ["privacy: { users: no }", "privacy.users: must be `keep`, `hash` or `drop`"],
    ["http: { port: 70000 }", "http.port: must be at most 65535"],
    ["http: { port: 80.5 }", "http.port: must be a whole number"],
    ["http: { port: eighty }", "http.port: must be a number"],
    ["http: { keys: [{ name: a, key: b, scopes: [] }] }", "http.keys[0].scopes: must have at least one item"],
    ["budgets: [{ id: a, period: day, usd: 0 }]", "budgets[0].usd: must be more than 0"],
    ["budgets: [{ id: a, period: day, usd: .inf }]", "budgets[0].usd: must be a number"],
    ["anomaly: { minimumDays: 0 }", "anomaly.minimumDays: must be at least 1"],
    ["prices: [{ provider: openly }]", "prices[0]: needs a price: `input`, `output`, `perMinute`, ..."],
    ["billing: { a: never }", "billing.a: must be `subscription`, `paid`, `free` or `prepaid`"],
    [
      "quietHours: { from: '22:00', to: '24:00' }",
      "quietHours.to: must be a time of day such as 09:00, in quotes",
    ],
    [
      "quietHours: { from: 22, to: '07:00' }",
      "quietHours.from: must be a time of day such as 09:00, in quotes",
    ],
    [
      "digest: [{ at: '09:00', days: mon-fry, channels: [terminal] }]",
      "digest[0].days: must be days such as mon-fri or sat,sun",
    ],
    ["admins: { slack: ['@lan'] }", "admins.slack[0]: must be the id of a person, such as U012ABCDEF"],
    ["admins: { discord: [1234] }", "admins.discord[0]: must be the digits of a Discord id, in quotes"],
    [
      "discord: { token: x, guild: 123456789012345678 }",
      "discord.guild: must be the digits of a Discord id, in quotes",
    ],
    [
      "email: { url: 'http://x', from: a@b }",
      "email.url: must be an address that begins with smtp:// or smtps://",
    ],
    [
      "combos: { Über: [a] }",
      "combos[?]: must be 1 to 64 lower-case letters, digits, `.`, `_` and `-`, and begin with a letter or digit",
    ],
  ])("is told by its path: %s", async (content, problem) => {
    expect(await said(content)).toEqual([expect.stringMatching(/^1:\d+ /)]);
    expect((await said(content))[0]?.replace(/^\S+ /, "")).toBe(problem);
  });
});

describe("a duration", () => {
  const of = async (written: string) =>
    (await load(`retention: { records: ${written} }`)).config?.retention.records;

  it.each([
    ["90s", 90],
    ["15m", 900],
    ["5h", 18_000],
    ["35d", 3_024_000],
    ["2h30m", 9_000],
    ["1d 2h 3m 4s", 93_784],
  ])("%s is so many seconds", async (written, seconds) => {
    expect(await of(written)).toBe(seconds * 1000);
  });

  it.each(["35", "''", "0s", "5 hours", "m5", "30m2h", "-5m", "1.5h", "[5m]"])(
    "%s is none",
    async (written) => {
      expect(await said(`retention: { records: ${written} }`)).toEqual([
        "1:14 retention.records: must be a duration such as 90s, 15m, 2h30m or 35d",
      ]);
    },
  );
});

describe("a duration of more than ten years", () => {
  it("is refused with the longest that there is", async () => {
    expect((await load("retention: { records: 3650d }")).problems).toEqual([]);
    for (const written of ["3651d", "99999d"])
      expect(await said(`retention: { records: ${written} }`)).toEqual([
        "1:14 retention.records: must be at most 3650d",
      ]);
  });
});

describe("what is resolved", () => {
  it.each([
    ["daily", "mon tue wed thu fri sat sun"],
    ["sat,sun", "sat sun"],
    ["Fri-Mon", "mon fri sat sun"],
    ["wed", "wed"],
    ["[tue, mon]", "mon tue"],
  ])("days: %s", async (written, days) => {
    const { config } = await load(
      `digest: [{ at: "09:00", days: "${written}", channels: terminal }]`.replace(/"\[|\]"/g, (m) =>
        m.replaceAll('"', ""),
      ),
    );
    expect(config?.digest[0]?.days.join(" ")).toBe(days);
    expect(config?.digest[0]?.channels).toEqual(["terminal"]);
  });

  it("thresholds ascend, each once, with the usual ones as default", async () => {
    const { config } = await load(
      "alerts: [{ channels: [terminal], at: [100, 50, 50] }, { channels: [terminal] }]",
    );
    expect(config?.alerts).toEqual([
      { accounts: ["*"], at: [50, 100], resets: false, channels: ["terminal"] },
      { accounts: ["*"], at: [80, 90, 100], resets: false, channels: ["terminal"] },
    ]);
  });

  it("a database is named by its address", async () => {
    const url = "postgres://quotabot:p#w@db/quota";
    const { config } = await load(`storage: { driver: postgres, url: "${url}" }`);
    expect(config?.storage).toEqual({ driver: "postgres", url });
  });

  it("Slack's address ends with a slash", async () => {
    const { config } = await load(
      "slack: { token: a, signingSecret: b, port: 3000, apiUrl: 'http://127.0.0.1:1/api' }",
    );
    expect(config?.slack).toEqual({
      token: "a",
      signingSecret: "b",
      port: 3000,
      apiUrl: "http://127.0.0.1:1/api/",
    });
  });

  it("paths begin in the configuration's folder or in the home folder", async () => {
    const home = await load("dataDir: ~/quota");
    expect(home.config?.dataDir).toBe(`${home.folder}/home/quota`);
    expect((await load("dataDir: /var/lib/quotabot")).config?.dataDir).toBe("/var/lib/quotabot");
  });
});
