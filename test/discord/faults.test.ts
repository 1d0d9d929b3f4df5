import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { saying, until } from "../fakes/discord/bot.ts";
import { textOf } from "../fakes/discord/schemas.ts";
import { useDiscord } from "./harness.ts";

const { discord, connect } = useDiscord();

async function* once(text = "the answer") {
  yield saying(text);
}

const callback = /\/callback$/;
const original = /original$/;

describe("an answer on its way to Discord", () => {
  it.each([
    ["a 500", { status: 500 }],
    ["a connection cut before anything happened", "dropped"],
    ["an answer lost after processing", "lost"],
    ["a 429", { status: 429, retryAfter: 0.1 }],
  ] as const)("survives %s to the first response", async (_name, fault) => {
    const bot = await connect(() => once());
    discord().fault("POST", callback, fault);
    const asked = discord().slash("list");
    await until(() => asked.message);
    await pause(100);
    expect(textOf(asked.message)).toContain("the answer");
    expect(asked.edits).toEqual([]);
    expect(asked.followUps).toEqual([]);
    expect(bot.warnings()).toEqual([]);
  });

  it.each([
    ["a 503", { status: 503 }],
    ["an answer lost after processing", "lost"],
    ["a 429", { status: 429, retryAfter: 0.1 }],
  ] as const)("survives %s to an update", async (_name, fault) => {
    await connect(async function* () {
      yield saying("first");
      yield saying("second");
    });
    discord().fault("PATCH", original, fault);
    const asked = discord().slash("list");
    await until(() => textOf(asked.message).includes("second"));
    expect(asked.followUps).toEqual([]);
  });

  it("is tried again when Discord hangs, within its 3 s", async () => {
    await connect(() => once());
    discord().fault("POST", callback, { hang: 10_000 });
    const asked = discord().slash("list");
    await until(() => asked.message);
    expect(asked.answeredAfter).toBeLessThan(3000);
  });

  it("that comes too late is one line in the log and no more", async () => {
    const bot = await connect(() => once());
    const asked = discord().slash("list");
    asked.patience = -1;
    await until(() => bot.warnings()[0]);
    await pause(100);
    expect(bot.warnings()).toMatchObject([{ fields: { code: "delivery_refused" } }]);
    expect(bot.warnings()[0]?.message).toContain("10062");
    expect(asked.followUps).toEqual([]);
  });

  it("stays away when somebody else has answered already", async () => {
    const bot = await connect(() => once());
    const asked = discord().slash("list");
    asked.callback = { type: 5 };
    await until(() => bot.warnings()[0]);
    expect(bot.warnings()).toHaveLength(1);
    expect(bot.warnings()[0]?.message).toContain("40060");
    expect(asked.edits).toEqual([]);
  });

  it("ends with one line in the log when the token has expired", async () => {
    const bot = await connect(async function* () {
      yield saying("first");
      await pause(50);
      yield saying("second");
      yield saying("third");
    });
    const asked = discord().slash("list");
    await until(() => asked.message);
    asked.expired = true;
    await until(() => bot.warnings()[0]);
    await pause(50);
    expect(bot.warnings()).toHaveLength(1);
    expect(bot.warnings()[0]?.message).not.toContain(asked.token);
  });

  it("that everybody would see is not sent twice", async () => {
    const bot = await connect(() => once());
    discord().fault("POST", /^\/webhooks\/\d+\/[^/]+$/, "lost");
    const pressed = discord().press("share:list");
    await until(() => bot.warnings()[0]);
    await pause(100);
    expect(pressed.followUps).toHaveLength(1);
  });
});

it("what everybody would see is sent again when Discord says that it failed", async () => {
  const bot = await connect(() => once());
  discord().fault("POST", /^\/webhooks\/\d+\/[^/]+$/, { status: 503 });
  const pressed = discord().press("share:list");
  await until(() => pressed.followUps[0]);
  expect(pressed.followUps).toHaveLength(1);
  expect(bot.warnings()).toEqual([]);
});

describe("stopping", () => {
  it("finishes what is being answered", async () => {
    const bot = await connect(async function* () {
      yield saying("first");
      await pause(400);
      yield saying("finished");
    });
    discord().fault("PATCH", original, { slow: 300 });
    const asked = discord().slash("list");
    await until(() => asked.message);
    await bot.stop();
    expect(textOf(asked.message)).toContain("finished");
    expect(bot.health().state).toBe("down");
    expect(discord().gateway.open()).toBe(0);
  });

  it("takes less than 5 s when an answer never ends", async () => {
    const bot = await connect(async function* () {
      yield saying("first");
      await new Promise(() => {});
    });
    const asked = discord().slash("list");
    await until(() => asked.message);
    const begun = performance.now();
    await bot.stop();
    expect(performance.now() - begun).toBeLessThan(5000);
  });

  it("ends for good while Discord is away", async () => {
    const bot = await connect(() => once());
    await discord().down();
    await until(() => bot.health().state === "connecting");
    await bot.stop();
    await discord().up();
    const { connects } = discord().gateway.log;
    await pause(1200);
    expect(discord().gateway.log.connects).toBe(connects);
  });
});
