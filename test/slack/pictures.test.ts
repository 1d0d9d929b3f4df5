import { describe, expect, it } from "vitest";
import type { Message } from "../../src/core/domain/message.ts";
import { titled } from "../fakes/slack/stubs.ts";
import { answering, setUp, until } from "./setup.ts";

/** Bytes that are no text. */
const content = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0xff, 0xfe, 0x00, 0x0a);
const alt = "5-hour of Lan's Max: 63% left now.";
const chart: Message = {
  ...titled("Chart"),
  file: { name: "quotabot-claude-lan-24h.png", mediaType: "image/png", content, picture: { alt } },
};

describe("a picture on Slack", () => {
  it("goes to the asker byte by byte, with words for whoever does not see it", async () => {
    const { fake } = await setUp({ answer: answering(chart) });
    await fake.slash("chart lan", "U07LAN");
    await until(() => fake.shown[0]?.text.includes("The picture is in your direct messages"), "told");
    expect(fake.files).toMatchObject([{ mediaType: "image/png", alt, channel: "D-U07LAN" }]);
    expect(fake.files[0]?.bytes).toEqual(Buffer.from(content));
  });

  it("has words within what Slack takes", async () => {
    const long = { ...chart, file: chart.file && { ...chart.file, picture: { alt: "x".repeat(3_000) } } };
    const { fake } = await setUp({ answer: answering(long) });
    await fake.slash("chart lan");
    await until(() => fake.files[0]?.channel !== undefined, "handed over");
    expect(fake.files[0]?.alt).toHaveLength(1_000);
  });

  it("comes again with the new numbers", async () => {
    const { fake } = await setUp({ answer: answering(chart) });
    await fake.slash("chart lan", "U07LAN");
    await until(() => fake.files[0]?.channel !== undefined, "handed over");
    await fake.click(fake.shown[0], "refresh");
    await until(() => fake.files[1]?.channel !== undefined, "handed over again");
    expect(fake.shown).toHaveLength(1);
  });

  it("asked for in a channel is shown there, in the thread of the question", async () => {
    const { fake } = await setUp({ answer: answering(chart) });
    await fake.mention("<@U0BOT> chart lan");
    await until(() => fake.shown[0]?.text.includes("The picture is below."), "told");
    expect(fake.files).toMatchObject([{ channel: fake.channel, thread: fake.shown[0]?.thread }]);
  });

  it("is shared with its message", async () => {
    const { fake } = await setUp({ answer: answering(chart) });
    await fake.slash("chart lan");
    await until(() => fake.files[0]?.channel !== undefined, "handed over");
    await fake.click(fake.shown[0], "share");
    await until(() => fake.files[1]?.channel !== undefined, "shared");
    expect(fake.files[1]?.channel).toBe(fake.channel);
    expect(fake.shown).toHaveLength(2);
  });

  it("leaves the shared message alone where the bot is no member of the channel", async () => {
    const { fake, log } = await setUp({ answer: answering(chart) });
    await fake.slash("chart lan");
    await until(() => fake.files[0]?.channel !== undefined, "handed over");
    fake.fail("files.completeUploadExternal", { kind: "error", error: "not_in_channel" });
    await fake.click(fake.shown[0], "share");
    await until(() => log.lines.some(({ level }) => level === "warn"), "logged");
    expect(fake.shown).toHaveLength(2);
    expect(fake.files[1]?.channel).toBeUndefined();
  });
});
