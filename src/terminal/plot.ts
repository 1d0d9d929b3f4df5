import stringWidth from "string-width";
import type { Plot } from "../core/domain/message.ts";
import { harmless } from "../core/messages/harmless.ts";
import { sparkRows } from "../core/messages/spark.ts";
import { columns } from "./columns.ts";
import { ink, inkOfMark, type Terminal } from "./style.ts";

/** Between these many columns a plot is drawn, as wide as it fits beside its words. */
const widest = 72;
const narrowest = 10;

/** A plot as lines of characters: few lines are drawn high, many low. */
export function plotLines({ lines, from, to }: Plot, terminal: Terminal): string[] {
  const labels = lines.map(({ label }) => harmless(label));
  const widthOf = (texts: readonly string[]) => Math.max(0, ...texts.map((text) => stringWidth(text)));
  const besides = widthOf(labels) + widthOf(lines.map(({ value }) => value)) + 4;
  const width = Math.max(narrowest, Math.min(widest, terminal.width - besides));
  const rows = lines.length === 1 ? 4 : lines.length <= 4 ? 2 : 1;
  const drawn = lines.map(({ levels }) => sparkRows(levels, { columns: width, rows }));
  const across = Math.max(0, ...drawn.flatMap((pieces) => pieces.map(({ length }) => length)));
  const axis = `${from}${" ".repeat(Math.max(1, across - stringWidth(from) - stringWidth(to)))}${to}`;
  const grey = (text: string) => ink(text, "grey", terminal);
  return columns(
    [
      ...lines.flatMap(({ mark, value }, index) =>
        (drawn[index] ?? []).map((piece, row) => {
          const isLast = row === rows - 1;
          return [
            { text: isLast ? (labels[index] ?? "") : "" },
            {
              text: piece.padEnd(across),
              whole: true,
              draw: (text: string) => ink(text, inkOfMark[mark ?? "ok"], terminal),
            },
            { text: isLast ? value : "" },
          ];
        }),
      ),
      [{ text: "" }, { text: axis, whole: true, draw: grey }],
    ],
    terminal.width,
  );
}
