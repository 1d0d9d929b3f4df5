import { describe, expect, it } from "vitest";
import type { Asker } from "../../src/core/commands/command.ts";
import { AppError } from "../../src/core/errors.ts";
import { titled } from "../fakes/slack/stubs.ts";
import { answering, setUp, sleep, until } from "./setup.ts";

describe.each(["socket", "http"] as const)("/quota on Slack (%s mode)", (mode) => {
  it("answers the asker alone with the acknowledgement, at once", async () => {
    const { fake } = await setUp({ mode, answer: answering(titled("Quota")) });
    const { after, ack } = await fake.slash("");
    expect(after).toBeLessThan(1_500);
    expect(ack).toMatchObject({ response_type: "ephemeral" });
    expect(fake.shown).toMatchObject([
      { text: expect.stringContaining("Quota"), onlyFor: fake.user, via: "ack" },
    ]);
  });

  it("replaces the answer in place when better ones follow", async () => {
    const { fake } = await setUp({ mode, answer: answering(titled("Old"), titled("Newer"), titled("New")) });
    await fake.slash("");
    await until(() => fake.shown[0]?.text.startsWith("New\n"), "the newest answer is shown");
    expect(fake.shown).toHaveLength(1);
    expect(fake.shown[0]).toMatchObject({ edits: 2, onlyFor: fake.user });
  });

  it("passes on the line, who asks and where, and whether that is an admin", async () => {
    const asked: [string, Asker, unknown][] = [];
    const { fake } = await setUp({
      mode,
      admins: ["U02BOSS"],
      async *answer(line, asker, options) {
        asked.push([line, asker, options]);
        yield titled("Quota");
      },
    });
    await fake.slash("show claude-lan");
    await fake.slash("resets", "U02BOSS");
    const here = { surface: "slack", channel: `slack:${fake.channel}` };
    expect(asked).toEqual([
      ["show claude-lan", { ...here, user: fake.user, admin: false }, {}],
      ["resets", { ...here, user: "U02BOSS", admin: true }, {}],
    ]);
  });

  it("answers an admin like anybody else where everybody will see it", async () => {
    const asked: [string, boolean][] = [];
    const { fake } = await setUp({
      mode,
      admins: ["U02BOSS", "U01ALICE"],
      async *answer(line, asker) {
        asked.push([line, asker.admin]);
        yield titled("Quota", "show claude-lan");
      },
    });
    await fake.slash("", "U02BOSS");
    await fake.click(fake.shown[0], "share", "U02BOSS");
    await fake.mention("<@U0BOT> resets");
    await until(() => asked.length === 3, "all three were answered");
    expect(asked).toEqual([
      ["", true],
      ["show claude-lan", false],
      ["resets", false],
    ]);
  });

  it("refreshes in place when Refresh is clicked", async () => {
    const { fake } = await setUp({
      mode,
      async *answer(line, _asker, options) {
        yield titled(options?.refresh ? "Fresh" : "Stale", line);
      },
    });
    await fake.slash("show zai");
    await fake.click(fake.shown[0], "refresh");
    await until(() => fake.shown[0]?.text.startsWith("Fresh"), "the fresh answer is shown");
    expect(fake.shown).toHaveLength(1);
  });

  it("shares with the channel when Share is clicked, and says who shared", async () => {
    const { fake } = await setUp({ mode, answer: answering(titled("Quota"), titled("Later")) });
    await fake.slash("");
    await fake.click(fake.shown[0], "share");
    await until(() => fake.shown.length === 2, "the shared answer is shown");
    const [own, shared] = fake.shown;
    expect(own).toMatchObject({ onlyFor: fake.user });
    expect(shared?.onlyFor).toBeUndefined();
    expect(shared?.blocks.some(({ type }) => type === "actions")).toBe(false);
    expect(JSON.stringify(shared?.blocks)).toContain(`Shared by <@${fake.user}>`);
  });

  it("answers a mention in its thread and replaces that answer in place", async () => {
    const asked: string[] = [];
    const { fake } = await setUp({
      mode,
      async *answer(line) {
        asked.push(line);
        yield titled("Old");
        await sleep(20);
        yield titled("New");
      },
    });
    const { ts } = await fake.mention("hey <@U0BOT>  show <http://a.example|a.example> &amp; b");
    await until(() => fake.shown[0]?.edits === 1, "the answer is replaced");
    expect(asked).toEqual(["show a.example & b"]);
    expect(fake.shown).toMatchObject([{ thread: ts, via: "chat.postMessage" }]);

    await fake.mention("<@U0BOT>", { thread_ts: "1699.000001" });
    await until(() => fake.shown.length === 2, "the second mention is answered");
    expect(fake.shown[1]).toMatchObject({ thread: "1699.000001" });
  });

  it("says that something went wrong without saying what, and logs it once", async () => {
    const { fake, log } = await setUp({
      mode,
      // biome-ignore lint/correctness/useYield: it fails before it can
      async *answer() {
        throw new Error("token xoxb-123 leaked");
      },
    });
    await fake.slash("");
    expect(fake.shown[0]?.text).toContain("Something went wrong on our side");
    expect(fake.shown[0]?.text).not.toContain("xoxb");
    expect(log.lines.filter(({ level }) => level === "error")).toHaveLength(1);
  });
});

