import type { Span, Text } from "../core/domain/message.ts";
import type { Instant } from "../core/domain/quota.ts";

/** How running text is to be laid out. */
export interface Layout {
  /** At most so many UTF-16 units come out. */
  room: number;
  now: Instant;
  /** Keep line breaks; otherwise all white space becomes one space. */
  multiline?: boolean;
}

/**
 * Running text as Discord markdown, cut to fit. Strings are shown literally whatever they hold: no formatting, link,
 * emoji code or mention in them takes effect.
 */
export function markdown(text: Text, layout: Layout): string {
  let out = "";
  for (const span of spans(text)) {
    const room = layout.room - out.length;
    const whole = render(span, layout, Number.MAX_SAFE_INTEGER);
    if (whole.length <= room) {
      out += whole;
      continue;
    }
    // Escaping at most doubles a text, so half the room is always enough; the rest is for the bold marks.
    const cut = render(span, layout, Math.floor((room - 4) / 2));
    return cut.length <= room ? out + cut : out;
  }
  return out;
}

/** The same text without any syntax, on one line. Instants are left out. */
export function plain(text: Text): string {
  return oneLine(spans(text).map(words).join(""));
}

/** Whether the text holds an instant, which Discord renders only outside code blocks. */
export function hasInstant(text: Text): boolean {
  return spans(text).some((span) => typeof span === "object" && "instant" in span);
}

/** A timestamp that the reader's client shows in its own zone and keeps counting; "" when out of its range. */
export function timestamp(instant: Instant, style: "R" | "t" | "f"): string {
  return Math.abs(instant) <= 8.64e15 ? `<t:${Math.floor(instant / 1000)}:${style}>` : "";
}

/** Text for inside back-ticks, where nothing can be escaped. */
export function codeText(raw: string): string {
  return unmentioning(oneLine(raw).replaceAll("`", "'"));
}

/** Shortens to so many UTF-16 units, ending in "…", without splitting what a reader sees as one character. */
export function clip(text: string, units: number): string {
  if (text.length <= units) return text;
  let kept = "";
  for (const { segment } of graphemes.segment(text.slice(0, Math.max(0, units) + 64))) {
    if (kept.length + segment.length > units - 1) break;
    kept += segment;
  }
  return units > 0 ? `${kept}…` : "";
}

/** Without characters that have no place in a line: controls, invisible ones, direction overrides, half emoji. */
export function oneLine(raw: string): string {
  return clean(raw).replace(/\s+/g, " ").trim();
}

const graphemes = new Intl.Segmenter();
const zeroWidthSpace = "\u200b";

function spans(text: Text): readonly Span[] {
  return Array.isArray(text) ? text : [text as Span];
}

function words(span: Span): string {
  if (typeof span === "string") return span;
  if ("strong" in span) return span.strong;
  if ("code" in span) return span.code;
  if ("person" in span) return span.person;
  return "label" in span ? span.label : "";
}

function render(span: Span, layout: Layout, units: number): string {
  if (typeof span === "string") {
    return literal(clip(layout.multiline ? clean(span) : clean(span).replace(/\s+/g, " "), units));
  }
  if ("strong" in span) return wrap("**", literal(clip(oneLine(span.strong), units)));
  if ("code" in span) return wrap("`", clip(codeText(span.code), units));
  if ("link" in span) return link(literal(clip(oneLine(span.label), units)), span.link);
  if ("person" in span)
    return /^\d{17,20}$/.test(span.person) ? `<@${span.person}>` : literal(clip(oneLine(span.person), units));
  if (span.style === "countdown") return timestamp(span.instant, "R");
  const sameDay = Math.abs(span.instant - layout.now) < 20 * 3600 * 1000;
  return timestamp(span.instant, sameDay ? "t" : "f");
}

function wrap(mark: string, text: string): string {
  return text === "" ? "" : mark + text + mark;
}

function link(label: string, address: string): string {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || !["https:", "http:"].includes(url.protocol)) return label;
  return `[${label === "" ? "link" : label}](${url.href.replaceAll("(", "%28").replaceAll(")", "%29")})`;
}

function clean(raw: string): string {
  return raw
    .replace(/\r\n?|[\u2028\u2029]/g, "\n")
    .replaceAll("\t", " ")
    .replace(
      /(?!\n)[\p{Cc}\p{Cs}\u00ad\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]/gu,
      "",
    );
}

/** Everything that means something to Discord, made literal; at most one unit is added per unit. */
function literal(text: string): string {
  const escaped = text
    .replace(/[\\*_~`|[\]]|:(?=\/\/|(?!\d+:)[\w+-]{1,64}:)/g, "\\$&")
    .replace(/^(\s*)([#>+-])/gm, "$1\\$2")
    .replace(/^(\s*\d+)(?=[.)])/gm, "$1\\");
  return unmentioning(escaped);
}

/** Breaks mentions, timestamps and the like with a character that nobody sees. */
function unmentioning(text: string): string {
  return text.replace(/@|<(?=[@#:/a-z])/gi, `$&${zeroWidthSpace}`);
}
