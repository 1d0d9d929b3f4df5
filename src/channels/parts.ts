import {
  type Bar,
  type Block,
  type Mark,
  type Message,
  type Span,
  spans,
  type Text,
} from "../core/domain/message.ts";
import type { Instant } from "../core/domain/quota.ts";
import { moment, relative } from "../core/messages/format.ts";
import { sparkLine } from "../core/messages/spark.ts";

/** When and where a message is written. */
export interface Place {
  now: Instant;
  timezone: string;
}

/** A message taken apart for renderers that know paragraphs and tables only. Instants are spelled. */
export type Part =
  | { kind: "text"; text: Text }
  | {
      kind: "table";
      /** Absent: a table without titles. */
      head?: readonly string[] | undefined;
      rows: readonly (readonly Text[])[];
      /** Columns that are aligned to the right. */
      right: ReadonlySet<number>;
    };

/** The blocks of a message as parts. Buttons are left out: there is nobody to press them. */
export function partsOf({ blocks, footer }: Message, place: Place): Part[] {
  const parts = blocks.flatMap((block) => partOf(block, place));
  return footer === undefined ? parts : [...parts, { kind: "text", text: spelled(footer, place) }];
}

function partOf(block: Block, place: Place): Part[] {
  const none: ReadonlySet<number> = new Set();
  switch (block.type) {
    case "text":
      return [{ kind: "text", text: spelled(block.text, place) }];
    case "facts": {
      const rows = block.facts.map(({ label, value }) => [label, spelled(value, place)]);
      return [{ kind: "table", rows, right: none }];
    }
    case "bars":
      return [{ kind: "table", rows: block.bars.map((bar) => barCells(bar, place)), right: none }];
    case "table": {
      const head = block.columns.map(({ title }) => title);
      const rows = block.rows.map((row) => row.map((cell) => spelled(cell, place)));
      const right = new Set(block.columns.flatMap(({ align }, index) => (align === "right" ? [index] : [])));
      return [{ kind: "table", head, rows, right }];
    }
    case "plot": {
      const rows = block.plot.lines.map(({ label, levels, value }) => [
        label,
        sparkLine(levels, sparkWidth),
        value,
      ]);
      return [{ kind: "table", head: ["", `${block.plot.from} – ${block.plot.to}`, ""], rows, right: none }];
    }
    case "actions":
      return [];
  }
}

const sparkWidth = 32;

const signs: Readonly<Record<Mark, string>> = {
  ok: "✓",
  low: "▲",
  critical: "!",
  empty: "✗",
  unknown: "?",
  waiting: "…",
  blocked: "⊘",
};

function barCells(bar: Bar, place: Place): Text[] {
  const reset =
    bar.resetsAt === undefined ? "" : spelled({ instant: bar.resetsAt, style: "countdown" }, place);
  return [
    signs[bar.mark],
    bar.label,
    bar.left === undefined ? "" : drawBar(bar.left),
    spelled(bar.value, place),
    bar.window ?? "",
    reset,
    bar.note === undefined ? "" : spelled(bar.note, place),
    bar.detail ?? "",
  ];
}

/** Ten cells of what is left; something left always shows, something used too. */
function drawBar(left: number): string {
  const filled = left <= 0 ? 0 : left >= 100 ? 10 : Math.min(9, Math.max(1, Math.round(left / 10)));
  return "█".repeat(filled) + "░".repeat(10 - filled);
}

/** Nobody knows when it is read: besides how long it is until then, the time of day is told. */
function spelled(text: Text, { now, timezone }: Place): Span[] {
  return spans(text).map((span) => {
    if (typeof span === "string" || !("instant" in span)) return span;
    const time = moment(span.instant, now, timezone);
    return span.style === "moment" ? time : `${relative(span.instant, now)} (${time})`;
  });
}

/** Outside text without what could break a line, begin a header or turn the reading direction. */
export function harmless(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ")
    .replace(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g, "");
}
