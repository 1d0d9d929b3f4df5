import type { Bar, Mark, Span, Text } from "../core/domain/message.ts";
import type { Grid } from "./grid.ts";
import type { Present } from "./instants.ts";
import { toPlain } from "./spans.ts";

/** Signs of different shape, so that they can be told apart without colour, and what they mean in words. */
const signs: Record<Mark, { sign: string; word: string }> = {
  ok: { sign: "✅", word: "ok" },
  low: { sign: "⚠️", word: "low" },
  critical: { sign: "🔻", word: "nearly gone" },
  empty: { sign: "⛔", word: "used up" },
  unknown: { sign: "❔", word: "unknown" },
  waiting: { sign: "⏳", word: "waiting" },
  blocked: { sign: "🔒", word: "blocked" },
};

const cells = 8;

/** Bars as a table: one row each, in the order given. */
export function barGrid(bars: readonly Bar[]): Grid {
  return {
    columns: [
      { title: "Account" },
      { title: "Left" },
      { title: "Window" },
      { title: "Resets" },
      { title: "Status" },
    ],
    rows: bars.map((bar) => [
      [`${signs[bar.mark].sign} `, { strong: bar.label }, bar.detail ? ` ${bar.detail}` : ""],
      [...drawn(bar.left), ...spans(bar.value)],
      bar.window ?? "",
      bar.resetsAt === undefined ? "" : { instant: bar.resetsAt, style: "countdown" },
      bar.note ?? signs[bar.mark].word,
    ]),
  };
}

/** A bar as one line of words, for notifications and screen readers. */
export function barLine(bar: Bar, present: Present): string {
  const facts = [
    toPlain(bar.value, 200, present),
    bar.window ?? "",
    bar.resetsAt === undefined
      ? ""
      : `resets ${toPlain({ instant: bar.resetsAt, style: "countdown" }, 40, present)}`,
    bar.note === undefined ? signs[bar.mark].word : toPlain(bar.note, 200, present),
  ].filter((fact) => fact !== "");
  return `${signs[bar.mark].sign} ${bar.label}: ${facts.join(", ")}`;
}

/** Never drawn full or empty unless it is. */
function drawn(left: number | undefined): readonly Span[] {
  if (left === undefined || !Number.isFinite(left)) return [];
  const full = Math.round((left / 100) * cells);
  const filled = left <= 0 ? 0 : left >= 100 ? cells : Math.min(cells - 1, Math.max(1, full));
  return [{ code: "█".repeat(filled) + "░".repeat(cells - filled) }, " "];
}

function spans(text: Text): readonly Span[] {
  return Array.isArray(text) ? text : [text as Span];
}
