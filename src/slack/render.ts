import type { types } from "@slack/bolt";
import type { Action, Block, Message, Plot, Text, Tone } from "../core/domain/message.ts";
import { sparkLine } from "../core/messages/spark.ts";
import { barGrid, barLine } from "./bars.ts";
import { clip, mrkdwn, plainLine } from "./escape.ts";
import { type Grid, nativeTable, preformatted, weigh } from "./grid.ts";
import type { Present } from "./instants.ts";
import { isUserId, toMrkdwn, toPlain } from "./spans.ts";

export interface RenderOptions extends Present {
  /** Whether buttons are shown; default: yes. */
  buttons?: boolean | undefined;
  /** A title in bold instead of as a heading. */
  compact?: boolean | undefined;
  /** The Slack user who shared this answer, named below it. */
  sharedBy?: string | undefined;
  /** Whether tables are Slack's own `table` blocks or monospaced text; default: the former. */
  tables?: "native" | "preformatted" | undefined;
}

export interface Rendered {
  /** What notifications, screen readers and clients without blocks show. */
  text: string;
  blocks: types.KnownBlock[];
}

// Limits of a message (docs.slack.dev/reference/block-kit/blocks, checked 2026-11-22). A message of more than about
// 13,000 characters is refused with msg_blocks_too_long; nothing documents the exact number.
const headerLimit = 150;
const textLimit = 3_000;
const fieldsPerSection = 10;
const maxBlocks = 50;
const maxCharacters = 12_000;
const maxBars = 25;
const mostButtons = 10;
/** Blocks and characters kept free for the header, "more", the footer, the buttons and who shared it. */
const reserved = { blocks: 6, characters: 2_000 };
/** Characters of all buttons of a message, what they run included. */
const buttonsLimit = 1_200;

const toneSigns: Record<Tone, string> = { neutral: "", good: "✅ ", warning: "⚠️ ", critical: "🛑 " };

/**
 * A message as Slack shows it: blocks within all of Slack's limits, and the same as text. What has no room is cut
 * and said so. Text from outside stays text: it cannot format, link or mention.
 */
export function renderSlack(message: Message, options: RenderOptions): Rendered {
  const page = createPage(options);
  for (const block of message.blocks) page.add(block);
  const title = clip(toneSigns[message.tone] + plainLine(message.title), headerLimit);
  const blocks: types.KnownBlock[] = [];
  if (title !== "") blocks.push(options.compact ? boldTitle(title) : heading(title));
  blocks.push(...page.blocks());
  const closing = message.footer === undefined ? "" : toMrkdwn(message.footer, 600, options);
  if (closing !== "") blocks.push(context(closing));
  if (options.sharedBy !== undefined && isUserId(options.sharedBy))
    blocks.push(context(`Shared by <@${options.sharedBy}>`));
  return { text: fallbackText(message, options), blocks };
}

function heading(title: string): types.KnownBlock {
  return { type: "header", text: { type: "plain_text", text: title, emoji: false } };
}

function boldTitle(title: string): types.KnownBlock {
  return { type: "section", text: mrkdwnObject(`*${mrkdwn(title, textLimit)}*`) };
}

