import stringWidth from "string-width";

/** A cell: what it says, and how it is drawn once it has its width. */
export interface Cell {
  text: string;
  align?: "left" | "right" | undefined;
  draw?: ((padded: string) => string) | undefined;
}

const gap = "  ";

/**
 * Lines of aligned columns no wider than `width`: where they would be, the widest cells are cut with "…", down to 8
 * columns; then the last columns go.
 */
export function columns(rows: readonly (readonly Cell[])[], width: number): string[] {
  const count = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: count }, (_, column) =>
    Math.max(0, ...rows.map((row) => stringWidth(row[column]?.text ?? ""))),
  );
  narrow(widths, width);
  return rows.map((row) =>
    widths
      .map((columnWidth, column) => drawCell(row[column], columnWidth))
      .filter((_, column) => (widths[column] ?? 0) > 0)
      .join(gap)
      .trimEnd(),
  );
}

function drawCell(cell: Cell | undefined, width: number): string {
  const text = cut(cell?.text ?? "", width);
  const space = " ".repeat(width - stringWidth(text));
  const padded = cell?.align === "right" ? space + text : text + space;
  return cell?.draw === undefined ? padded : cell.draw(padded);
}

function narrow(widths: number[], width: number): void {
  const total = () => widths.reduce((sum, one) => sum + (one > 0 ? one + gap.length : 0), -gap.length);
  while (total() > width) {
    const widest = Math.max(...widths);
    if (widest > 8) widths[widths.lastIndexOf(widest)] = widest - 1;
    else {
      const last = widths.findLastIndex((one) => one > 0);
      if (last <= 0) return;
      widths[last] = 0;
    }
  }
}

/** The text in at most so many terminal columns. */
export function cut(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  let kept = "";
  for (const { segment } of new Intl.Segmenter("en").segment(text)) {
    if (stringWidth(kept) + stringWidth(segment) > width - 1) break;
    kept += segment;
  }
  return width < 1 ? "" : `${kept.trimEnd()}…`;
}

/** The text broken at spaces into lines of at most so many columns. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (line !== "" && stringWidth(longer) > width) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line];
}
