import type { ToldRefusal } from "../../core/domain/limit-report.ts";
import type { Instant } from "../../core/domain/quota.ts";
import { type CodeMeaning, meaningOf, meaningOfWords } from "./codes.ts";
import { readGoogle } from "./google.ts";
import { type Headers, readHeaders } from "./headers.ts";
import { later, readReset, readSpan } from "./spans.ts";
import { fieldsOf, textOf } from "./values.ts";

/** A refused call as somebody has it: all of it may be missing. */
export interface RawRefusal {
  status?: number | undefined;
  /** Seconds. */
  retryAfter?: number | undefined;
  headers: Headers;
  /** Parsed, or as text. */
  body?: unknown;
}

/**
 * What a refused call means, told by its shape and not by whose account it is: gateways pass on what others answer.
 * Undefined for a call that failed for another reason. Of texts only what is known comes out, never the text itself.
 *
 * @param at when it was refused
 */
export function readRefusal(raw: RawRefusal, at: Instant): ToldRefusal | undefined {
  const error = errorOf(raw.body);
  const google = readGoogle(error.fields, at);
  const headers = readHeaders(new Map([...error.headers, ...raw.headers]), at);
  const coded = meaningOf(error.codes);
  const meaning = refined(coded, error.message) ?? ofStatus(raw.status);
  const kind = google?.kind ?? headers.kind ?? meaning?.kind;
  const retryAt =
    later(raw.retryAfter === undefined ? undefined : at + raw.retryAfter * 1_000, at) ??
    headers.retryAt ??
    google?.retryAt ??
    error.retryAt(at);
  const resetsAt = google?.until ?? error.resetsAt(at) ?? headers.resetsAt;
  const isLimit = raw.status === undefined || raw.status === 429;
  if (kind === undefined && !isLimit) return undefined;
  const told = kind === "rate" || kind === "capacity" ? (retryAt ?? resetsAt) : (resetsAt ?? retryAt);
  const reason = google?.reason ?? headers.reason ?? meaning?.reason ?? "Too many calls";
  const code = coded === undefined || google?.reason !== undefined ? "" : ` (${coded.code})`;
  return {
    kind,
    until: google?.final ? google.until : coded?.needsPerson ? undefined : told,
    reason: `${reason}${code}`,
    model: google?.model,
    perModel: google?.perModel,
  };
}

/** A code for calls that come too fast is also used for the quota of a day. */
function refined(coded: CodeMeaning | undefined, message: string): CodeMeaning | undefined {
  if (coded !== undefined && coded.kind !== "rate") return coded;
  const said = meaningOfWords(message);
  return coded === undefined || said?.kind === "quota" ? (said ?? coded) : coded;
}

function ofStatus(status: number | undefined): CodeMeaning | undefined {
  if (status === 503 || status === 529) {
    return { kind: "capacity", reason: `The provider has no capacity for the model (HTTP ${status})` };
  }
  return status === 402 ? { kind: "quota", reason: "No credit is left (HTTP 402)" } : undefined;
}

/** Texts are looked at so far. */
const longest = 4_000;

/** The envelopes that errors come in: `{ error }` or `[{ error }]`, `{ base_resp }`, `{ detail }`, plain text. */
function errorOf(written: unknown) {
  const parsed = typeof written === "string" ? (parseJson(written) ?? written) : written;
  const document = Array.isArray(parsed) ? parsed[0] : parsed;
  const body = fieldsOf(document);
  const fields = typeof body.error === "object" && body.error !== null ? fieldsOf(body.error) : body;
  const base = fieldsOf(body.base_resp);
  const texts = [fields.message, fields.msg, fields.detail, body.error, base.status_msg, document];
  const message =
    (texts.find((text) => typeof text === "string") as string | undefined)?.slice(0, longest) ?? "";
  const codes = [
    fieldsOf(fields.details).error_code,
    fields.code,
    base.status_code,
    fields.type,
    fields.status,
    body.code,
    /[[(]([12]\d{3})[\])]/.exec(message)?.[1],
  ].flatMap((code) => textOf(code) ?? []);
  const headers = Object.entries(fieldsOf(fieldsOf(fields.metadata).headers)).flatMap(([name, value]) => {
    const text = textOf(value);
    return text === undefined ? [] : [[name.toLowerCase(), text] as const];
  });
  return {
    fields,
    message,
    codes,
    headers,
    /** When the limit starts over, as fields or the message tell. */
    resetsAt: (at: Instant): Instant | undefined =>
      readReset(textOf(fields.resets_at), at) ??
      readReset(textOf(fields.resets_in_seconds), at) ??
      saidInstant(message, codes, at) ??
      later(plus(at, /\bresets? in ((?:\d[\d.]*\s?[a-z]+\s?)+)/i.exec(message)?.[1]), at),
    /** When to try again, as the message says. */
    retryAt: (at: Instant): Instant | undefined =>
      later(
        plus(at, /\b(?:try again|retry) (?:in|after) ((?:\d[\d.]*\s?[a-z]+\s?)+)/i.exec(message)?.[1]),
        at,
      ),
  };
}

/** "reset at 2026-09-09 05:38:28": without a zone it is that of Beijing, as the vendors mean who write it so. */
function saidInstant(message: string, codes: readonly string[], at: Instant): Instant | undefined {
  const found = /(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.\d+)?(Z|[+-]\d\d:\d\d)?/.exec(message);
  if (found === null || !/reset|重置/i.test(message)) return undefined;
  const [, day, time, zone] = found;
  const isBeijing = codes.some((code) => /^13\d\d$/.test(code)) || message.includes("重置");
  if (zone === undefined && !isBeijing) return undefined;
  return readReset(`${day}T${time}${zone ?? "+08:00"}`, at);
}

function plus(at: Instant, span: string | undefined): number | undefined {
  // What follows a span in a sentence is no part of it.
  const [first] = /^(?:\d[\d.]*\s?(?:ms|seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|[smhd])\s?)+/i.exec(
    span ?? "",
  ) ?? [""];
  const length = readSpan(first.replace(/\.+$/, ""));
  return length === undefined ? undefined : at + length;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
