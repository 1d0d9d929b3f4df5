import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { resolve } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { parse } from "yaml";
import { examineSlack, scopesNeeded, scopesOptional, scopesUseful } from "../../src/slack/doctor.ts";
import { createKeptLog } from "../fakes/core.ts";

const everything = [...Object.keys(scopesNeeded), ...Object.keys(scopesUseful), ...scopesOptional];

type Reply = Record<string, unknown>;

/** A Web API with one team; `replies` by method stand in for the usual ones. */
async function setUp(
  options: {
    scopes?: readonly string[];
    token?: string;
    appToken?: string;
    channels?: readonly string[];
    replies?: Record<string, Reply | ((body: URLSearchParams) => Reply)>;
  } = {},
) {
  const { scopes = everything, replies = {} } = options;
  const asked: string[] = [];
  const usual: typeof replies = {
    "auth.test": { ok: true, team: "Acme", user: "quotabot" },
    "apps.connections.open": { ok: true, url: "wss://127.0.0.1/none" },
    "users.conversations": (body) =>
      String(body.get("types")).includes("private") && !scopes.includes("groups:read")
        ? { ok: false, error: "missing_scope" }
        : body.get("cursor") === "2"
          ? { ok: true, channels: [{ id: "C02", name: "ai-quota" }] }
          : {
              ok: true,
              channels: [{ id: "C01", name: "general" }],
              response_metadata: { next_cursor: "2" },
            },
    "conversations.info": (body) =>
      body.get("channel") === "COLD"
        ? { ok: true, channel: { id: "COLD", is_archived: true } }
        : { ok: false, error: "channel_not_found" },
  };
  const server = createServer((request, response) => {
    let text = "";
    request.on("data", (chunk) => (text += String(chunk)));
    request.on("end", () => {
      const method = String(request.url).replace("/api/", "");
      asked.push(method);
      const token = String(request.headers.authorization).replace("Bearer ", "");
      const known = token === (method === "apps.connections.open" ? "xapp-good" : "xoxb-good");
      const reply = replies[method] ?? usual[method] ?? { ok: false, error: "unknown_method" };
      const body = typeof reply === "function" ? reply(new URLSearchParams(text)) : reply;
      response.setHeader("content-type", "application/json");
      response.setHeader("x-oauth-scopes", scopes.join(","));
      response.end(JSON.stringify(known ? body : { ok: false, error: "invalid_auth" }));
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const findings = await examineSlack({
    config: {
      ...{ token: options.token ?? "xoxb-good", appToken: options.appToken ?? "xapp-good" },
      apiUrl: `http://127.0.0.1:${port}/api`,
    },
    channels: options.channels ?? [],
    log: createKeptLog(),
    timeout: 3_000,
  });
  return { findings, asked, port };
}

describe("the doctor at Slack", () => {
  it("finds all well, and posts nothing", async () => {
    const { findings, asked } = await setUp({
      channels: ["slack:#ai-quota", "slack:C01", "slack:U01", "discord:1"],
    });
    expect(findings.map(({ name, level, message }) => `${level} ${name}: ${message}`)).toEqual([
      "ok Slack: @quotabot is known to Acme, with the scopes it needs",
      "ok slack:#ai-quota: the bot is in it",
      "ok slack:C01: the bot is in it",
      "ok Slack app token: opens Socket Mode connections",
    ]);
    expect(asked.filter((method) => /post|update|upload|open$/.test(method))).toEqual([
      "apps.connections.open",
    ]);
  });

  it("says which token Slack does not accept, where to get one, and never the token", async () => {
    const { findings } = await setUp({ token: "xapp-swapped", appToken: "xoxb-swapped" });
    expect(findings.map(({ level, name }) => [level, name])).toEqual([
      ["problem", "Slack"],
      ["problem", "Slack app token"],
    ]);
    expect(findings[0]?.message).toBe(
      "Slack does not accept slack.token (invalid_auth), which should begin with xoxb-",
    );
    expect(findings[1]?.todo).toContain("connections:write");
    expect(JSON.stringify(findings)).not.toContain("swapped");
  });

  it("tells what it cannot do without a scope", async () => {
    const { findings } = await setUp({ scopes: ["chat:write", ...scopesOptional] });
    expect(findings.slice(0, 2).map(({ level, message }) => `${level} ${message}`)).toEqual([
      "problem the bot lacks the scope commands (to answer /quota)",
      expect.stringMatching(
        /^warning the bot lacks the scopes app_mentions:read .*files:write .* and im:write/,
      ),
    ]);
  });

  it("knows an app token that lacks its scope from one that could not be tried", async () => {
    const of = async (reply: Reply) =>
      (await setUp({ replies: { "apps.connections.open": reply } })).findings.at(-1);
    expect(await of({ ok: false, error: "missing_scope" })).toMatchObject({ level: "problem" });
    expect(await of({ ok: false, error: "ratelimited" })).toMatchObject({ level: "warning" });
  });

  it("says of channels that the bot is not in what will happen there, and what to do", async () => {
    const channels = ["slack:#elsewhere", "slack:CNONE", "slack:COLD"];
    const { findings } = await setUp({ channels });
    expect(findings.slice(1, 4).map(({ level, message }) => `${level} ${message}`)).toEqual([
      "warning the bot is not in it: it can post there if it is public, and repeats no post whose answer was lost",
      "problem there is no such channel, or it is private and the bot is not in it",
      "problem it is archived",
    ]);
    const scopes = everything.filter((scope) => scope !== "chat:write.public");
    const shut = await setUp({ channels: channels.slice(0, 1), scopes });
    expect(shut.findings).toContainEqual(
      expect.objectContaining({ name: "slack:#elsewhere", level: "problem" }),
    );
    const blind = everything.filter((scope) => scope !== "groups:read");
    expect((await setUp({ channels: channels.slice(0, 1), scopes: blind })).findings).toContainEqual(
      expect.objectContaining({
        message: "whether the bot is in it cannot be told (without the scope groups:read)",
      }),
    );
  });

  it("says so when Slack cannot be reached", async () => {
    const findings = await examineSlack({
      config: { token: "xoxb-good", appToken: "xapp-good", apiUrl: "http://127.0.0.1:1/api" },
      ...{ channels: ["slack:#ai"], log: createKeptLog(), timeout: 1_000 },
    });
    expect(findings.map(({ level }) => level)).toEqual(["problem", "problem"]);
    expect(findings[0]?.message).toContain("cannot be reached");
  });

  it("asks for the scopes that the manifest grants, no more and no less", () => {
    const manifest = parse(readFileSync(resolve(import.meta.dirname, "../../manifest.yml"), "utf8"));
    const { bot, bot_optional } = manifest.oauth_config.scopes;
    expect([...everything].sort()).toEqual([...bot].sort());
    expect([...scopesOptional].sort()).toEqual([...bot_optional].sort());
  });
});