/** Collects blocks as long as there is room for them. */
function createPage(options: RenderOptions) {
  const added: types.KnownBlock[] = [];
  let blocksLeft = maxBlocks - reserved.blocks;
  let room = maxCharacters - reserved.characters;
  let tables = 0;
  let full = false;
  let hasButtons = false;

  function put(block: types.KnownBlock): boolean {
    const weight = weigh(block);
    if (blocksLeft <= 0 || weight > room) close();
    if (full) return false;
    blocksLeft -= 1;
    room -= weight;
    added.push(block);
    return true;
  }

  function close(): void {
    if (!full) added.push(context("…and more, which does not fit here"));
    full = true;
  }

  function putGrid(grid: Grid, mostRows: number): void {
    if (grid.rows.length === 0 || grid.columns.length === 0) return;
    const shown = { ...grid, rows: grid.rows.slice(0, mostRows) };
    // A message takes one table block.
    const native = options.tables !== "preformatted" && tables === 0;
    const drawn = native ? nativeTable(shown, room, options) : preformatted(shown, room, options);
    const dropped = drawn.dropped + grid.rows.length - shown.rows.length;
    if (dropped === grid.rows.length) close();
    if (!put(drawn.block)) return;
    if (native) tables += 1;
    if (dropped > 0) put(context(`and ${dropped} more`));
  }

  function add(block: Block): void {
    if (block.type === "bars") putGrid(barGrid(block.bars), maxBars);
    else if (block.type === "table") putGrid(block, Number.POSITIVE_INFINITY);
    else if (block.type === "facts") {
      for (const group of groupsOf(block.facts, fieldsPerSection))
        put({ type: "section", fields: group.map((fact) => mrkdwnObject(factText(fact, options))) });
    } else if (block.type === "text") {
      const text = toMrkdwn(block.text, textLimit, options);
      if (text.trim() !== "") put({ type: "section", text: mrkdwnObject(text) });
    } else if (block.type === "plot") put(plotText(block.plot, options));
    else if (options.buttons !== false && !hasButtons) {
      const elements = buttons(block.actions);
      if (elements.length === 0) return;
      // Their room is reserved.
      added.push({ type: "actions", elements });
      hasButtons = true;
    }
  }

  return { add, blocks: (): readonly types.KnownBlock[] => added };
}

function buttons(actions: readonly Action[]): types.Button[] {
  // Answers have one Refresh and one Share; of buttons that run commands there may be several.
  const first = actions.filter(
    ({ id }, index) => id === "run" || actions.findIndex((other) => other.id === id) === index,
  );
  let room = buttonsLimit;
  return first
    .slice(0, mostButtons)
    .map(
      (action, index): types.Button => ({
        type: "button",
        text: { type: "plain_text", text: clip(plainLine(action.label) || action.id, 75), emoji: false },
        action_id: action.id === "run" ? `run:${index}` : action.id,
        // An empty value is left out: Slack wants at least one character.
        ...(action.command !== "" && { value: action.command }),
      }),
    )
    .filter((button) => {
      // A cut command would do something else: rather no button.
      const fits = weigh(button) <= room;
      if (fits) room -= weigh(button);
      return fits;
    });
}

function factText(fact: { label: string; value: Text }, options: Present): string {
  const label = mrkdwn(plainLine(fact.label), 200);
  const value = toMrkdwn(fact.value, 1_700, options);
  return label === "" ? value || "–" : `*${label}*\n${value || "–"}`;
}

function mrkdwnObject(text: string): types.MrkdwnElement {
  // Verbatim: Slack makes no links, channels or mentions out of plain text.
  return { type: "mrkdwn", text, verbatim: true };
}

function context(text: string): types.ContextBlock {
  return { type: "context", elements: [mrkdwnObject(text)] };
}

/** Narrow enough for a phone. */
const plotWidth = 24;

function plotText({ lines, from, to }: Plot, options: Present): types.KnownBlock {
  const columns = [{ title: "" }, { title: `${from} – ${to}` }, { title: "" }];
  const rows = lines.map(({ label, levels, value }) => [label, sparkLine(levels, plotWidth), value]);
  return preformatted({ columns, rows }, textLimit, options).block;
}

function groupsOf<T>(items: readonly T[], size: number): T[][] {
  const groups: T[][] = [];
  for (let start = 0; start < items.length; start += size) groups.push(items.slice(start, start + size));
  return groups;
}

/** The whole message in words, at most 3,000 characters. */
function fallbackText(message: Message, options: Present): string {
  const lines = [plainLine(message.title)];
  for (const block of message.blocks) {
    if (block.type === "text") lines.push(toPlain(block.text, textLimit, options));
    else if (block.type === "bars") lines.push(...block.bars.map((bar) => barLine(bar, options)));
    else if (block.type === "facts")
      lines.push(...block.facts.map((fact) => `${fact.label}: ${toPlain(fact.value, 300, options)}`));
    else if (block.type === "plot")
      lines.push(...block.plot.lines.map(({ label, value }) => `${label}: ${value}`));
    else if (block.type === "table")
      lines.push(...block.rows.map((row) => row.map((cell) => toPlain(cell, 100, options)).join(", ")));
  }
  if (message.footer !== undefined) lines.push(toPlain(message.footer, 300, options));
  const text = mrkdwn(lines.filter((line) => line !== "").join("\n"), textLimit);
  return text === "" ? "quotabot" : text;
}
