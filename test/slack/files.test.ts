import { describe, expect, it } from "vitest";
import type { Message } from "../../src/core/domain/message.ts";
import { titled } from "../fakes/slack/stubs.ts";
import { answering, setUp, until } from "./setup.ts";

const content = "id,at\r\nä,1\r\n";
const exported: Message = {
  ...titled("Export"),
  file: { name: "quotabot-usage.csv", mediaType: "text/csv", content },
};

describe("a file on Slack", () => {
  it("goes to the asker alone, and the answer says where it is", async () => {
    const { fake } = await setUp({ answer: answering(exported) });
    await fake.slash("export", "U07LAN");
    await until(() => fake.shown[0]?.text.includes("in your direct messages with this bot"), "told");
    expect(fake.files).toEqual([
      {
        id: "F01",
        name: "quotabot-usage.csv",
        length: Buffer.byteLength(content),
        content,
        mediaType: "text/csv",
        channel: "D-U07LAN",
      },
    ]);
    expect(fake.shown).toHaveLength(1);
    expect(fake.shown[0]?.onlyFor).toBe("U07LAN");
  });

  it("asked for in a channel is not shown there", async () => {
    const { fake } = await setUp({ answer: answering(exported) });
    await fake.mention("<@U0BOT> export");
    await until(() => fake.shown[0]?.text.includes("in the direct messages of who asked"), "told");
    expect(fake.files.map(({ channel }) => channel)).toEqual([`D-${fake.user}`]);
  });

  it("is not handed over by Share", async () => {
    const { fake } = await setUp({ answer: answering(exported) });
    await fake.slash("export");
    await until(() => fake.files[0]?.channel !== undefined, "handed over");
    await fake.click(fake.shown[0], "share");
    await until(() => fake.shown.length === 2, "shared");
    expect(fake.files).toHaveLength(1);
  });

  it.each(["conversations.open", "files.getUploadURLExternal", "files.completeUploadExternal"])(
    "that the app may not send for want of a scope (%s) says what to do",
    async (method) => {
      const { fake, log } = await setUp({ answer: answering(exported) });
      fake.fail(method, { kind: "error", error: "missing_scope" });
      await fake.slash("export");
      await until(() => fake.shown[0]?.text.includes("could not be handed over"), "told");
      expect(fake.shown[0]?.text).toContain("install the app again with the current manifest.yml");
      expect(fake.files.every(({ channel }) => channel === undefined)).toBe(true);
      expect(log.lines.filter(({ level }) => level === "warn")).toHaveLength(1);
    },
  );

  it.each(["conversations.open", "files.getUploadURLExternal", "upload", "files.completeUploadExternal"])(
    "arrives once, after Slack asked to slow down or failed (%s)",
    async (target) => {
      const { fake } = await setUp({ answer: answering(exported) });
      fake.fail(target, { kind: "status", status: 429, headers: { "retry-after": "0" } });
      if (target.startsWith("files.complete")) fake.fail(target, { kind: "status", status: 503 });
      await fake.slash("export");
      await until(() => fake.shown[0]?.text.includes("in your direct messages"), "told");
      expect(fake.files.filter(({ channel }) => channel !== undefined)).toHaveLength(1);
    },
  );

  it("is not sent a second time when it may have arrived", async () => {
    const { fake } = await setUp({ answer: answering(exported) });
    fake.fail("files.completeUploadExternal", { kind: "drop-after" });
    await fake.slash("export");
    await until(() => fake.shown[0]?.text.includes("could not be handed over"), "told");
    expect(fake.shown[0]?.text).toContain("It may have arrived all the same.");
    expect(fake.calls.filter(({ method }) => method === "files.completeUploadExternal")).toHaveLength(1);
  });

  it("that takes too long is given up", async () => {
    const { fake } = await setUp({ answer: answering(exported), timings: { upload: 50 } });
    fake.fail("upload", { kind: "hang" }, 50);
    await fake.slash("export");
    expect(fake.shown[0]?.text).toContain("Export");
    await until(() => fake.calls.filter(({ method }) => method === "upload").length > 1, "tried again");
  });
});
