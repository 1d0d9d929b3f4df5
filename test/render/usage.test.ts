import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import type { Message } from "../../src/core/domain/message.ts";
import { costMessage } from "../../src/core/messages/cost.ts";
import { usageMessage } from "../../src/core/messages/usage.ts";
import { createUsageNames } from "../../src/core/messages/usage-names.ts";
import { renderDiscord } from "../../src/discord/render.ts";
import { renderSlack } from "../../src/slack/render.ts";
import { renderTerminal } from "../../src/terminal/render.ts";
import { account, start } from "../fakes/core.ts";
import { limitProblems, schemaProblems, textOf } from "../fakes/discord/schemas.ts";
import { monthsCost, weekByModel } from "../fakes/usage-examples.ts";
import { problemsOf } from "./slack-limits.ts";

const accounts = [account("claude-lan", { label: "Lan's Max" }), account("glm-main", { label: "GLM" })];
const names = createUsageNames(accounts, new Map());
const call = { today: "2026-11-22", names };
const usage = (wide: boolean) => usageMessage(weekByModel, { ...call, command: "usage 7d by model", wide });
const cost = costMessage(monthsCost, { ...call, command: "cost month" });

function terminal(message: Message, width = 112): string {
  const context = { now: start, timezone: "UTC", terminal: { width, colour: false } };
  return `${renderTerminal(message, context)}\n`;
}

describe("usage and cost", () => {
  it("look like this on a terminal", async () => {
    await expect(terminal(usage(true))).toMatchFileSnapshot("snapshots/terminal-usage.txt");
    await expect(terminal(cost)).toMatchFileSnapshot("snapshots/terminal-cost.txt");
  });

  it("lose whole columns on a narrow terminal, never half a number", () => {
    const lines = terminal(usage(true), 44).split("\n");
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(44);
    const row = lines.find((line) => line.startsWith("claude-opus"));
    expect(row).toMatch(/842 +47\.7 M/);
    expect(row).not.toMatch(/\d…/);
  });

  it("look like this on Slack, within its limits", async () => {
    for (const [name, message] of [
      ["usage", usage(false)],
      ["cost", cost],
    ] as const) {
      const rendered = renderSlack(message, { now: start, timezone: "UTC" });
      expect(problemsOf(rendered)).toEqual([]);
      await expect(`${rendered.text}\n\n---\n${stringify(rendered.blocks)}`).toMatchFileSnapshot(
        `snapshots/slack-${name}.txt`,
      );
    }
  });

  it("look like this on Discord, within its limits", async () => {
    for (const [name, message] of [
      ["usage", usage(false)],
      ["cost", cost],
    ] as const) {
      const rendered = renderDiscord(message, { now: start });
      expect([...schemaProblems("message", rendered), ...limitProblems(rendered)]).toEqual([]);
      await expect(`${textOf(rendered)}\n`).toMatchFileSnapshot(`discord/${name}.md`);
    }
  });
});
