import type { Action, Bar, Block, Message, Text } from "../core/domain/message.ts";
import type { Instant } from "../core/domain/quota.ts";
import { plainText } from "../core/messages/format.ts";
import { harmless } from "../core/messages/harmless.ts";
import { type Cell, columns, wrap } from "./columns.ts";
import { plotLines } from "./plot.ts";
import { ink, inkOfMark, inkOfTone, signOf, type Terminal } from "./style.ts";

export interface RenderContext {
  now: Instant;
  timezone: string;
  terminal: Terminal;
}

/** The message as lines of text that fit the terminal; no control characters but our own colours. */
export function renderTerminal(message: Message, context: RenderContext): string {
  const { terminal } = context;
  const title = wrap(harmless(message.title), terminal.width).map((line) =>
    ink(ink(line, inkOfTone[message.tone], terminal), "bold", terminal),
  );
  const lines = [...title, ...message.blocks.flatMap((block) => ["", ...blockLines(block, context)])];
  if (message.footer !== undefined) {
    lines.push(
      "",
      ...wrap(spell(message.footer, context), terminal.width).map((line) => ink(line, "grey", terminal)),
    );
  }
  // Buttons leave an empty paragraph behind; two empty lines never follow each other.
  return lines
    .filter((line, index) => line !== "" || lines[index + 1] !== "")
    .join("\n")
    .trimEnd();
}

function blockLines(block: Block, context: RenderContext): string[] {
  const { width } = context.terminal;
  switch (block.type) {
    case "text":
      return wrap(spell(block.text, context), width);
    case "facts":
      return columns(
        block.facts.map((fact) => [
          { text: harmless(fact.label), wraps: true, draw: (label) => ink(label, "grey", context.terminal) },
          { text: spell(fact.value, context), wraps: true },
        ]),
        width,
      );
    case "bars":
      return barLines(block.bars, context);
    case "table": {
      const head = block.columns.map(
        (column): Cell => ({
          text: column.title,
          align: column.align,
          draw: (title) => ink(title, "grey", context.terminal),
        }),
      );
      const rows = block.rows.map((row) =>
        row.map((cell, index): Cell => {
          const align = block.columns[index]?.align;
          // Half a number is a wrong number: rather none, from the last column on.
          const number = align === "right" ? { whole: true, yields: -index } : {};
          return { text: spell(cell, context), align, ...number };
        }),
      );
      return columns([head, ...rows], width);
    }
    case "plot":
      return plotLines(block.plot, context.terminal);
    case "actions":
      return actionLines(block.actions, context);
  }
}

/** There is nothing to press on a terminal, so what a button would run is there to type. */
function actionLines(actions: readonly Action[], { terminal }: RenderContext): string[] {
  const typed = actions
    .filter(({ id }) => id === "run")
    .map(({ label, command }) => `${harmless(command)} (${harmless(label)})`);
  if (typed.length === 0) return [];
  return wrap(`Type ${typed.join(", ")}`, terminal.width).map((line) => ink(line, "grey", terminal));
}

const titles = ["", "Account", "", "Left", "Window", "Resets", "", ""];

function barLines(bars: readonly Bar[], context: RenderContext): string[] {
  const { terminal } = context;
  const details = bars.some((bar) => bar.detail !== undefined);
  const rows = bars.map((bar) => barCells(bar, context));
  const head = details
    ? [titles.map((title): Cell => ({ text: title, draw: (text) => ink(text, "grey", terminal) }))]
    : [];
  return columns([...head, ...rows], terminal.width);
}

function barCells(bar: Bar, context: RenderContext): Cell[] {
  const { terminal } = context;
  const inMark = (text: string) => ink(text, inkOfMark[bar.mark], terminal);
  return [
    { text: signOf[bar.mark], draw: inMark },
    { text: harmless(bar.label), draw: (label) => ink(label, "bold", terminal) },
    { text: bar.left === undefined ? "" : drawBar(bar.left), draw: inMark, yields: 2, whole: true },
    { text: spell(bar.value, context) },
    { text: harmless(bar.window ?? ""), yields: 3 },
    {
      text: bar.resetsAt === undefined ? "" : spell({ instant: bar.resetsAt, style: "countdown" }, context),
      yields: 4,
    },
    {
      text: bar.note === undefined ? "" : spell(bar.note, context),
      draw: (note) => ink(note, "yellow", terminal),
    },
    { text: harmless(bar.detail ?? ""), draw: (detail) => ink(detail, "grey", terminal), yields: 1 },
  ];
}

/** Ten cells of what is left; something left always shows, something used too. */
function drawBar(left: number): string {
  const rounded = Math.round(left / 10);
  const filled = left <= 0 ? 0 : left >= 100 ? 10 : Math.min(9, Math.max(1, rounded));
  return "█".repeat(filled) + "░".repeat(10 - filled);
}

function spell(text: Text, context: RenderContext): string {
  return harmless(plainText(text, context));
}
