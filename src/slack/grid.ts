import type { types } from "@slack/bolt";
import type { Text } from "../core/domain/message.ts";
import { clip } from "./escape.ts";
import type { Present } from "./instants.ts";
import { toPlain, toRichText } from "./spans.ts";

/** A table before it is known in which of the two ways it is shown. */
export interface Grid {
  columns: readonly { title: string; align?: "left" | "right" | undefined }[];
  rows: readonly (readonly Text[])[];
}

/** What was drawn, and how many rows there was no room for. */
export interface Drawn {
  block: types.TableBlock | types.RichTextBlock;
  dropped: number;
}

// A table block takes 100 rows (the header among them) of 20 columns and about 10,000 characters
// (docs.slack.dev/reference/block-kit/blocks/table-block, checked 2026-11-22).
const maxColumns = 20;
const maxRows = 99;
const cellLimit = 300;

/** The grid as Slack's own table, in at most `room` characters. */
export function nativeTable(grid: Grid, room: number, present: Present): Drawn {
  const columns = grid.columns.slice(0, maxColumns);
  const header: types.TableBlock["rows"][number] = columns.map(({ title }) => richCell(title, present));
  const rows: types.TableBlock["rows"] = [header];
  let left = Math.min(room, 9_500) - weigh(header);
  for (const row of grid.rows.slice(0, maxRows)) {
    const cells = columns.map((_, index) => richCell(row[index] ?? "", present));
    left -= weigh(cells);
    if (left < 0) break;
    rows.push(cells);
  }
  const settings = columns.map(({ align }) => ({ align: align ?? "left", is_wrapped: true }));
  return {
    block: { type: "table", rows, column_settings: settings },
    dropped: grid.rows.length - (rows.length - 1),
  };
}

function richCell(text: Text, present: Present): types.RichTextBlock {
  const elements = toRichText(text, cellLimit, present);
  // An empty cell is refused.
  if (elements.length === 0) elements.push({ type: "text", text: "–" });
  return { type: "rich_text", elements: [{ type: "rich_text_section", elements }] };
}

/** The grid as monospaced lines, for a second table of a message and where Slack does not take a native one. */
export function preformatted(grid: Grid, room: number, present: Present): Drawn {
  const columns = grid.columns.slice(0, maxColumns);
  const lines = [
    columns.map(({ title }) => title),
    ...grid.rows.slice(0, maxRows).map((row) => columns.map((_, index) => row[index] ?? "")),
  ].map((row) => row.map((cell) => toPlain(cell, 40, present)));
  const widths = columns.map((_, index) => Math.max(...lines.map((line) => width(line[index] ?? ""))));
  const drawn = lines.map((line) =>
    line
      .map((cell, index) => pad(cell, widths[index] ?? 0, columns[index]?.align))
      .join("  ")
      .trimEnd(),
  );
  let text = "";
  let rows = -1;
  for (const line of drawn) {
    if (text.length + line.length + 1 > Math.min(room, 6_000)) break;
    text += text === "" ? line : `\n${line}`;
    rows += 1;
  }
  return {
    block: {
      type: "rich_text",
      elements: [
        { type: "rich_text_preformatted", elements: [{ type: "text", text: text || clip("…", 1) }] },
      ],
    },
    dropped: grid.rows.length - Math.max(0, rows),
  };
}

const wide =
  /\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60]/u;
const noWidth = /[\u200b-\u200d]|\p{Mn}/u;

/** Columns a text takes in a monospaced font. */
function width(text: string): number {
  let columns = 0;
  for (const character of text) columns += noWidth.test(character) ? 0 : wide.test(character) ? 2 : 1;
  return columns;
}

function pad(text: string, columns: number, align: "left" | "right" | undefined): string {
  const space = " ".repeat(Math.max(0, columns - width(text)));
  return align === "right" ? space + text : text + space;
}

const unseen = new Set(["type", "action_id", "align"]);

/** Characters of content in a block: all strings but those that name kinds and ids. */
export function weigh(value: unknown): number {
  if (typeof value === "string") return value.length;
  if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + weigh(item), 0);
  if (typeof value !== "object" || value === null) return 0;
  return Object.entries(value).reduce((sum, [key, item]) => sum + (unseen.has(key) ? 0 : weigh(item)), 0);
}
