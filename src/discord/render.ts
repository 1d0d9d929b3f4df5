import {
  type APIButtonComponentWithCustomId,
  type APIContainerComponent,
  ButtonStyle,
  ComponentType,
  MessageFlags,
} from "discord.js";
import type { Action, Bar, Block, Mark, Message, Plot, Tone } from "../core/domain/message.ts";
import type { Instant } from "../core/domain/quota.ts";
import { sparkLine } from "../core/messages/spark.ts";
import { clip, codeText, markdown, oneLine, timestamp } from "./markdown.ts";
import { type List, tableList } from "./table.ts";

export interface DiscordMessage {
  flags: number;
  components: [APIContainerComponent];
}

export interface RenderOptions {
  now: Instant;
  /** Without: nothing to press, as in a message that everybody sees. */
  buttons?: boolean;
}

/**
 * A message as Components V2. It keeps Discord's limits (checked 2026-11-22) with room for one more line of text: 40
 * components and 4000 characters of text per message, 5 buttons in each of 2 rows, 100 characters per custom id. What does not
 * fit is counted ("and 12 more"). Instants need no time zone: the reader's client shows them in its own.
 */
export function renderDiscord(message: Message, { now, buttons = true }: RenderOptions): DiscordMessage {
  const title = markdown(message.title, { room: 300, now }).trim();
  const footer = message.footer === undefined ? "" : markdown(message.footer, { room: 500, now }).trim();
  const texts = [
    title === "" ? "" : `### ${title}`,
    ...blockTexts(message.blocks, now, maxText - title.length - footer.length - 20),
    footer === "" ? "" : `-# ${footer}`,
  ].filter((text) => text !== "");
  if (texts.length === 0) texts.push("Nothing to show.");
  const container: APIContainerComponent = {
    type: ComponentType.Container,
    accent_color: accents[message.tone],
    components: texts.map((content) => ({ type: ComponentType.TextDisplay, content })),
  };
  const pressed = buttons ? buttonsOf(message.blocks) : [];
  for (const row of [pressed.slice(0, 5), pressed.slice(5, 10)]) {
    if (row.length > 0) container.components.push({ type: ComponentType.ActionRow, components: row });
  }
  return { flags: MessageFlags.IsComponentsV2, components: [container] };
}

const maxText = 3900;
const maxTexts = 22;
const moreNote = "-# The rest did not fit here.";

const accents: Record<Tone, number> = {
  neutral: 0x5865f2,
  good: 0x2e9e5b,
  warning: 0xe6a100,
  critical: 0xd83c3e,
};

const marks: Record<Mark, string> = {
  ok: "✅",
  low: "⚠️",
  critical: "🚨",
  empty: "⛔",
  unknown: "❔",
  waiting: "⏳",
  blocked: "🔒",
};

function blockTexts(blocks: readonly Block[], now: Instant, total: number): string[] {
  const texts: string[] = [];
  let room = total - moreNote.length - 1;
  for (const block of blocks) {
    const text = blockText(block, now, room);
    if (text === undefined) {
      texts.push(moreNote);
      break;
    }
    if (text.trim() === "") continue;
    room -= text.length + 1;
    texts.push(text);
  }
  return texts.length <= maxTexts
    ? texts
    : [...texts.slice(0, maxTexts - 1), texts.slice(maxTexts - 1).join("\n")];
}

/** The text of a block in so much room; undefined when not even its beginning fits. */
function blockText(block: Block, now: Instant, room: number): string | undefined {
  if (block.type === "actions") return "";
  if (room < 40) return undefined;
  switch (block.type) {
    case "text":
      return markdown(block.text, { room, now, multiline: true });
    case "facts":
      return listText(
        list(
          block.facts.map(
            ({ label, value }) =>
              `${bold(label, now)} ${markdown(value, { room: 600, now, multiline: true })}`,
          ),
        ),
        room,
      );
    case "bars":
      return listText(list(block.bars.map((bar) => barText(bar, now))), room);
    case "table":
      return listText(tableList(block, now), room);
    case "plot":
      return listText(plotList(block.plot), room);
  }
}

