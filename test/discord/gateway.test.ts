import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { saying, startBot, until } from "../fakes/discord/bot.ts";
import { useDiscord } from "./harness.ts";

const { discord, connect } = useDiscord();

async function* once() {
  yield saying("the answer");
}

async function answers(): Promise<void> {
  const asked = discord().slash("list");
  await until(() => asked.message, 10_000);
}

describe("the gateway connection", () => {
  it("asks for no intents, and is healthy once connected", async () => {
    const bot = await connect(once);
    expect(bot.health().state).toBe("connected");
    expect(discord().gateway.log.identifies).toEqual([{ intents: 0 }]);
    await answers();
  });

  it("resumes when its socket is closed, and answers once what was asked meanwhile", async () => {
    let runs = 0;
    const bot = await connect(() => {
      runs += 1;
      return once();
    });
    discord().gateway.closeAll(4000);
    await until(() => discord().gateway.open() === 0);
    const asked = discord().slash("list");
    asked.patience = 10_000;
    await until(() => bot.health().state === "connecting");
    await until(() => asked.message);
    expect(bot.health().state).toBe("connected");
    expect(discord().gateway.log.resumes).toHaveLength(1);
    expect(discord().gateway.log.identifies).toHaveLength(1);
    expect(runs).toBe(1);
  });

  it("resumes when told to reconnect (op 7)", async () => {
    const bot = await connect(once);
    discord().gateway.broadcast({ op: 7, d: null });
    await until(() => discord().gateway.log.resumes.length === 1);
    await until(() => bot.health().state === "connected");
    await answers();
    expect(bot.warnings()).toEqual([]);
  });

  it("identifies anew when the session is gone (op 9)", async () => {
    const bot = await connect(once);
    discord().gateway.forgetSessions();
    discord().gateway.closeAll(4000);
    await until(() => discord().gateway.log.identifies.length === 2, 15_000);
    await until(() => bot.health().state === "connected");
    await answers();
  });

  it("resumes when heartbeats are no longer answered", async () => {
    await connect(once);
    discord().gateway.flags.silent = true;
    await until(() => discord().gateway.log.resumes.length > 0);
    discord().gateway.flags.silent = false;
    await answers();
  });

  it("comes back by itself after an outage, and health tells the truth meanwhile", async () => {
    const bot = await connect(once);
    const { since } = bot.health();
    await discord().down();
    await until(() => bot.health().state === "connecting");
    expect(bot.health().since).toBeGreaterThanOrEqual(since);
    await pause(1500);
    expect(bot.health().state).toBe("connecting");
    expect(bot.warnings()).toEqual([]);
    await discord().up();
    await until(() => bot.health().state === "connected");
    await answers();
  });

  it("waits out an outage behind a proxy that answers for Discord", async () => {
    const bot = await connect(once);
    discord().gateway.flags.upgradeStatus = 502;
    discord().gateway.closeAll(0);
    await until(() => bot.health().detail?.includes("HTTP 502"));
    discord().gateway.flags.upgradeStatus = undefined;
    await until(() => bot.health().state === "connected");
    await answers();
  });
});

describe("a token that Discord takes back", () => {
  it("is one line in the log that says what to do, and bad health", async () => {
    const bot = await connect(once);
    discord().gateway.closeAll(4004);
    await until(() => bot.health().state === "down");
    expect(bot.health().detail).toContain("discord.token");
    expect(bot.warnings()).toMatchObject([{ level: "error", fields: { code: "config_invalid" } }]);
  });
});

describe("starting", () => {
  it("does not fail when Discord is down, and connects later", async () => {
    await discord().down();
    const bot = await connect(once);
    expect(bot.health().state).toBe("connecting");
    expect(bot.health().detail).toContain("ECONNREFUSED");
    await discord().up();
    await until(() => bot.health().state === "connected");
    await answers();
  });

  it.each([500, 503, 429])("tries again after a %i", async (status) => {
    discord().fault("GET", /gateway/, { status, retryAfter: 0.1 });
    const bot = await connect(once);
    await until(() => bot.health().state === "connected");
    expect(discord().gateway.log.identifies).toHaveLength(1);
  });

  it("has one connection when the first one was turned away", async () => {
    discord().gateway.flags.upgradeStatus = 503;
    const bot = await connect(once);
    expect(bot.health().state).toBe("connecting");
    discord().gateway.flags.upgradeStatus = undefined;
    await until(() => bot.health().state === "connected");
    await pause(1000);
    expect(discord().gateway.open()).toBe(1);
    expect(discord().gateway.log.identifies).toHaveLength(1);
  });

  it.each(["wrong-token", "wrong-token\nof two lines", ""])(
    "says what to do about the token %j, and does not try again",
    async (token) => {
      const bot = startBot(discord(), once, { token });
      const error = await bot.start().catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: "config_invalid" });
      expect(String(error)).toContain("discord.token");
      expect(bot.health().state).toBe("down");
      expect(JSON.stringify([String(error), bot.lines, bot.health()])).not.toContain("wrong-token");
      const { length } = discord().requests;
      await pause(1200);
      expect(discord().requests).toHaveLength(length);
      await bot.stop();
    },
  );

  it.each([4004, 4013, 4014])("takes close code %i for final", async (code) => {
    discord().gateway.flags.closeOnIdentify = code;
    const bot = startBot(discord(), once);
    await expect(bot.start()).rejects.toMatchObject({ code: "config_invalid" });
    expect(bot.health().state).toBe("down");
    await pause(700);
    expect(discord().gateway.log.connects).toBe(1);
    await bot.stop();
  });
});
