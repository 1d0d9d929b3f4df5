import { describe, expect, it } from "vitest";
import { isAppError } from "../../src/core/errors.ts";
import { titled } from "../fakes/slack/stubs.ts";
import { setUp } from "./setup.ts";

describe("a Slack channel", () => {
  it("posts, and tells where", async () => {
    const { fake, slack } = await setUp();
    const where = await slack.channel("slack:#ai-quota").post(titled("Alert"));
    expect(fake.shown).toMatchObject([{ channel: "#ai-quota", via: "chat.postMessage" }]);
    expect(where).toBe(`#ai-quota/${fake.shown[0]?.ts}`);
    const call = fake.calls.find(({ method }) => method === "chat.postMessage");
    expect(call?.body).toMatchObject({ unfurl_links: "false", unfurl_media: "false" });
  });

  it("takes a channel's id as well as its name", async () => {
    const { fake, slack } = await setUp();
    await slack.channel("slack:C123").post(titled("Alert"));
    expect(fake.shown[0]?.channel).toBe("C123");
  });

  it.each([
    ["a rate limit", { kind: "status", status: 429, headers: { "retry-after": "7" } }, 7_000],
    ["a server error", { kind: "status", status: 502 }, undefined],
    ["a lost answer", { kind: "drop-after" }, undefined],
    ["an internal error", { kind: "error", error: "internal_error" }, undefined],
  ] as const)("leaves it to the outbox to try again after %s", async (_, fault, retryAfter) => {
    const { fake, slack } = await setUp();
    fake.fail("chat.postMessage", fault);
    const posted = slack.channel("slack:C123").post(titled("Alert"));
    const error = await posted.catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "delivery_failed" });
    expect(isAppError(error) && error.details.retryAfter).toBe(retryAfter);
    expect(fake.calls.filter(({ method }) => method === "chat.postMessage")).toHaveLength(1);
  });

  it.each(["channel_not_found", "not_in_channel", "is_archived", "invalid_auth", "missing_scope"])(
    "says what to do when Slack refuses with %s",
    async (error) => {
      const { fake, slack } = await setUp();
      fake.fail("chat.postMessage", { kind: "error", error });
      const posted = slack.channel("slack:C123").post(titled("Alert"));
      await expect(posted).rejects.toMatchObject({
        code: "delivery_refused",
        message: expect.stringMatching(/^slack:C123: .+\(\w+\)$/),
      });
    },
  );
});
