import { describe, expect, it } from "vitest";
import { saying, until } from "../fakes/discord/bot.ts";
import { textOf } from "../fakes/discord/schemas.ts";
import { createQuotaHouse } from "../fakes/quota-house.ts";
import { useDiscord } from "./harness.ts";

const { discord, connect } = useDiscord();
const original = /\/messages\/(@|%40)original$/;

async function* exported(content = "id,at\r\nä,1\r\n") {
  const file = { name: "quotabot-usage.csv", mediaType: "text/csv", content };
  yield { ...saying("2 usage records"), file };
}

const uploads = () => discord().requests.filter(({ files }) => files.length > 0);

describe("a file on Discord", () => {
  it("comes with the answer, which the asker alone sees", async () => {
    await connect(() => exported());
    const asked = discord().slash("list");
    await until(() => textOf(asked.message).includes("The file is below, for you alone."));
    expect(asked.callback).toEqual({ type: 5, data: { flags: 64 } });
    expect(uploads()[0]?.files).toEqual([
      { name: "quotabot-usage.csv", mediaType: "text/csv", content: "id,at\r\nä,1\r\n" },
    ]);
    expect(asked.message.attachments).toEqual([{ id: "0", filename: "quotabot-usage.csv" }]);
    expect(asked.message.components.at(-1)).toEqual({
      type: 13,
      file: { url: "attachment://quotabot-usage.csv" },
    });
    expect(asked.message.allowed_mentions).toEqual({ parse: [] });
    expect(asked.followUps).toEqual([]);
  });

  it.each([{ status: 502 }, "lost" as const, { slow: 300 }, { status: 429, retryAfter: 0.2 }])(
    "is there in spite of %j",
    async (fault) => {
      await connect(() => exported());
      discord().fault("PATCH", original, fault);
      const asked = discord().slash("list");
      await until(() => textOf(asked.message).includes("The file is below"));
      expect(asked.message.components.at(-1).type).toBe(13);
      expect(asked.followUps).toEqual([]);
    },
  );

  it("that Discord refuses is missed in the answer, with the reason", async () => {
    await connect(() => exported());
    discord().fault("PATCH", original, { status: 413, code: 40005 });
    const asked = discord().slash("list");
    await until(() => textOf(asked.message).includes("The file could not be handed over."));
    expect(textOf(asked.message)).toContain("2 usage records");
    expect(textOf(asked.message)).toContain("40005");
    expect(JSON.stringify(asked.message)).not.toContain("attachment://");
  });

  it("that is larger than the server allows is not sent at all", async () => {
    await connect(() => exported("x".repeat(10_485_761)));
    const asked = discord().slash("list");
    await until(() => textOf(asked.message).includes("It has 10.5 MB; Discord takes at most 10.5 MB here."));
    expect(uploads()).toEqual([]);
  });

  it("is not handed over by Share", async () => {
    await connect(() => exported());
    const pressed = discord().press("share:list");
    await until(() => pressed.followUps[0]);
    expect(uploads()).toEqual([]);
    expect(JSON.stringify(pressed.followUps[0])).not.toContain("attachment://");
  });
});

describe("the commands as Discord knows them", () => {
  it("have choices for what there is for good, and completion for the rest", async () => {
    const { specs } = createQuotaHouse({
      accounts: [],
      read: async () => ({ readings: [] }),
    }).commands;
    await connect(() => exported(), { commands: { specs } });
    const [registered] = await until(() => discord().registrations[0]?.commands);
    const optionsOf = (name: string) =>
      registered.options.find((each: { name: string }) => each.name === name).options;
    expect(optionsOf("usage")).toMatchObject([
      { name: "period", autocomplete: true },
      { name: "by", choices: expect.arrayContaining([{ name: "model", value: "model" }]) },
    ]);
    expect(optionsOf("export")[1].choices).toEqual([
      { name: "json", value: "json" },
      { name: "csv", value: "csv" },
    ]);
    expect(optionsOf("usage")[1].autocomplete).toBeUndefined();
  });
});
