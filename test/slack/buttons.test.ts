import { describe, expect, it } from "vitest";
import type { Asker } from "../../src/core/commands/command.ts";
import type { Message } from "../../src/core/domain/message.ts";
import { titled } from "../fakes/slack/stubs.ts";
import { answering, setUp, sleep, until } from "./setup.ts";

const run = (label: string, command: string) => ({ id: "run" as const, label, command });
const alert: Message = {
  title: "GLM has used 82%",
  tone: "warning",
  blocks: [
    { type: "text", text: "18% left." },
    {
      type: "actions",
      actions: [
        run("Got it", "alerts ack a1"),
        run("Snooze 1 h", "alerts snooze a1 1h"),
        run("Details", "show glm"),
      ],
    },
  ],
};

describe.each(["socket", "http"] as const)("a button that runs a command on Slack (%s mode)", (mode) => {
  it("answers whoever presses it, alone, and leaves the message as it is", async () => {
    const asked: [string, Asker][] = [];
    const { fake, slack } = await setUp({
      mode,
      admins: ["U02BOSS"],
      async *answer(line, asker) {
        asked.push([line, asker]);
        yield titled("Taken on");
      },
    });
    await slack.channel("slack:#ai-quota").post(alert);
    const { late } = await fake.click(fake.shown[0], "run:0", "U02BOSS");
    expect(late).toBe(false);
    await until(() => fake.shown.length === 2, "answered");
    expect(asked).toEqual([
      ["alerts ack a1", { surface: "slack", user: "U02BOSS", channel: "slack:C02QUOTA", admin: true }],
    ]);
    expect(fake.shown[0]).toMatchObject({ edits: 0, text: expect.stringContaining("82%") });
    expect(fake.shown[1]).toMatchObject({
      channel: "C02QUOTA",
      onlyFor: "U02BOSS",
      text: expect.stringContaining("Taken on"),
    });
  });
});

describe("a button that runs a command on Slack", () => {
  it("is one of several, each with its own command", async () => {
    const lines: string[] = [];
    const { fake, slack } = await setUp({
      async *answer(line) {
        lines.push(line);
        yield titled("Done");
      },
    });
    await slack.channel("slack:#ai-quota").post(alert);
    for (const id of ["run:0", "run:1", "run:2"]) await fake.click(fake.shown[0], id);
    await until(() => fake.shown.length === 4, "all answered");
    expect(lines).toEqual(["alerts ack a1", "alerts snooze a1 1h", "show glm"]);
  });

  it("shows the best answer that comes soon, and none twice", async () => {
    const { fake, slack } = await setUp({ answer: answering(titled("Old"), titled("New")) });
    await slack.channel("slack:#ai-quota").post(alert);
    await fake.click(fake.shown[0], "run:2");
    await until(() => fake.shown.length === 2, "answered");
    expect(fake.shown[1]?.text).toContain("New");
    expect(fake.shown[0]?.edits).toBe(0);
  });

  it("does not wait for a better answer for long", async () => {
    const { fake, slack } = await setUp({
      timings: { settle: 50 },
      async *answer() {
        yield titled("Known");
        await sleep(400);
        yield titled("Fresh");
      },
    });
    await slack.channel("slack:#ai-quota").post(alert);
    await fake.click(fake.shown[0], "run:2");
    await until(() => fake.shown.length === 2, "answered");
    expect(fake.shown[1]?.text).toContain("Known");
    await sleep(500);
    expect(fake.shown).toHaveLength(2);
  });

  it("can be refreshed and shared from its answer", async () => {
    const { fake, slack } = await setUp({ answer: answering(titled("Details", "show glm")) });
    await slack.channel("slack:#ai-quota").post(alert);
    await fake.click(fake.shown[0], "run:2");
    await until(() => fake.shown.length === 2, "answered");
    await fake.click(fake.shown[1], "refresh");
    await until(() => fake.shown[1]?.edits === 1, "refreshed in place");
    await fake.click(fake.shown[1], "share");
    await until(() => fake.shown.length === 3, "shared");
    expect(fake.shown[2]?.onlyFor).toBeUndefined();
    expect(fake.shown[0]?.edits).toBe(0);
  });

  it("says that something went wrong to whoever pressed it, alone", async () => {
    const { fake, slack } = await setUp({
      // biome-ignore lint/correctness/useYield: it fails before it can
      async *answer() {
        throw new Error("boom");
      },
    });
    await slack.channel("slack:#ai-quota").post(alert);
    await fake.click(fake.shown[0], "run:0");
    await until(() => fake.shown.length === 2, "answered");
    expect(fake.shown[1]).toMatchObject({ onlyFor: fake.user, text: expect.stringContaining("went wrong") });
  });
});
