import type { types } from "@slack/bolt";
import { describe, expect, it } from "vitest";
import type { Message } from "../../src/core/domain/message.ts";
import { incidentDetails, incidentMessage } from "../../src/core/messages/incidents.ts";
import { renderDiscord } from "../../src/discord/render.ts";
import { renderSlack } from "../../src/slack/render.ts";
import { renderTerminal } from "../../src/terminal/render.ts";
import { start } from "../fakes/core.ts";
import { allComponents, limitProblems, schemaProblems, textOf } from "../fakes/discord/schemas.ts";
import { events, nameAccount, stories, told } from "./incident-examples.ts";
import { problemsOf } from "./slack-limits.ts";

const now = start;
const timezone = "Asia/Ho_Chi_Minh";

const messages: [title: string, message: Message][] = [
  ...Object.entries(events).map(([type, event]): [string, Message] => [
    type,
    incidentMessage([told(event)], nameAccount),
  ]),
  ...Object.entries(stories).map(([title, incidents]): [string, Message] => [
    title,
    incidentMessage(incidents, nameAccount),
  ]),
];

const details: [title: string, message: Message][] = ["escalated", "taken on", "over, as it has reset"].map(
  (title) => [`in the thread: ${title}`, incidentDetails(stories[title] ?? [], nameAccount)],
);

/** All messages as one text to read. */
function page(all: readonly [string, Message][], render: (message: Message) => string): string {
  return all.map(([title, message]) => `===== ${title}\n\n${render(message)}\n`).join("\n");
}

function slack(message: Message, compact = false): string {
  const rendered = renderSlack(message, { now, timezone, compact });
  expect(problemsOf(rendered)).toEqual([]);
  return rendered.blocks.map(slackBlock).join("\n");
}

function slackBlock(block: types.KnownBlock): string {
  if (block.type === "header") return `# ${block.text.text}`;
  if (block.type === "section")
    return [block.text, ...(block.fields ?? [])].flatMap((one) => one?.text ?? []).join("\n");
  if (block.type === "context")
    return `-- ${block.elements.map((one) => ("text" in one ? one.text : "")).join(" ")}`;
  if (block.type !== "actions") return JSON.stringify(block);
  return block.elements
    .flatMap((one) => (one.type === "button" ? `[${one.text.text} -> ${one.value}]` : []))
    .join(" ");
}

function discord(message: Message): string {
  const rendered = renderDiscord(message, { now });
  expect([...schemaProblems("message", rendered), ...limitProblems(rendered)]).toEqual([]);
  const buttons = allComponents(rendered.components) as { label?: string; custom_id?: string }[];
  const row = buttons
    .filter(({ label }) => label !== undefined)
    .map((one) => `[${one.label} -> ${one.custom_id}]`);
  return [textOf(rendered), row.join(" ")].filter((line) => line !== "").join("\n");
}

function terminal(message: Message): string {
  return renderTerminal(message, { now, timezone, terminal: { width: 80, colour: false } });
}

describe("what channels are told", () => {
  it("looks like this on Slack, within its limits", async () => {
    const text = [page(messages, slack), page(details, (message) => slack(message, true))].join("\n");
    await expect(text).toMatchFileSnapshot("snapshots/incidents-slack.txt");
  });

  it("looks like this on Discord, within its limits", async () => {
    await expect(page(messages, discord)).toMatchFileSnapshot("discord/incidents.md");
  });

  it("looks like this on a terminal", async () => {
    await expect(page(messages, terminal)).toMatchFileSnapshot("snapshots/incidents-terminal.txt");
  });
});
