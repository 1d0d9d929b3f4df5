import { describe, expect, it } from "vitest";
import { load, problemsOf } from "./harness.ts";

async function said(content: string) {
  return (await problemsOf(content)).map((problem) => problem.replace(/^\S+ /, ""));
}

describe("a place to post to", () => {
  const surfaces = `
slack: { token: a, appToken: b }
discord: { token: c }
email: { url: smtp://localhost, from: bot@example.org }
channels: { ops: { webhook: https://example.org/x }, boss: { email: boss@example.org } }
`;

  it.each([
    "slack:#ai-quota",
    "slack:C012ABC",
    "discord:123456789012345678",
    "webhook:ops",
    "email:boss",
    "terminal",
  ])("may be %s", async (target) => {
    const { config } = await load(`${surfaces}alerts: [{ channels: [${target}] }]`);
    expect(config?.alerts[0]?.channels).toEqual([target]);
  });

  it.each([
    ["slack:ai-quota", "must be `slack:#channel` or `slack:` and a channel's id"],
    ["discord:general", "must be `discord:` and the digits of a channel's id"],
    ["webhook:opps", "no webhook is called `opps` under `channels`; did you mean `ops`?"],
    ["webhook:boss", "no webhook is called `boss` under `channels`; known here: `ops`"],
    ["email:constructor", "no email is called `constructor` under `channels`; known here: `boss`"],
    [
      "https://example.org/hook",
      "must be `slack:#channel`, `slack:C0123`, `discord:ID`, `webhook:NAME`, `email:NAME` or `terminal`",
    ],
  ])("cannot be %s", async (target, problem) => {
    expect(await said(`${surfaces}digest: [{ at: "09:00", channels: [terminal, "${target}"] }]`)).toEqual([
      `digest[0].channels[1]: ${problem}`,
    ]);
  });

  it("must be on a surface that is set up", async () => {
    expect(
      await said("alerts: [{ channels: [slack:#x, discord:1, webhook:ops] }, { channels: slack:#y }]"),
    ).toEqual([
      "alerts[0].channels[0]: Slack is not set up here: add `slack`",
      "alerts[0].channels[1]: Discord is not set up here: add `discord`",
      "alerts[0].channels[2]: no webhook is called `ops` under `channels`",
      "alerts[1].channels: Slack is not set up here: add `slack`",
    ]);
  });

  it("written with a space after the colon is told so", async () => {
    expect(await said("alerts:\n  - channels:\n    - slack: #ai-quota\n")).toEqual([
      "alerts[0].channels[0]: must be text, without a space after the colon",
    ]);
  });
});

describe("a named channel", () => {
  it.each([
    ["{}", ["channels.x: needs either `webhook` or `email`"]],
    ["{ webhook: https://a.test, email: a@b }", ["channels.x: needs either `webhook` or `email`"]],
    [
      "{ webhook: ftp://a.test/hush }",
      ["channels.x.webhook: must be an address that begins with https:// or http://"],
    ],
    [
      "{ email: nobody, secret: hush }",
      [
        "channels.x.email: must be an e-mail address",
        "channels.x.email: e-mail is not set up here: add `email` with `url` and `from`",
        "channels.x.secret: only goes together with `webhook`",
      ],
    ],
  ])("cannot be %s", async (channel, problems) => {
    expect(await said(`channels: { x: ${channel} }`)).toEqual(problems);
  });
});

describe("Slack", () => {
  const either = "slack: needs either `appToken`, for Socket Mode, or `signingSecret` and `port`, for HTTP";
  it.each([
    ["{}", ["slack.token: missing", either]],
    ["{ token: a }", [either]],
    ["{ token: a, appToken: b, signingSecret: c, port: 1 }", [either]],
    ["{ token: a, signingSecret: c }", ["slack.port: missing; HTTP needs a port to listen on"]],
    ["{ token: a, appToken: b, port: 1 }", ["slack.port: only goes together with `signingSecret`"]],
  ])("cannot be %s", async (slack, problems) => {
    expect(await said(`slack: ${slack}`)).toEqual(expect.arrayContaining(problems));
    expect(await said(`slack: ${slack}`)).toHaveLength(problems.length);
  });

  it("takes tokens of any shape", async () => {
    const { config } = await load("slack: { token: anything, appToken: goes }");
    expect(config?.slack).toEqual({ token: "anything", appToken: "goes" });
  });
});

describe("combos", () => {
  it("may fall back along each other", async () => {
    const { config, problems } = await load(
      "accounts: [{ id: one, provider: openly }]\ncombos: { a: [one, b], b: [one/model-*, c], c: [one/x/y] }",
    );
    expect(problems).toEqual([]);
    expect(config?.warnings).toEqual([]);
    expect(config?.combos).toEqual({ a: ["one", "b"], b: ["one/model-*", "c"], c: ["one/x/y"] });
  });

  it("cannot go in a circle, and each circle is told once", async () => {
    expect(await said("combos: { start: [a], a: [b], b: [c/x, a], self: [self] }")).toEqual([
      "combos.a: combos go in a circle: a -> b -> a",
      "combos.self: combos go in a circle: self -> self",
    ]);
  });

  it("cannot go on for ever", async () => {
    const lines = Array.from({ length: 500 }, (_, index) => `  c${index}: [c${index + 1}]`);
    const problems = await said(`combos:\n${lines.join("\n")}\n  c500: [x]\n`);
    expect(problems[0]).toBe("combos.c0: leads through more than 20 other combos");
  });

  it("cannot be called like an account", async () => {
    expect(await said("accounts: [{ id: one, provider: openly }]\ncombos: { one: [one] }")).toContain(
      "combos.one: `one` is an account as well: give the combo another name (line 1)",
    );
  });
});

describe("names that must be told apart", () => {
  it("are those of budgets and of keys", async () => {
    const problems = await said(`
budgets: [{ id: a, period: day, usd: 1 }, { id: a, period: week, usd: 2 }]
http: { keys: [{ name: k, key: hush, scopes: [read] }, { name: k, key: hush, scopes: [admin] }] }`);
    expect(problems).toEqual([
      "budgets[1].id: `a` is taken by budgets[0] (line 2)",
      "http.keys[1].name: `k` is taken by http.keys[0] (line 3)",
    ]);
  });
});
