import { describe, expect, it } from "vitest";
import { load, problemsOf } from "./harness.ts";

/** The problems without their places in the file. */
async function saidOf(content: string) {
  return (await problemsOf(content)).map((problem) => problem.replace(/^\S+ /, ""));
}

const families = "`quota.*`, `account.*`, `source.*`, `overage.*`, `budget.*`, `cost.*`, `route.*`";

describe("the events of a rule", () => {
  it("are patterns, one or several", async () => {
    const { config } = await load(
      "alerts: [{ events: 'quota.*', channels: terminal }, { events: [budget.exceeded, '*'], channels: terminal }]",
    );
    expect(config?.alerts.map(({ events }) => events)).toEqual([["quota.*"], ["budget.exceeded", "*"]]);
    expect((await load("alerts: [{ channels: terminal }]")).config?.alerts[0]).not.toHaveProperty("events");
  });

  it.each([
    ["[quota.lo]", "alerts[0].events[0]: no event is called `quota.lo`; did you mean `quota.low`?"],
    ["[cost.spike, qouta.*]", "alerts[0].events[1]: no event is called `qouta.*`; did you mean `quota.*`?"],
    ["weather", `alerts[0].events: no event is called \`weather\`; known here: ${families}`],
    ["[]", "alerts[0].events: must have at least one item"],
    ["[5]", "alerts[0].events[0]: must be text; put it in quotes"],
  ])("cannot be %s", async (events, problem) => {
    expect(await saidOf(`alerts: [{ events: ${events}, channels: terminal }]`)).toEqual([problem]);
  });
});

describe("a named channel that asks for events", () => {
  it("gets them of all accounts, with the usual thresholds and what comes back", async () => {
    const { config } = await load(`
alerts: [{ accounts: glm-*, channels: terminal }]
channels:
  ops: { webhook: "https://a.test/x", events: [quota.*, budget.exceeded] }
  boss: { email: boss@a.test, events: "*" }
  calm: { webhook: "https://a.test/y" }
email: { url: smtps://mail.a.test, from: bot@a.test }`);
    const usual = { accounts: ["*"], at: [80, 90, 100], resets: true, hook: true };
    expect(config?.alerts).toEqual([
      { accounts: ["glm-*"], at: [80, 90, 100], resets: false, channels: ["terminal"] },
      { ...usual, channels: ["webhook:ops"], events: ["quota.*", "budget.exceeded"] },
      { ...usual, channels: ["email:boss"], events: ["*"] },
    ]);
    expect(config?.channels.ops).toEqual({
      webhook: "https://a.test/x",
      events: ["quota.*", "budget.exceeded"],
    });
  });

  it("cannot ask for events that there are none of", async () => {
    expect(await saidOf("channels: { a: { webhook: 'https://a.test', events: [quota.rest] } }")).toEqual([
      "channels.a.events[0]: no event is called `quota.rest`; did you mean `quota.reset`?",
    ]);
  });
});

