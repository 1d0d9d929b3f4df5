import { describe, expect, it } from "vitest";
import { saying, until } from "../fakes/discord/bot.ts";
import { textOf } from "../fakes/discord/schemas.ts";
import { useDiscord } from "./harness.ts";

const { discord, connect } = useDiscord();

const name = "quotabot-claude-lan-24h.png";
/** Bytes that are no text. */
const content = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0xff, 0xfe, 0x00, 0x0a);
const gallery = (description: string) => ({
  type: 12,
  items: [{ media: { url: `attachment://${name}` }, description }],
});

async function* chart(alt = "5-hour of Lan's Max: 63% left now.") {
  yield { ...saying("63% left"), file: { name, mediaType: "image/png", content, picture: { alt } } };
}

const uploads = () => discord().requests.filter(({ files }) => files.length > 0);

describe("a picture on Discord", () => {
  it("is seen below the answer, byte by byte, with words for whoever does not see it", async () => {
    await connect(() => chart());
    const asked = discord().slash("list");
    await until(() => textOf(asked.message).includes("The picture is below, for you alone."));
    expect(uploads()[0]?.files).toMatchObject([
      { name, mediaType: "image/png", bytes: Buffer.from(content) },
    ]);
    expect(asked.message.components.at(-1)).toEqual(gallery("5-hour of Lan's Max: 63% left now."));
    expect(asked.message.attachments).toMatchObject([{ id: "0", filename: name }]);
  });

  it("has words within what Discord takes", async () => {
    await connect(() => chart("x".repeat(3_000)));
    const asked = discord().slash("list");
    await until(() => asked.message?.components.at(-1)?.type === 12);
    expect(asked.message.components.at(-1).items[0].description).toHaveLength(1_024);
  });

  it("is shared with its message", async () => {
    await connect(() => chart());
    const pressed = discord().press("share:list");
    await until(() => pressed.followUps[0]);
    expect(uploads()[0]?.files).toMatchObject([{ name, bytes: Buffer.from(content) }]);
    expect(pressed.followUps[0]?.components.at(-1)).toEqual(gallery("5-hour of Lan's Max: 63% left now."));
  });
});
