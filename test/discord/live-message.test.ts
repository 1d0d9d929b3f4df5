import { describe, expect, it } from "vitest";
import { saying, startBot } from "../fakes/discord/bot.ts";
import { directChannelOf } from "../fakes/discord/rest.ts";
import { textOf } from "../fakes/discord/schemas.ts";
import { useDiscord } from "./harness.ts";

const { discord } = useDiscord();
const messages = /^\/channels\/\d+\/messages$/;
const one = /^\/channels\/\d+\/messages\/\d+$/;
const room = "500000000000000009";
const person = "400000000000000001";
const key = "3fk2ab.0";

const bot = () => startBot(discord(), async function* () {});
const channel = (id = `discord:${room}`) => bot().channel(id);

/** A post that arrives, of a process that ends before it knows. */
async function forget(): Promise<string> {
  await channel().post(saying("80% used"), { key });
  return discord().posted.at(-1)?.id ?? "";
}

/** A post that arrives, and none of whose answers do. */
async function lose(there: ReturnType<typeof channel>): Promise<string> {
  discord().fault("POST", messages, "lost", 3);
  await expect(there.post(saying("80% used"), { key })).rejects.toMatchObject({ details: { unsure: true } });
  return discord().posted.at(-1)?.id ?? "";
}

describe("a message that stands on Discord", () => {
  it("is changed in place, without mentioning anybody", async () => {
    const there = channel();
    const where = await there.post(saying("80% used"), { key });
    await there.edit?.(where, saying("93% used"));
    expect(discord().posted).toHaveLength(1);
    expect(textOf(discord().posted[0]?.body)).toContain("93% used");
    expect(discord().requests.at(-1)?.body.allowed_mentions).toEqual({ parse: [] });
  });

  it.each(["lost", "dropped", { status: 502 }] as const)("is changed in spite of %j", async (fault) => {
    const there = channel();
    const where = await there.post(saying("80% used"));
    discord().fault("PATCH", one, fault);
    await there.edit?.(where, saying("93% used"));
    expect(textOf(discord().posted[0]?.body)).toContain("93% used");
  });

  it("hands a 429 on, with the wait that Discord asks for", async () => {
    const there = channel();
    const where = await there.post(saying("80% used"));
    discord().fault("PATCH", one, { status: 429, retryAfter: 30 });
    await expect(there.edit?.(where, saying("93% used"))).rejects.toMatchObject({
      code: "delivery_failed",
      details: { retryAfter: expect.any(Number) },
    });
  });

  it("that cannot be changed just now is never in doubt: twice is as good as once", async () => {
    const there = channel();
    const where = await there.post(saying("80% used"));
    discord().fault("PATCH", one, "lost", 3);
    const error = await there.edit?.(where, saying("93% used")).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "delivery_failed" });
    expect((error as { details: object }).details).not.toHaveProperty("unsure");
  });

  it("is gone when somebody has deleted it", async () => {
    const there = channel();
    const where = await there.post(saying("80% used"));
    discord().remove(discord().posted[0]?.id ?? "");
    await expect(there.edit?.(where, saying("93% used"))).rejects.toMatchObject({
      code: "delivery_refused",
      message: expect.stringContaining("deleted"),
      details: { gone: true },
    });
  });

  it.each([
    [403, 50001],
    [403, 50013],
    [404, 10003],
  ])("is not changed any more after %i with code %i", async (status, code) => {
    const there = channel();
    const where = await there.post(saying("80% used"));
    discord().refuse(room, status, code);
    const error = await there.edit?.(where, saying("93% used")).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "delivery_refused", details: {} });
    expect((error as { details: object }).details).not.toHaveProperty("gone");
  });
});

describe("a post on Discord whose answer was lost", () => {
  it("is found by what people do not see, by this process or the next one", async () => {
    const there = channel();
    const id = await lose(there);
    for (const place of [there, channel()]) expect(await place.find?.(key)).toBe(`${room}/${id}`);
    expect(discord().posted).toHaveLength(1);
  });

  it("is found among many messages", async () => {
    const id = await forget();
    for (let each = 0; each < 250; each += 1) discord().say(room, "talk");
    expect(await channel().find?.(key)).toBe(`${room}/${id}`);
  });

  it("is not found when it never arrived", async () => {
    const there = channel();
    await there.post(saying("another"), { key: "another.0" });
    discord().fault("POST", messages, "dropped", 3);
    await there.post(saying("80% used"), { key }).catch(() => {});
    expect(await there.find?.(key)).toBeUndefined();
  });

  it("may be posted again at once where nothing can be read: Discord knows it again", async () => {
    discord().rules.history = false;
    const there = channel();
    const id = await lose(there);
    expect(await there.find?.(key)).toBeUndefined();
    expect(await there.post(saying("80% used"), { key })).toBe(`${room}/${id}`);
    expect(discord().posted).toHaveLength(1);
  });

  it("cannot be told of where nothing can be read and nobody knows when it was", async () => {
    discord().rules.history = false;
    await forget();
    await expect(channel().find?.(key)).rejects.toMatchObject({
      code: "delivery_refused",
      message: expect.stringContaining("Read Message History"),
    });
  });

  it("cannot be told of when too much has been said since", async () => {
    await forget();
    for (let each = 0; each < 501; each += 1) discord().say(room, "talk");
    await expect(channel().find?.(key)).rejects.toMatchObject({ code: "delivery_refused" });
  });

  it("stays lost while Discord is down", async () => {
    const id = await forget();
    const there = channel();
    discord().fault("GET", messages, { status: 503 }, 3);
    await expect(there.find?.(key)).rejects.toMatchObject({ code: "delivery_failed" });
    expect(await there.find?.(key)).toBe(`${room}/${id}`);
  });
});

describe("a person's direct messages on Discord", () => {
  it("are posted to, changed and looked through", async () => {
    const there = channel(`discord:@${person}`);
    const where = await there.post(saying("it is back"), { key });
    expect(where).toBe(`${directChannelOf(person)}/${discord().posted[0]?.id}`);
    await there.edit?.(where, saying("it is back now"));
    expect(textOf(discord().posted[0]?.body)).toContain("it is back now");
    expect(there.id).toBe(`discord:@${person}`);
    const next = await there.post(saying("and again"), { key: "another.0" });
    expect(await channel(`discord:@${person}`).find?.("another.0")).toBe(next);
  });

  it("are opened once", async () => {
    const { channel: place } = bot();
    await place(`discord:@${person}`).post(saying("a"));
    await place(`discord:@${person}`).post(saying("b"));
    expect(discord().requests.filter(({ path }) => path === "/users/@me/channels")).toHaveLength(1);
  });

  it("that the person does not want are refused, with what to do", async () => {
    discord().refuse(directChannelOf(person), 403, 50007);
    await expect(channel(`discord:@${person}`).post(saying("a"))).rejects.toMatchObject({
      code: "delivery_refused",
      message: expect.stringContaining("privacy settings"),
    });
  });
});
