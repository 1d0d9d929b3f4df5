import type { Instant } from "./quota.ts";

/**
 * A piece of running text. Plain strings come from anywhere and are escaped by every renderer; an instant is
 * rendered in the reader's own zone where the platform can: "countdown" as "in 2 h", "moment" as a time of day.
 */
export type Span =
  | string
  | { strong: string }
  | { code: string }
  | { link: string; label: string }
  /** Somebody, by the platform's own id. */
  | { person: string }
  | { instant: Instant; style: "countdown" | "moment" };

export type Text = Span | readonly Span[];

export type Tone = "neutral" | "good" | "warning" | "critical";

/** How a bar stands, told by shape as well as by colour. */
export type Mark = "ok" | "low" | "critical" | "empty" | "unknown" | "waiting" | "blocked";

export interface Bar {
  mark: Mark;
  label: string;
  /** Beside the label, less loud: provider, plan. */
  detail?: string | undefined;
  /** Percent left, 0 to 100; absent: nothing to draw. */
  left?: number | undefined;
  /** What is left in words: "63% left", "$10.00 left". */
  value: Text;
  /** The window that counts: "5-hour". */
  window?: string | undefined;
  resetsAt?: Instant | undefined;
  /** State in words, age of the numbers. */
  note?: Text | undefined;
}

export interface Column {
  title: string;
  align?: "left" | "right" | undefined;
}

/**
 * A button. `command` is what it does, as typed after /quota: `refresh` and `share` show its answer anew, here or to
 * everybody; `run` answers whoever presses it, alone.
 */
export interface Action {
  id: "refresh" | "share" | "run";
  label: string;
  command: string;
}

export type Block =
  | { type: "text"; text: Text }
  | { type: "facts"; facts: readonly { label: string; value: Text }[] }
  | { type: "bars"; bars: readonly Bar[] }
  | { type: "table"; columns: readonly Column[]; rows: readonly (readonly Text[])[] }
  | { type: "actions"; actions: readonly Action[] };

/** What we say, before any platform's syntax. */
export interface Message {
  title: string;
  tone: Tone;
  blocks: readonly Block[];
  footer?: Text | undefined;
  /** Handed over beside the message, to the asker alone. */
  file?: { name: string; mediaType: string; content: string } | undefined;
}

/** The pieces of a text. */
export function spans(text: Text): readonly Span[] {
  return isList(text) ? text : [text];
}

function isList(text: Text): text is readonly Span[] {
  return Array.isArray(text);
}
