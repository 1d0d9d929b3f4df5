import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { PermissionFlagsBits } from "discord.js";
import { describe, expect, it, onTestFinished } from "vitest";
import { examineDiscord } from "../../src/discord/doctor.ts";
import { lackingOf, permissionsIn } from "../../src/discord/permissions.ts";

const { ViewChannel, SendMessages, SendMessagesInThreads, AttachFiles, ReadMessageHistory, Administrator } =
  PermissionFlagsBits;
const bot = "100";
const guild = "111111111111111111";
const text = "222222222222222222";
const thread = "333333333333333333";
const bits = (...all: bigint[]) => String(all.reduce((sum, bit) => sum | bit, 0n));
const all = bits(ViewChannel, SendMessages, AttachFiles, ReadMessageHistory);

/** Discord's REST API with one server, one channel and a thread in it; `changes` by path replace what is answered. */
async function setUp(
  options: {
    token?: string;
    channels?: readonly string[];
    guild?: string;
    changes?: Record<string, object>;
  } = {},
) {
  const asked: string[] = [];
  const things: Record<string, object> = {
    "/applications/@me": { id: bot, name: "quotabot", bot_public: false, bot: { id: bot } },
    [`/guilds/${guild}`]: {
      id: guild,
      name: "Team",
      owner_id: "5",
      roles: [{ id: guild, permissions: all }],
    },
    [`/guilds/${guild}/members/${bot}`]: { roles: ["7"] },
    [`/channels/${text}`]: { id: text, guild_id: guild, permission_overwrites: [] },
    [`/channels/${thread}`]: { id: thread, guild_id: guild, parent_id: text, thread_metadata: {} },
    ...options.changes,
  };
  const server = createServer((request, response) => {
    const path = String(request.url).replace("/api/v10", "");
    asked.push(`${request.method} ${path}`);
    response.setHeader("content-type", "application/json");
    const [status, body] =
      request.headers.authorization !== "Bot good-token"
        ? [401, { message: "401: Unauthorized", code: 0 }]
        : things[path] === undefined
          ? [404, { message: "Unknown", code: path.startsWith("/channels") ? 10003 : 10004 }]
          : [200, things[path]];
    response.writeHead(status).end(JSON.stringify(body));
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const findings = await examineDiscord({
    config: {
      ...{ token: options.token ?? "good-token", guild: options.guild ?? guild },
      apiUrl: `http://127.0.0.1:${port}/api`,
    },
    ...{ channels: options.channels ?? [], timeout: 3_000 },
  });
  return {
    asked,
    lines: findings.map(({ level, name, message }) => `${level} ${name}: ${message}`),
    findings,
  };
}

describe("the doctor at Discord", () => {
  it("finds all well, and only reads", async () => {
    const { lines, asked } = await setUp({ channels: [`discord:${text}`, "discord:@5", "slack:#ai"] });
    expect(lines).toEqual([
      "ok Discord: the token is that of quotabot; no privileged intent is needed",
      "ok Discord: the bot is on the server Team",
      `ok discord:${text}: the bot may post there`,
    ]);
    expect(asked.every((line) => line.startsWith("GET "))).toBe(true);
  });

  it.each(["wrong-token", "not a\ntoken"])(
    "says that a token is not accepted, not which: %j",
    async (token) => {
      const { lines, findings } = await setUp({ token });
      expect(lines).toEqual(["problem Discord: Discord does not accept discord.token"]);
      expect(JSON.stringify(findings)).not.toContain(token);
    },
  );

  it("tells how to invite the bot to a server that it is not on, with the least permissions", async () => {
    const { findings } = await setUp({ guild: "999999999999999999" });
    expect(findings[1]).toMatchObject({
      level: "problem",
      message: expect.stringContaining("is not on the server"),
    });
    const permissions = bits(ViewChannel, SendMessages, AttachFiles, ReadMessageHistory);
    expect(findings[1]?.todo).toContain(
      `client_id=100&scope=bot+applications.commands&permissions=${permissions}`,
    );
  });

  it("warns of a bot that anybody can invite", async () => {
    const changes = { "/applications/@me": { id: bot, name: "quotabot", bot_public: true } };
    expect((await setUp({ changes })).findings[0]).toMatchObject({ level: "warning" });
  });

  it("tells what the bot lacks in a channel, a thread, and one that is gone", async () => {
    const deny = { id: guild, type: 0, allow: "0", deny: bits(SendMessages, AttachFiles) };
    const changes = { [`/channels/${text}`]: { id: text, guild_id: guild, permission_overwrites: [deny] } };
    const channels = [`discord:${text}`, `discord:${thread}`, "discord:444444444444444444"];
    const { lines, findings } = await setUp({ channels, changes });
    expect(lines.slice(2)).toEqual([
      `problem discord:${text}: the bot lacks Send Messages there`,
      `problem discord:${thread}: the bot lacks Send Messages in Threads there`,
      "problem discord:444444444444444444: there is no such channel, or it has been deleted",
    ]);
    expect(findings[2]?.todo).toContain("Send Messages and Attach Files");
  });
});

describe("permissions in a channel", () => {
  const facts = (overwrites: object[], rest: { owner?: string; role?: string } = {}) => ({
    guild: {
      ...{ id: "g", owner_id: rest.owner ?? "5" },
      roles: [
        { id: "g", permissions: bits(ViewChannel) },
        { id: "r", permissions: rest.role ?? bits(SendMessages) },
        { id: "other", permissions: bits(AttachFiles) },
      ],
    },
    member: { id: bot, roles: ["r"] },
    channel: { permission_overwrites: overwrites } as never,
  });
  const deny = (id: string, type: number, bit: bigint) => ({ id, type, allow: "0", deny: String(bit) });
  const allow = (id: string, type: number, bit: bigint) => ({ id, type, allow: String(bit), deny: "0" });

  it("are those of everybody and of the bot's own roles", () => {
    expect(permissionsIn(facts([]))).toBe(ViewChannel | SendMessages);
  });

  it("are changed for everybody first, then for roles, then for the bot", () => {
    const everybody = deny("g", 0, SendMessages);
    expect(permissionsIn(facts([everybody]))).toBe(ViewChannel);
    expect(permissionsIn(facts([allow("r", 0, SendMessages), everybody]))).toBe(ViewChannel | SendMessages);
    const self = deny(bot, 1, SendMessages);
    expect(permissionsIn(facts([allow("r", 0, SendMessages), everybody, self]))).toBe(ViewChannel);
    expect(permissionsIn(facts([deny("other", 0, SendMessages)]))).toBe(ViewChannel | SendMessages);
  });

  it("are all there for administrators and the owner, whatever the channel says", () => {
    for (const rest of [{ role: bits(Administrator) }, { owner: bot }]) {
      const found = permissionsIn(facts([deny("g", 0, ViewChannel)], rest));
      expect(lackingOf(found, { thread: false })).toEqual({ needed: [], useful: [] });
    }
  });

  it("of threads are their own", () => {
    const found = ViewChannel | SendMessagesInThreads | AttachFiles | ReadMessageHistory;
    expect(lackingOf(found, { thread: true }).needed).toEqual([]);
    expect(lackingOf(found, { thread: false }).needed).toEqual(["Send Messages"]);
  });
});
