import { describe, expect, it } from "vitest";
import { titled } from "../fakes/slack/stubs.ts";
import { answering, setUp, sleep, until } from "./setup.ts";

const quota = answering(titled("Quota"));

describe("the connection to Slack", () => {
  it("comes back by itself when the socket is cut, and says so while it is down", async () => {
    const { fake, slack, escaped } = await setUp({ answer: quota });
    expect(slack.health().state).toBe("connected");
    await fake.vanish();
    await until(() => slack.health().state === "down", "health tells the truth");
    await sleep(300);
    await fake.comeBack();
    await until(() => slack.health().state === "connected", "connected again");
    expect((await fake.slash("")).ack).toBeDefined();
    expect(fake.shown).toHaveLength(1);
    expect(escaped).toEqual([]);
  });

  it("changes sockets without a gap when Slack asks for it", async () => {
    const { fake, slack } = await setUp({ answer: quota, timings: { stable: 0 } });
    for (const reason of ["warning", "refresh_requested"] as const) {
      const { ever } = fake.sockets();
      fake.disconnect(reason);
      expect((await fake.slash("")).after).toBeLessThan(1_500);
      await until(() => fake.sockets().ever === ever + 1, "a new socket is open");
      await until(() => fake.sockets().open === 1, "the old one is closed");
    }
    expect(fake.shown).toHaveLength(2);
    expect(slack.health().state).toBe("connected");
  });

  it("survives Slack being away when it starts", async () => {
    const { fake, slack, escaped } = await setUp({ answer: quota, absent: true });
    expect(slack.health()).toMatchObject({
      state: "down",
      detail: expect.stringContaining("cannot be reached"),
    });
    await fake.comeBack();
    await until(() => slack.health().state === "connected", "connected");
    await fake.slash("");
    expect(fake.shown).toHaveLength(1);
    expect(escaped).toEqual([]);
  });

  it.each([
    ["HTTP 500", { kind: "status", status: 500 }],
    ["a rate limit", { kind: "status", status: 429, headers: { "retry-after": "0" } }],
    ["a rate limit that names no time", { kind: "status", status: 429 }],
    ["a dropped answer", { kind: "drop" }],
    ["an internal error", { kind: "error", error: "internal_error" }],
  ] as const)("gets over %s while it connects", async (_, fault) => {
    const { fake, slack, escaped } = await setUp({ answer: quota });
    fake.fail("apps.connections.open", fault, 3);
    fake.hangUp();
    await until(() => slack.health().state === "down", "down");
    await until(() => slack.health().state === "connected", "connected again", 8_000);
    await fake.slash("");
    expect(fake.shown).toHaveLength(1);
    expect(escaped).toEqual([]);
  });

  it.each(["apps.connections.open", "websocket"])(
    "gives up on a hanging %s and tries again",
    async (target) => {
      const { fake, slack, escaped } = await setUp({ answer: quota, timings: { open: 200 } });
      fake.fail(target, { kind: "hang" });
      fake.hangUp();
      await until(() => slack.health().state === "down", "down");
      await until(() => slack.health().state === "connected", "connected again");
      await sleep(100);
      expect(fake.sockets().open).toBe(1);
      expect(escaped).toEqual([]);
    },
  );

  it("refuses to start, and stops trying, when Slack does not accept the app token", async () => {
    const { fake, slack, log, started } = await setUp({ tokens: { appToken: "xapp-wrong" } });
    await expect(started).rejects.toMatchObject({
      code: "config_invalid",
      details: { problems: ["slack.appToken: Slack does not accept the app token (invalid_auth)."] },
    });
    expect(slack.health()).toMatchObject({ state: "down", detail: expect.stringContaining("invalid_auth") });
    await sleep(200);
    expect(fake.calls.filter(({ method }) => method === "apps.connections.open")).toHaveLength(1);
    expect(JSON.stringify(log.lines)).not.toContain("xapp-wrong");
  });

  it("refuses to start, naming every token that Slack does not accept", async () => {
    const { slack, log, started } = await setUp({ tokens: { token: "xoxb-wrong", appToken: "xapp-wrong" } });
    await expect(started).rejects.toMatchObject({
      details: {
        problems: [
          "slack.token: Slack does not accept the bot token (invalid_auth).",
          "slack.appToken: Slack does not accept the app token (invalid_auth).",
        ],
      },
    });
    expect(slack.health()).toMatchObject({ state: "down", detail: expect.stringContaining("bot token") });
    expect(JSON.stringify([log.lines, slack.health()])).not.toContain("xoxb-wrong");
  });

  it("is not upset by frames it does not know", async () => {
    const { fake, escaped } = await setUp({ answer: quota });
    for (const raw of [
      "null",
      "[]",
      "{",
      '{"type":"events_api"}',
      '{"type":"error"}',
      '{"type":"disconnected"}',
    ])
      fake.sendRaw(raw);
    await fake.slash("");
    expect(fake.shown).toHaveLength(1);
    expect(escaped).toEqual([]);
  });
});

describe("stopping", () => {
  it.each(["socket", "http"] as const)("lets answers under way finish first (%s mode)", async (mode) => {
    const { fake, slack } = await setUp({
      mode,
      async *answer() {
        yield titled("Old");
        await sleep(300);
        yield titled("New");
      },
    });
    await fake.slash("");
    const startedAt = Date.now();
    await slack.stop();
    expect(Date.now() - startedAt).toBeLessThan(4_000);
    expect(fake.shown).toMatchObject([{ text: expect.stringContaining("New"), edits: 1 }]);
    expect(slack.health().state).toBe("down");
    await until(() => fake.sockets().open === 0, "the socket is closed");
  });

  it("takes no longer than it may, whatever is under way", async () => {
    const { fake, slack, escaped } = await setUp({
      timings: { finish: 100 },
      async *answer() {
        yield titled("Old");
        await new Promise(() => undefined);
      },
    });
    await fake.slash("");
    const startedAt = Date.now();
    await slack.stop();
    expect(Date.now() - startedAt).toBeLessThan(3_000);
    expect(escaped).toEqual([]);
  });

  it("works while it is still trying to connect", async () => {
    const { fake, slack, escaped } = await setUp({ absent: true });
    await slack.stop();
    await fake.comeBack();
    await sleep(200);
    expect(fake.sockets().ever).toBe(0);
    expect(escaped).toEqual([]);
  });
});
