import type { types } from "@slack/bolt";
import type { Span, Text } from "../core/domain/message.ts";
import { clip, length, mrkdwn, plain, plainLine } from "./escape.ts";
import { countdownText, momentText, type Present, unixSeconds } from "./instants.ts";

const dateFormats = { countdown: "{ago}", moment: "{date_short_pretty} {time}" } as const;

/** Whether Slack would show a mention of this as somebody's name. */
export function isUserId(text: string): boolean {
  return /^[UW][A-Z0-9]{2,}$/.test(text);
}

function spansOf(text: Text): readonly Span[] {
  return Array.isArray(text) ? text : [text as Span];
}

/** Running text as Slack's mrkdwn, at most `limit` characters; a span that does not fit ends it with an ellipsis. */
export function toMrkdwn(text: Text, limit: number, present: Present): string {
  let out = "";
  let room = limit;
  for (const span of spansOf(text)) {
    const piece = spanToMrkdwn(span, room, present);
    if (length(piece) > room) return room > 0 ? `${out}…` : out;
    out += piece;
    room -= length(piece);
    if (room <= 0) break;
  }
  return out;
}

function spanToMrkdwn(span: Span, room: number, present: Present): string {
  if (typeof span === "string") return mrkdwn(span, room);
  if ("strong" in span) return wrapped("*", mrkdwn(oneLine(span.strong), room - 2));
  if ("code" in span) return wrapped("`", mrkdwn(oneLine(span.code), room - 2));
  if ("link" in span) {
    const url = safeUrl(span.link);
    const label = mrkdwn(oneLine(span.label), 500);
    return url === undefined ? label : `<${url}|${label || url}>`;
  }
  if ("person" in span)
    return isUserId(span.person) ? `<@${span.person}>` : mrkdwn(oneLine(span.person), room);
  const seconds = unixSeconds(span.instant);
  if (seconds === undefined) return "unknown";
  return `<!date^${seconds}^${dateFormats[span.style]}|${fallback(span, present)}>`;
}

/** Formatting characters must touch the text they enclose, on one line, and enclose something. */
function wrapped(mark: string, text: string): string {
  return text === "" ? "" : `${mark}${text}${mark}`;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

/** A web address as Slack's link syntax can hold it; undefined for any other scheme. */
function safeUrl(link: string): string | undefined {
  if (!URL.canParse(link)) return undefined;
  const url = new URL(link);
  if (url.protocol !== "https:" && url.protocol !== "http:") return undefined;
  const safe = url.href.replace(/\|/g, "%7C").replace(/</g, "%3C").replace(/>/g, "%3E");
  return safe.length > 2000 ? undefined : safe;
}

function fallback(span: { instant: number; style: "countdown" | "moment" }, present: Present): string {
  return span.style === "countdown"
    ? countdownText(span.instant, present)
    : momentText(span.instant, present);
}

/** Running text as elements of a rich text section, where nothing is parsed, at most `limit` characters of text. */
export function toRichText(text: Text, limit: number, present: Present): types.RichTextElement[] {
  const elements: types.RichTextElement[] = [];
  let room = limit;
  for (const span of spansOf(text)) {
    if (room <= 0) break;
    const element = spanToElement(span, room, present);
    if (element === undefined) continue;
    elements.push(element);
    room -= "text" in element ? length(element.text ?? "") : 0;
  }
  return elements;
}

function spanToElement(span: Span, room: number, present: Present): types.RichTextElement | undefined {
  if (typeof span === "string") return textElement(plain(span).replace(/\s+/g, " "), room);
  if ("strong" in span) return textElement(plainLine(span.strong), room, { bold: true });
  if ("code" in span) return textElement(plainLine(span.code), room, { code: true });
  if ("link" in span) {
    const url = safeUrl(span.link);
    const label = textElement(plainLine(span.label) || (url ?? ""), room);
    return url === undefined || label === undefined ? label : { type: "link", url, text: label.text };
  }
  if ("person" in span)
    return isUserId(span.person)
      ? { type: "user", user_id: span.person }
      : textElement(plainLine(span.person), room);
  const timestamp = unixSeconds(span.instant);
  if (timestamp === undefined) return textElement("unknown", room);
  return {
    type: "date",
    timestamp,
    format: dateFormats[span.style],
    fallback: fallback(span, present),
  };
}

function textElement(
  text: string,
  room: number,
  style?: { bold?: boolean; code?: boolean },
): types.RichTextText | undefined {
  const clipped = clip(text, room);
  if (clipped === "") return undefined;
  return { type: "text", text: clipped, ...(style && { style }) };
}

/** Running text as plain words on one line, times included, at most `limit` characters. */
export function toPlain(text: Text, limit: number, present: Present): string {
  const words = spansOf(text).map((span) => {
    if (typeof span === "string") return span;
    if ("strong" in span) return span.strong;
    if ("code" in span) return span.code;
    if ("link" in span) return span.label || span.link;
    if ("person" in span) return span.person;
    return fallback(span, present);
  });
  return clip(plainLine(words.join("")), limit);
}
