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

/** Levels over time as a drawing of characters. */
export interface Plot {
  lines: readonly {
    label: string;
    /** From 0 to 1, at equal steps; undefined: nothing is known. */
    levels: readonly (number | undefined)[];
    /** Beside the line: "63% left". */
    value: string;
    mark?: Mark | undefined;
  }[];
  /** What the steps begin and end with: "Fri 20 Nov 14:10", "now". */
  from: string;
  to: string;
}

export type Block =
  | { type: "text"; text: Text }
  | { type: "facts"; facts: readonly { label: string; value: Text }[] }
  | { type: "bars"; bars: readonly Bar[] }
  | { type: "table"; columns: readonly Column[]; rows: readonly (readonly Text[])[] }
  | { type: "plot"; plot: Plot }
  | { type: "actions"; actions: readonly Action[] };

/** What we say, before any platform's syntax. */
export interface Message {
  title: string;
  tone: Tone;
  blocks: readonly Block[];
  footer?: Text | undefined;
  /** Handed over beside the message, to the asker alone unless it is a picture of what the message says. */
  file?: MessageFile | undefined;
}

export interface MessageFile {
  name: string;
  mediaType: string;
  content: string | Uint8Array;
  /** Set of a picture; `alt` says what it shows to whoever does not see it. */
  picture?: { alt: string } | undefined;
}

/** The pieces of a text. */
export function spans(text: Text): readonly Span[] {
  return isList(text) ? text : [text];
}

function isList(text: Text): text is readonly Span[] {
  return Array.isArray(text);
}