describe("quiet hours", () => {
  const night = "from: '22:00', to: '07:00'";

  it("may be one or several, each for all channels or some", async () => {
    const { config, problems } = await load(`
timezone: Asia/Tokyo
slack: { token: a, appToken: b }
quietHours:
  - { ${night}, except: [], channels: "slack:#x" }
  - { ${night}, zone: Europe/Berlin, except: [exhausted, "account.*", cost.spike], channels: [terminal] }
  - { ${night} }`);
    expect(problems).toEqual([]);
    const hours = { from: "22:00", to: "07:00" };
    expect(config?.quietHours).toEqual([
      { ...hours, zone: "Asia/Tokyo", except: [], channels: ["slack:#x"] },
      {
        ...hours,
        zone: "Europe/Berlin",
        except: ["quota.exhausted", "account.*", "cost.spike"],
        channels: ["terminal"],
      },
      { ...hours, zone: "Asia/Tokyo", except: ["quota.exhausted", "budget.exceeded"] },
    ]);
    expect((await load("quietHours: []")).config?.quietHours).toEqual([]);
  });

  it.each([
    ["5", "quietHours: must be a map of keys and values"],
    ["{ from: '22:00' }", "quietHours.to: missing"],
    ["[{ from: '22:00' }]", "quietHours[0].to: missing"],
    [`[{ ${night} }, { ${night}, zne: UTC }]`, "quietHours[1].zne: unknown key; did you mean `zone`?"],
    [`{ ${night}, except: exhausted }`, "quietHours.except: must be a list, with each item after a `- `"],
    [
      `{ ${night}, except: [exhausted, exhasted] }`,
      "quietHours.except[1]: no event is called `exhasted`; did you mean `exhausted`?",
    ],
    [
      `[{ ${night}, except: [everything] }]`,
      `quietHours[0].except[0]: no event is called \`everything\`; known here: \`exhausted\`, \`budget-exceeded\`, ${families}`,
    ],
    [
      `{ ${night}, channels: [webhook:ops] }`,
      "quietHours.channels[0]: no webhook is called `ops` under `channels`",
    ],
    [`[{ ${night}, channels: [] }]`, "quietHours[0].channels: must have at least one item"],
    ["{ from: '07:00', to: '07:00' }", "quietHours.to: is the same as `from`: it would be quiet for good"],
  ])("cannot be %s", async (hours, problem) => {
    expect(await saidOf(`quietHours: ${hours}`)).toEqual([problem]);
  });
});

describe("posts in an hour", () => {
  it("may be from 1 to 1000", async () => {
    expect((await load("postsPerHour: 1000")).config?.postsPerHour).toBe(1000);
    expect(await saidOf("postsPerHour: 0")).toEqual(["postsPerHour: must be at least 1"]);
    expect(await saidOf("postsPerHour: 1001")).toEqual(["postsPerHour: must be at most 1000"]);
    expect(await saidOf("postsPerHour: 1.5")).toEqual(["postsPerHour: must be a whole number"]);
  });
});

describe("the mail server", () => {
  it.each([
    "smtp://localhost",
    "smtp://[::1]:2525/",
    "smtps://user:p%40ss@mail.a.test:465",
    "smtp://mail.a.test?requireTLS=false",
    "smtp://mail.a.test:25?ignoreTLS=true&requireTLS=false",
  ])("may be %s", async (url) => {
    expect(await saidOf(`email: { url: "${url}", from: bot@a.test }`)).toEqual([]);
  });

  const hint =
    "must be an address such as smtps://user:password@mail.example.org, with the marks in a password written as `%40` and the like";
  it.each([
    ["smtp://bot:hu#sh@mail.a.test", hint],
    ["smtp://bot:hush@mail.a.test/path", hint],
    ["smtp:///", hint],
    [
      "smtp://a.test?tls.rejectUnauthorized=false",
      "after the `?` only `requireTLS` and `ignoreTLS` are known, each `true` or `false`",
    ],
    [
      "smtp://a.test?requireTLS=no",
      "after the `?` only `requireTLS` and `ignoreTLS` are known, each `true` or `false`",
    ],
    [
      "smtps://a.test?requireTLS=false",
      "is always protected with `smtps://`: leave `requireTLS` and `ignoreTLS` out",
    ],
    [
      "smtp://a.test?requireTLS=true&ignoreTLS=true",
      "`requireTLS=true` and `ignoreTLS=true` contradict each other",
    ],
  ])("cannot be %s", async (url, problem) => {
    expect(await saidOf(`email: { url: "${url}", from: bot@a.test }`)).toEqual([`email.url: ${problem}`]);
  });
});

describe("the address of a webhook", () => {
  it("is a secret, and so is what looks like a token in it", async () => {
    const { config } = await load(
      "channels: { ops: { webhook: 'https://u:hush-pass@a.test/services/T00/abcdefghijklmnop?key=0123456789abcdef', secret: signing } }",
    );
    expect(config?.secrets).toEqual(
      expect.arrayContaining(["hush-pass", "abcdefghijklmnop", "0123456789abcdef", "signing"]),
    );
    expect(config?.secrets).not.toContain("services");
  });
});
