import type { Mark, Tone } from "../core/domain/message.ts";

/** What a terminal can show. */
export interface Terminal {
  /** Columns of text; infinite where what is written goes to a file or another program. */
  width: number;
  colour: boolean;
}

type Ink = "red" | "yellow" | "green" | "blue" | "grey" | "bold";

const inks: Record<Ink, [on: number, off: number]> = {
  red: [31, 39],
  yellow: [33, 39],
  green: [32, 39],
  blue: [34, 39],
  grey: [90, 39],
  bold: [1, 22],
};

/** The text in that ink where the terminal has colours. */
export function ink(text: string, name: Ink, terminal: Terminal): string {
  if (!terminal.colour || text === "") return text;
  const [on, off] = inks[name];
  return `\u001b[${on}m${text}\u001b[${off}m`;
}

/** Signs differ by shape; colour only repeats what they say. */
export const signOf: Record<Mark, string> = {
  ok: "✓",
  low: "▲",
  critical: "!",
  empty: "✗",
  unknown: "?",
  waiting: "…",
  blocked: "⊘",
};

export const inkOfMark: Record<Mark, Ink> = {
  ok: "green",
  low: "yellow",
  critical: "red",
  empty: "red",
  unknown: "grey",
  waiting: "grey",
  blocked: "yellow",
};

export const inkOfTone: Record<Tone, Ink> = {
  neutral: "blue",
  good: "green",
  warning: "yellow",
  critical: "red",
};
