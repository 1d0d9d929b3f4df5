import { describe, expect, it } from "vitest";
import type { Message } from "../../src/core/domain/message.ts";
import { titled } from "../fakes/slack/stubs.ts";
import { setUp } from "./setup.ts";

const failing: Message = {
  title: "GLM has used 82%",
  tone: "warning",
  blocks: [
    { type: "text", text: "18% left." },
    { type: "actions", actions: [{ id: "run", label: "Got it", command: "alerts ack a1" }] },
  ],
};
const used: Message = { ...failing, title: "GLM has used 93%" };

/** What the post threw. */
async function thrownBy(work: Promise<unknown>): Promise<unknown> {
  return await work.then(
    () => "nothing",
    (error: unknown) => error,
  );
}

describe("a Slack channel", () => {
  it("posts, and tells where", async () => {
    const { fake, slack } = await setUp();
    const where = await slack.channel("slack:#ai-quota").post(titled("Alert"));
    expect(fake.shown).toMatchObject([{ channel: "C02QUOTA", via: "chat.postMessage" }]);
    expect(where).toBe(`C02QUOTA/${fake.shown[0]?.ts}`);
    const call = fake.calls.find(({ method }) => method === "chat.postMessage");
    expect(call?.body).toMatchObject({ unfurl_links: "false", unfurl_media: "false" });
  });

  it("takes a channel's id as well as its name", async () => {
    const { fake, slack } = await setUp();
    await slack.channel("slack:C123").post(titled("Alert"));
    expect(fake.shown[0]?.channel).toBe("C123");
  });

  it("posts to a person's direct messages, and changes there what it has posted", async () => {
    const { fake, slack } = await setUp();
    const person = slack.channel("slack:U01ALICE");
    const where = await person.post(failing);
    expect(where).toBe(`D-U01ALICE/${fake.shown[0]?.ts}`);
    await person.edit?.(where, used);
    expect(fake.shown).toMatchObject([{ channel: "D-U01ALICE", text: expect.stringContaining("93%") }]);
  });

  it("changes a message in place, buttons and all", async () => {
    const { fake, slack } = await setUp();
    const channel = slack.channel("slack:#ai-quota");
    const where = await channel.post(failing);
    await channel.edit?.(where, used);
    expect(fake.shown).toMatchObject([{ text: expect.stringContaining("93%"), edits: 1 }]);
    expect(JSON.stringify(fake.shown[0]?.blocks)).toContain("alerts ack a1");
  });

  it("adds details in the thread of a message, without a heading and without buttons", async () => {
    const { fake, slack } = await setUp();
    const channel = slack.channel("slack:#ai-quota");
    const where = await channel.post(failing);
    await channel.reply?.(where, used);
    expect(fake.shown).toHaveLength(2);
    expect(fake.shown[1]).toMatchObject({ channel: "C02QUOTA", thread: fake.shown[0]?.ts });
    expect(fake.shown[1]?.blocks.map(({ type }) => type)).toEqual(["section", "section"]);
  });

  it.each([
    ["a rate limit", { kind: "status", status: 429, headers: { "retry-after": "7" } }, { retryAfter: 7_000 }],
    ["a server error", { kind: "status", status: 502 }, {}],
    ["a gateway that waited in vain", { kind: "status", status: 504 }, { unsure: true }],
    ["a lost answer", { kind: "drop-after" }, { unsure: true }],
    ["no answer", { kind: "hang" }, { unsure: true }],
    ["an internal error", { kind: "error", error: "internal_error" }, { unsure: true }],
  ] as const)("leaves it to the outbox to try again after %s", async (_, fault, details) => {
    const { fake, slack } = await setUp({ timings: { call: 300 } });
    fake.fail("chat.postMessage", fault);
    const error = await thrownBy(slack.channel("slack:C123").post(failing));
    expect(error).toMatchObject({ code: "delivery_failed" });
    expect((error as { details: object }).details).toEqual(details);
    expect(fake.calls.filter(({ method }) => method === "chat.postMessage")).toHaveLength(1);
  });

  it("knows that nothing was posted while Slack could not be reached at all", async () => {
    const { slack } = await setUp({ absent: true });
    const error = await thrownBy(slack.channel("slack:C123").post(failing));
    expect(error).toMatchObject({ code: "delivery_failed" });
    expect((error as { details: object }).details).toEqual({});
  });

  it.each([
    "channel_not_found",
    "not_in_channel",
    "is_archived",
    "invalid_auth",
    "token_revoked",
    "missing_scope",
    "messages_tab_disabled",
  ])("says what to do when Slack refuses with %s", async (error) => {
    const { fake, slack } = await setUp();
    fake.fail("chat.postMessage", { kind: "error", error });
    const posted = slack.channel("slack:C123").post(titled("Alert"));
    await expect(posted).rejects.toMatchObject({
      code: "delivery_refused",
      message: expect.stringMatching(/^slack:C123: .+[:,] .+\(\w+\)$|^slack:C123: .+ not allow .+\(\w+\)$/),
    });
  });
});

describe("changing a message on Slack", () => {
  it("is refused when somebody has deleted it", async () => {
    const { fake, slack } = await setUp();
    const channel = slack.channel("slack:C123");
    const where = await channel.post(failing);
    if (fake.shown[0] !== undefined) fake.remove(fake.shown[0]);
    await expect(channel.edit?.(where, used)).rejects.toMatchObject({
      code: "delivery_refused",
      message: expect.stringContaining("deleted"),
      details: { gone: true },
    });
  });

  it("is refused when the channel is gone", async () => {
    const { fake, slack } = await setUp();
    const channel = slack.channel("slack:C123");
    const where = await channel.post(failing);
    fake.rooms.length = 0;
    await expect(channel.edit?.(where, used)).rejects.toMatchObject({ code: "delivery_refused" });
  });

  it.each(["cant_update_message", "edit_window_closed", "token_revoked"])(
    "is refused with %s",
    async (error) => {
      const { fake, slack } = await setUp();
      const channel = slack.channel("slack:C123");
      const where = await channel.post(failing);
      fake.fail("chat.update", { kind: "error", error });
      const isGone = error !== "token_revoked";
      await expect(channel.edit?.(where, used)).rejects.toMatchObject({
        code: "delivery_refused",
        message: expect.stringContaining(error),
        details: isGone ? { gone: true } : {},
      });
    },
  );

  it.each([
    ["a rate limit", { kind: "status", status: 429, headers: { "retry-after": "7" } }, { retryAfter: 7_000 }],
    ["a server error", { kind: "status", status: 500 }, {}],
    ["a lost answer", { kind: "drop-after" }, {}],
  ] as const)(
    "is tried again after %s, and never in doubt: twice is as good as once",
    async (_, fault, details) => {
      const { fake, slack } = await setUp();
      const channel = slack.channel("slack:C123");
      const where = await channel.post(failing);
      fake.fail("chat.update", fault);
      const error = await thrownBy(channel.edit?.(where, used) ?? Promise.resolve());
      expect(error).toMatchObject({ code: "delivery_failed" });
      expect((error as { details: object }).details).toEqual(details);
      await channel.edit?.(where, used);
      expect(fake.shown).toMatchObject([{ text: expect.stringContaining("93%") }]);
    },
  );
});
