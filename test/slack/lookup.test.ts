import { describe, expect, it } from "vitest";
import { titled } from "../fakes/slack/stubs.ts";
import { setUp } from "./setup.ts";

const key = "3fk2ab.0";

type Setup = Awaited<ReturnType<typeof setUp>>;

/** A post that arrives, and whose answer does not. */
async function lose({ fake, slack }: Setup, id = "slack:#ai-quota"): Promise<void> {
  fake.fail("chat.postMessage", { kind: "drop-after" });
  const posted = slack.channel(id).post(titled("Alert"), { key });
  await expect(posted).rejects.toMatchObject({ details: { unsure: true } });
}

describe("a post on Slack whose answer was lost", () => {
  it.each([
    ["a channel by name", "slack:#ai-quota", "C02QUOTA"],
    ["a channel by id", "slack:C123", "C123"],
    ["a person", "slack:U01ALICE", "D-U01ALICE"],
  ])("is found in %s, and can be changed there", async (_, id, where) => {
    const setup = await setUp();
    const { fake, slack } = setup;
    await lose(setup, id);
    const found = await slack.channel(id).find?.(key);
    expect(found).toBe(`${where}/${fake.shown[0]?.ts}`);
    await slack.channel(id).edit?.(found ?? "", titled("Changed"));
    expect(fake.shown).toMatchObject([{ text: expect.stringContaining("Changed") }]);
  });

  it("is not found when it never arrived", async () => {
    const { fake, slack } = await setUp();
    await slack.channel("slack:#ai-quota").post(titled("Another"), { key: "another.0" });
    fake.fail("chat.postMessage", { kind: "drop" });
    await slack
      .channel("slack:#ai-quota")
      .post(titled("Alert"), { key })
      .catch(() => {});
    expect(await slack.channel("slack:#ai-quota").find?.(key)).toBeUndefined();
  });

  it("is found in a private channel that the bot is in", async () => {
    const setup = await setUp();
    setup.fake.rooms.push({ id: "C09SECRET", name: "secret", private: true, joined: true });
    await lose(setup, "slack:#secret");
    expect(await setup.slack.channel("slack:#secret").find?.(key)).toMatch(/^C09SECRET\//);
  });

  it("is found among many messages, and not mistaken for what people say", async () => {
    const setup = await setUp();
    const metadata = { event_type: "quotabot_post", event_payload: { key } };
    setup.fake.say({ channel: "C123", text: "forged", metadata, by: "person" });
    await lose(setup, "slack:C123");
    for (let each = 0; each < 450; each += 1) setup.fake.say({ channel: "C123", text: "talk", by: "person" });
    const found = await setup.slack.channel("slack:C123").find?.(key);
    const ours = setup.fake.shown.find(({ by, text }) => by === undefined && text.includes("Alert"));
    expect(found).toBe(`C123/${ours?.ts}`);
  });

  it("cannot be told of when too much has been said since", async () => {
    const setup = await setUp();
    await lose(setup, "slack:C123");
    for (let each = 0; each < 1_001; each += 1)
      setup.fake.say({ channel: "C123", text: "talk", by: "person" });
    await expect(setup.slack.channel("slack:C123").find?.(key)).rejects.toMatchObject({
      code: "delivery_refused",
    });
  });

  it.each([
    ["the scope for reading is missing", "missing_scope"],
    ["the bot is not in the channel", "not_in_channel"],
    ["the channel is gone", "channel_not_found"],
    ["Slack does not know how to read", "unknown_method"],
  ])("cannot be told of when %s", async (_, code) => {
    const setup = await setUp();
    const { fake, slack } = setup;
    await lose(setup, "slack:C123");
    if (code === "missing_scope") fake.lacking.add("channels:history");
    if (code === "not_in_channel") for (const room of fake.rooms) room.joined = false;
    if (code === "channel_not_found") fake.rooms.length = 0;
    if (code === "unknown_method") fake.fail("conversations.history", { kind: "error", error: code });
    await expect(slack.channel("slack:C123").find?.(key)).rejects.toMatchObject({
      code: "delivery_refused",
      message: expect.stringMatching(new RegExp(`^slack:C123: .*${code}`)),
    });
  });

  it("cannot be told of in a channel by name that the bot is not in", async () => {
    const setup = await setUp();
    setup.fake.rooms.push({ id: "C10OUT", name: "outside" });
    await lose(setup, "slack:#outside");
    await expect(setup.slack.channel("slack:#outside").find?.(key)).rejects.toMatchObject({
      code: "delivery_refused",
      message: expect.stringContaining("invite"),
    });
  });

  it("is found by name in a public channel although private ones may not be listed", async () => {
    const setup = await setUp();
    setup.fake.lacking.add("groups:read");
    await lose(setup);
    expect(await setup.slack.channel("slack:#ai-quota").find?.(key)).toMatch(/^C02QUOTA\//);
  });

  it("needs no list of channels once something was posted there", async () => {
    const setup = await setUp();
    setup.fake.lacking.add("channels:read").add("groups:read");
    await setup.slack.channel("slack:#ai-quota").post(titled("Earlier"));
    await lose(setup);
    expect(await setup.slack.channel("slack:#ai-quota").find?.(key)).toMatch(/^C02QUOTA\//);
  });

  it.each([
    ["asks to slow down", { kind: "status", status: 429, headers: { "retry-after": "7" } }, 7_000],
    ["is down", { kind: "status", status: 503 }, undefined],
    ["does not answer", { kind: "hang" }, undefined],
    ["does not take the token for now", { kind: "error", error: "token_revoked" }, undefined],
  ] as const)("stays lost while Slack %s", async (_, fault, retryAfter) => {
    const setup = await setUp({ timings: { call: 300 } });
    await lose(setup, "slack:C123");
    setup.fake.fail("conversations.history", fault);
    const { find } = setup.slack.channel("slack:C123");
    await expect(find?.(key)).rejects.toMatchObject({
      code: "delivery_failed",
      details: retryAfter === undefined ? {} : { retryAfter },
    });
    expect(await find?.(key)).toMatch(/^C123\//);
  });
});