describe("an answer on Slack", () => {
  it("follows the acknowledgement when it is slow", async () => {
    const { fake } = await setUp({
      timings: { answerWithAck: 30 },
      async *answer() {
        await sleep(150);
        yield titled("Slow");
      },
    });
    const { after } = await fake.slash("");
    expect(after).toBeLessThan(140);
    expect(fake.shown[0]?.text).toBe("One moment, reading…");
    await until(() => fake.shown[0]?.text.startsWith("Slow"), "the answer is shown");
    expect(fake.shown).toHaveLength(1);
  });

  it("is not sent again when nothing has changed", async () => {
    const { fake } = await setUp({ answer: answering(titled("Same"), titled("Same")) });
    const { responsePath } = await fake.slash("");
    await sleep(100);
    expect(fake.usesOf(responsePath)).toBe(0);
  });

  it("ends with the last of many messages and spares the response_url", async () => {
    const many = Array.from({ length: 9 }, (_, index) => titled(`Number ${index}`));
    const { fake } = await setUp({ answer: answering(...many) });
    const { responsePath } = await fake.slash("");
    await until(() => fake.shown[0]?.text.startsWith("Number 8"), "the last message is shown");
    expect(fake.usesOf(responsePath)).toBe(3);
  });

  it("keeps the numbers it has shown when the command fails later", async () => {
    const { fake, log } = await setUp({
      async *answer() {
        yield titled("Numbers");
        throw new AppError("store_unavailable", "The store is gone.");
      },
    });
    await fake.slash("");
    await until(() => log.lines.some(({ level }) => level === "error"), "the failure is logged");
    expect(fake.shown).toHaveLength(1);
    expect(fake.shown[0]?.text).toContain("Numbers");
    expect(log.lines.find(({ level }) => level === "error")?.fields).toMatchObject({
      code: "store_unavailable",
    });
  });

  it("tells people the message of a failure that has words for them", async () => {
    const { fake } = await setUp({
      // biome-ignore lint/correctness/useYield: it fails before it can
      async *answer() {
        throw new AppError("store_unavailable", "The store cannot be read just now.");
      },
    });
    await fake.slash("");
    expect(fake.shown[0]?.text).toContain("The store cannot be read just now.");
  });

  it("comes as monospaced text where the workspace has no tables yet", async () => {
    const table = { type: "table", columns: [{ title: "Account" }], rows: [["claude-lan"]] } as const;
    const message = { ...titled("Quota"), blocks: [table] };
    const { fake, slack } = await setUp({ answer: answering(message) });
    fake.refuseTables();
    await fake.mention("<@U0BOT>");
    await slack.channel("slack:#ai-quota").post(message);
    expect(fake.shown).toHaveLength(2);
    for (const { blocks } of fake.shown) expect(JSON.stringify(blocks)).toContain("rich_text_preformatted");
  });

  it("ignores a mention by another bot", async () => {
    const { fake } = await setUp({ answer: answering(titled("Quota")) });
    await fake.mention("<@U0BOT>", { bot_id: "B0OTHER" });
    await sleep(50);
    expect(fake.shown).toHaveLength(0);
  });
});
