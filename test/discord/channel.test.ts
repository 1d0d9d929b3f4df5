import { describe, expect, it } from "vitest";
import { saying, startBot, until } from "../fakes/discord/bot.ts";
import { textOf } from "../fakes/discord/schemas.ts";
import { useDiscord } from "./harness.ts";

const { discord, connect } = useDiscord();
const messages = /^\/channels\/\d+\/messages$/;
const id = "discord:500000000000000009";

async function* once() {
  yield saying("the answer");
}

/** Posting needs no gateway connection, so the bot is not even started. */
const channel = () => startBot(discord(), once).channel(id);

describe("a Discord channel", () => {
  it("posts and tells where", async () => {
    const posted = await channel().post(saying("80% used"));
    expect(channel().id).toBe(id);
    expect(discord().posted).toHaveLength(1);
    expect(discord().posted[0]).toMatchObject({ channel: "500000000000000009" });
    expect(posted).toBe(`500000000000000009/${discord().posted[0]?.id}`);
    expect(textOf(discord().posted[0]?.body)).toContain("80% used");
    expect(discord().posted[0]?.body.allowed_mentions).toEqual({ parse: [] });
  });

  it.each(["lost", "dropped", { status: 502 }] as const)("posts once in spite of %j", async (fault) => {
    discord().fault("POST", messages, fault);
    await channel().post(saying("80% used"));
    expect(discord().posted).toHaveLength(1);
  });

  it("posts once when the caller tries again after every answer was lost", async () => {
    discord().fault("POST", messages, "lost", 3);
    const there = channel();
    await expect(there.post(saying("80% used"))).rejects.toMatchObject({ code: "delivery_failed" });
    await there.post(saying("80% used"));
    expect(discord().posted).toHaveLength(1);
    await there.post(saying("80% used"));
    expect(discord().posted).toHaveLength(2);
  });

  it("hands a 429 on, with the wait that Discord asks for", async () => {
    discord().fault("POST", messages, { status: 429, retryAfter: 30 });
    const error = await channel()
      .post(saying("80% used"))
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "delivery_failed" });
    expect((error as { details: { retryAfter: number } }).details.retryAfter).toBeGreaterThanOrEqual(30_000);
  });

  it.each([
    [403, 50001, "View Channel"],
    [403, 50013, "Send Messages"],
    [404, 10003, "name another one"],
  ])("takes %i with code %i for final, and says what to do", async (status, code, advice) => {
    discord().refuse("500000000000000009", status, code);
    await expect(channel().post(saying("80% used"))).rejects.toMatchObject({
      code: "delivery_refused",
      message: expect.stringMatching(new RegExp(`${advice}.*\\(${code}\\)`)),
    });
    expect(discord().requests).toHaveLength(1);
  });

  it("takes one 401 for final, but tries the token again next time", async () => {
    discord().fault("POST", messages, { status: 401 });
    const there = channel();
    await expect(there.post(saying("a"))).rejects.toMatchObject({
      code: "delivery_refused",
      message: expect.stringContaining("token"),
    });
    await there.post(saying("b"));
    expect(discord().posted).toHaveLength(1);
  });

  it.each([
    ["every answer was lost", "lost", true],
    ["the connection was always cut", "dropped", true],
    ["Discord always said that it failed", { status: 500 }, undefined],
  ] as const)("tells whether a post may be there when %s", async (_, fault, unsure) => {
    discord().fault("POST", messages, fault, 3);
    const error = await channel()
      .post(saying("80% used"), { key: "3fk2ab.0" })
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "delivery_failed" });
    expect((error as { details: { unsure?: boolean } }).details.unsure).toBe(unsure);
  });

  it("stays in doubt when one try was lost and the next one met a rate limit", async () => {
    discord().fault("POST", messages, "lost");
    discord().fault("POST", messages, { status: 429, retryAfter: 30 });
    await expect(channel().post(saying("80% used"), { key: "3fk2ab.0" })).rejects.toMatchObject({
      code: "delivery_failed",
      details: { unsure: true, retryAfter: expect.any(Number) },
    });
  });

  it("is reachable while the gateway is not", async () => {
    const bot = await connect(once);
    discord().gateway.flags.upgradeStatus = 503;
    discord().gateway.closeAll(0);
    await until(() => bot.health().state === "connecting");
    await bot.channel(id).post(saying("still here"));
    expect(discord().posted).toHaveLength(1);
  });
});
