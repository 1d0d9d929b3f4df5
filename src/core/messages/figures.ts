import type { Block, Column, Text } from "../domain/message.ts";
import type { UsageFigures } from "../services/usage-report.ts";
import { audioLength, count, dollars, listNames, scaled, share, took } from "./format.ts";

/** Whether there was no use at all. */
export function isNothing(figures: UsageFigures): boolean {
  return (
    figures.requests === 0 &&
    figures.tokens.total === 0 &&
    figures.audioSeconds === 0 &&
    figures.unpriced === 0 &&
    !hasPrice(figures)
  );
}

function hasPrice({ billedMicros, includedMicros, freeMicros }: UsageFigures): boolean {
  return billedMicros > 0 || includedMicros > 0 || freeMicros > 0;
}

/** All tokens: "1.2 M", or "~1.2 M" when some of them were estimated. */
export function tokenText({ tokens }: UsageFigures): string {
  return `${tokens.estimated > 0 ? "~" : ""}${scaled(tokens.total)}`;
}

interface FigureColumn {
  title: string;
  cell(figures: UsageFigures): string;
  /** Whether there is anything in it to show. */
  fills(figures: UsageFigures): boolean;
  /** Only where there is room. */
  wide?: true;
}

const none = "–";

/** Money of one kind. Beside unpriced calls it is at least so much, "$4.20+"; with nothing but such calls it is "?". */
function money(title: string, micros: (figures: UsageFigures) => number): FigureColumn {
  return {
    title,
    fills: (figures) => micros(figures) > 0,
    cell(figures) {
      if (micros(figures) > 0) return `${dollars(micros(figures))}${figures.unpriced > 0 ? "+" : ""}`;
      return figures.unpriced > 0 && !hasPrice(figures) ? "?" : none;
    },
  };
}

/** "2 calls (+ and ? below): no price is known for m-1 and m-2"; `models` are those with such calls, as far as known. */
export function unpricedText(figures: UsageFigures, models: readonly string[]): string {
  const signs = hasPrice(figures) ? " (+ and ? below)" : "";
  const whose = models.length === 0 ? "them" : listNames(models, 3);
  return `${count(figures.unpriced, "call")}${signs}: no price is known for ${whose}`;
}

const columns: readonly FigureColumn[] = [
  { title: "Calls", fills: () => true, cell: ({ requests }) => requests.toLocaleString("en-US") },
  {
    title: "Tokens",
    fills: ({ tokens }) => tokens.total > 0,
    cell: (figures) => (figures.tokens.total > 0 ? tokenText(figures) : none),
  },
  {
    title: "Audio",
    fills: ({ audioSeconds }) => audioSeconds > 0,
    cell: ({ audioSeconds }) => (audioSeconds > 0 ? audioLength(audioSeconds) : none),
  },
  money("Billed", ({ billedMicros }) => billedMicros),
  money("Included", ({ includedMicros }) => includedMicros),
  money("Free", ({ freeMicros }) => freeMicros),
  {
    title: "OK",
    fills: ({ successRate }) => successRate !== undefined,
    cell: ({ successRate }) => (successRate === undefined ? none : share(successRate)),
    wide: true,
  },
  {
    title: "Mean",
    fills: ({ meanMs }) => meanMs !== undefined,
    cell: ({ meanMs }) => (meanMs === undefined ? none : took(meanMs)),
    wide: true,
  },
  {
    title: "95%",
    fills: ({ p95Ms }) => p95Ms !== undefined,
    cell: ({ p95Ms }) => (p95Ms === undefined ? none : took(p95Ms)),
    wide: true,
  },
];

/** Figures by name, without columns that would be empty; `wide` adds success rate and times. */
export function figureTable(
  title: string,
  rows: readonly { name: string; figures: UsageFigures }[],
  options: { wide: boolean; only?: readonly string[] },
): Block {
  const shown = columns.filter(
    (column) =>
      (options.wide || column.wide !== true) &&
      (options.only?.includes(column.title) ?? true) &&
      rows.some(({ figures }) => column.fills(figures)),
  );
  const heads: Column[] = shown.map((column) => ({ title: column.title, align: "right" }));
  return {
    type: "table",
    columns: [{ title }, ...heads],
    rows: rows.map(({ name, figures }): Text[] => [name, ...shown.map((column) => column.cell(figures))]),
  };
}
