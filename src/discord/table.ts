import type { Column, Text } from "../core/domain/message.ts";
import type { Instant } from "../core/domain/quota.ts";
import { codeText, hasInstant, markdown, plain } from "./markdown.ts";

/** What a phone shows in a code block without wrapping it, in monospace cells. */
const maxWidth = 56;
const gap = "  ";
const minColumn = 4;

export interface Table {
  columns: readonly Column[];
  rows: readonly (readonly Text[])[];
}

/** The parts of a rendered list: what is around it, and entries of which some may be left out. */
export interface List {
  before: string;
  entries: readonly string[];
  after: string;
}

/**
 * A table as a monospace block. Discord keeps countdowns only outside of one, so a table with instants, or with more
 * columns than fit, becomes one line per row under a line of titles.
 */
export function tableList(table: Table, now: Instant): List {
  const tooMany = table.columns.length * (minColumn + gap.length) > maxWidth;
  return tooMany || table.rows.some((row) => row.some(hasInstant)) ? lines(table, now) : grid(table);
}

function lines(table: Table, now: Instant): List {
  const titles = table.columns.map((column) => markdown(column.title, { room: 60, now }));
  return {
    before: `-# ${titles.filter(Boolean).join(" · ")}\n`,
    entries: table.rows.map((row) =>
      row
        .map((cell, at) => {
          const text = markdown(cell, { room: 160, now });
          return at === 0 && typeof cell === "string" && text !== "" ? `**${text.trim()}**` : text;
        })
        .filter((cell) => cell !== "")
        .join(" · "),
    ),
    after: "",
  };
}

function grid(table: Table): List {
  const head = table.columns.map((column) => codeText(column.title));
  const rows = table.rows.map((row) => table.columns.map((_, at) => codeText(plain(row[at] ?? ""))));
  const widths = columnWidths([head, ...rows]);
  const draw = (cells: readonly string[]) =>
    cells
      .map((cell, at) => pad(cell, widths[at] ?? 0, table.columns[at]?.align ?? "left"))
      .join(gap)
      .trimEnd();
  const rule = widths.map((width) => "─".repeat(width)).join(gap);
  return { before: `\`\`\`\n${draw(head)}\n${rule}\n`, entries: rows.map(draw), after: "\n```" };
}

/** Natural widths, the widest ones narrowed until the row fits. */
function columnWidths(rows: readonly (readonly string[])[]): number[] {
  const widths = (rows[0] ?? []).map((_, at) =>
    Math.min(maxWidth, Math.max(1, ...rows.map((row) => width(row[at] ?? "")))),
  );
  const total = () => widths.reduce((sum, each) => sum + each, (widths.length - 1) * gap.length);
  while (total() > maxWidth) {
    const widest = widths.indexOf(Math.max(...widths));
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
}

function pad(text: string, cells: number, align: "left" | "right"): string {
  const shown = narrow(text, cells);
  const blank = " ".repeat(Math.max(0, cells - width(shown)));
  return align === "right" ? blank + shown : shown + blank;
}

function narrow(text: string, cells: number): string {
  if (width(text) <= cells) return text;
  let kept = "";
  for (const { segment } of graphemes.segment(text)) {
    if (width(kept) + width(segment) > cells - 1) break;
    kept += segment;
  }
  return `${kept}…`;
}

const graphemes = new Intl.Segmenter();
const wide =
  /\p{Emoji_Presentation}|\ufe0f|\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}|[\u3000-\u303f\uff01-\uff60]/u;

/** Width in monospace cells: emoji and East Asian characters take two. */
function width(text: string): number {
  let cells = 0;
  for (const { segment } of graphemes.segment(text)) {
    cells += segment === "\u200b" ? 0 : wide.test(segment) ? 2 : 1;
  }
  return cells;
}
