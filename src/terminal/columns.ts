import stringWidth from "string-width";
import { wrapWords } from "../core/wrap.ts";

/** A cell: what it says, and how it is drawn once it has its width. */
export interface Cell {
  text: string;
  align?: "left" | "right" | undefined;
  draw?: ((padded: string) => string) | undefined;
  /** Where its column stands when columns have to go: the lowest goes first; absent: it stays. */
  yields?: number | undefined;
  /** Its column is shown whole or not at all. */
  whole?: boolean | undefined;
  /** It goes on in further lines instead of being cut. */
  wraps?: boolean | undefined;
}

const gap = "  ";
/** No column is cut shorter than this as long as another one can go instead. */
const readable = 12;

/**
 * Lines of aligned columns no wider than `width`: where they would be, columns go, are wrapped, or are cut with "…". In an
 * infinite width nothing is.
 */
export function columns(rows: readonly (readonly Cell[])[], width: number): string[] {
  const widths = fittingWidths(rows, width);
  return rows.flatMap((row) => {
    const pieces = widths.map((columnWidth, column) => piecesOf(row[column], columnWidth));
    const height = Math.max(1, ...pieces.map(({ length }) => length));
    return Array.from({ length: height }, (_, line) =>
      widths
        .flatMap((columnWidth, column) =>
          columnWidth > 0 ? drawPiece(row[column], pieces[column]?.[line] ?? "", columnWidth) : [],
        )
        .join(gap)
        .trimEnd(),
    );
  });
}

/** The width of each column; 0 for one that is empty or has to go. */
function fittingWidths(rows: readonly (readonly Cell[])[], width: number): number[] {
  const cells = (column: number) => rows.flatMap((row) => row[column] ?? []);
  const count = Math.max(0, ...rows.map((row) => row.length));
  const natural = Array.from({ length: count }, (_, column) =>
    Math.max(0, ...cells(column).map((cell) => stringWidth(cell.text))),
  );
  const isWhole = natural.map((_, column) => cells(column).some((cell) => cell.whole));
  const yielding = natural
    .map((_, column) => ({ column, yields: cells(column).find((cell) => cell.yields !== undefined)?.yields }))
    .filter((one) => one.yields !== undefined)
    .sort((a, b) => (a.yields ?? 0) - (b.yields ?? 0));
  for (;;) {
    const shrunk = shrink(natural, isWhole, width, readable);
    if (total(shrunk) <= width) return shrunk;
    const next = yielding.shift();
    if (next === undefined) return shrink(natural, isWhole, width, 1);
    natural[next.column] = 0;
  }
}

function shrink(
  natural: readonly number[],
  isWhole: readonly boolean[],
  width: number,
  least: number,
): number[] {
  const widths = [...natural];
  while (total(widths) > width) {
    const widest = Math.max(...widths.filter((_, column) => !isWhole[column]));
    if (widest <= least) break;
    widths[widths.findLastIndex((one, column) => one === widest && !isWhole[column])] = widest - 1;
  }
  return widths;
}

function total(widths: readonly number[]): number {
  return widths.reduce((sum, one) => sum + (one > 0 ? one + gap.length : 0), -gap.length);
}

/** What a cell says, line by line. */
function piecesOf(cell: Cell | undefined, width: number): string[] {
  const { text = "", wraps = false } = cell ?? {};
  return wraps ? wrap(text, width) : [cut(text, width)];
}

function drawPiece(cell: Cell | undefined, text: string, width: number): string {
  const space = " ".repeat(width - stringWidth(text));
  const padded = cell?.align === "right" ? space + text : text + space;
  return cell?.draw === undefined || text === "" ? padded : cell.draw(padded);
}

/** The text in at most so many terminal columns. */
function cut(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  let kept = "";
  for (const { segment } of new Intl.Segmenter("en").segment(text)) {
    if (stringWidth(kept) + stringWidth(segment) > width - 1) break;
    kept += segment;
  }
  return width < 1 ? "" : `${kept.trimEnd()}…`;
}

/** The text broken at spaces into lines of at most so many columns; a longer word is cut. */
export function wrap(text: string, width: number): string[] {
  if (width === Number.POSITIVE_INFINITY) return [text];
  return wrapWords(text, width).map((one) => cut(one, width));
}