function list(entries: readonly string[]): List {
  return { before: "", entries, after: "" };
}

/** What a phone shows in a code block beside its words. */
const plotWidth = 24;

function plotList({ lines, from, to }: Plot): List {
  const entries = lines.map(({ label, levels, value }) =>
    [sparkLine(levels, plotWidth), codeText(label), codeText(value)].join(" "),
  );
  return { before: `\`\`\`\n${codeText(from)} – ${codeText(to)}\n`, entries, after: "\n```" };
}

function listText({ before, entries, after }: List, room: number): string | undefined {
  if (entries.length === 0) return "";
  const frame = before.length + after.length;
  const whole = entries.join("\n");
  if (frame + whole.length <= room) return before + whole + after;
  const more = (count: number) => `\n-# and ${count} more`;
  let shown = "";
  let count = 0;
  for (const entry of entries) {
    const next = count === 0 ? entry : `${shown}\n${entry}`;
    if (frame + next.length + more(entries.length).length > room) break;
    shown = next;
    count += 1;
  }
  return count === 0 ? undefined : before + shown + after + more(entries.length - count);
}

function barText(bar: Bar, now: Instant): string {
  const detail = bar.detail === undefined ? "" : markdown(bar.detail, { room: 120, now }).trim();
  const note = bar.note === undefined ? "" : markdown(bar.note, { room: 300, now }).trim();
  const value = markdown(bar.value, { room: 160, now }).trim();
  const drawn = bar.left !== undefined && Number.isFinite(bar.left) ? `\`${gauge(bar.left)}\` ` : "";
  const facts = [
    drawn + value,
    bar.window === undefined ? "" : markdown(bar.window, { room: 80, now }).trim(),
    bar.resetsAt === undefined ? "" : resetText(bar.resetsAt, now),
  ].filter((fact) => fact !== "");
  return [
    `${marks[bar.mark]} ${bold(bar.label, now)}${detail === "" ? "" : ` · ${detail}`}`,
    facts.join(" · "),
    note === "" ? "" : `-# ${note}`,
  ]
    .filter((line) => line !== "")
    .join("\n");
}

function bold(label: string, now: Instant): string {
  const text = markdown({ strong: label }, { room: 200, now });
  return text === "" ? "**(no name)**" : text;
}

function resetText(at: Instant, now: Instant): string {
  const when = timestamp(at, "R");
  return when === "" ? "" : `${at > now ? "resets" : "reset"} ${when}`;
}

/** Ten cells. Only what is full looks full, and only what is empty looks empty. */
function gauge(left: number): string {
  const share = Math.min(100, Math.max(0, left));
  const cells = share === 100 ? 10 : share === 0 ? 0 : Math.min(9, Math.max(1, Math.round(share / 10)));
  return "█".repeat(cells) + "░".repeat(10 - cells);
}

const faces: Record<Action["id"], string | undefined> = { refresh: "🔄", share: "📣", run: undefined };

function buttonsOf(blocks: readonly Block[]): APIButtonComponentWithCustomId[] {
  const buttons = new Map<string, APIButtonComponentWithCustomId>();
  for (const action of blocks.flatMap((block) => (block.type === "actions" ? block.actions : []))) {
    const id = `${action.id}:${action.command}`;
    // A cut command would do something else: rather no button.
    if (id.length > 100) continue;
    const face = faces[action.id];
    buttons.set(id, {
      type: ComponentType.Button,
      style: ButtonStyle.Secondary,
      custom_id: id,
      label: clip(oneLine(action.label), 80) || action.id,
      ...(face !== undefined && { emoji: { name: face } }),
    });
  }
  return [...buttons.values()];
}
