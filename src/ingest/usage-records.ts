import { AppError } from "../core/errors.ts";
import type { Reported } from "../core/services/record-usage.ts";
import { itemsOf, linesOf, type Span, skipBlank, spanOf } from "./json-text.ts";
import { inTurns } from "./turns.ts";
import { readUsageRecord } from "./usage-record.ts";

/** How many records one request may bring, and how many values a record may have. */
const most = 50_000;
const mostValues = 1_000;

/**
 * The body of a request that reports usage: one record, an array of them, or one JSON text a line, each in the shape of
 * `readUsageRecord`. In order; a record that cannot be understood is a problem in its place, the others are kept. Lines may
 * end in CR LF, empty ones are passed over, a byte order mark in front does no harm. Records are counted before any is
 * read, and read some at a time.
 *
 * @param contentType of the request: one that says "ndjson" or "jsonl" makes lines of a body whose first line is damaged
 * @throws request_invalid when the body is neither, or has more than 50,000 records
 */
export async function parseUsageRecords(body: string, contentType?: string | undefined): Promise<Reported[]> {
  const text = body.replace(/^\uFEFF/, "");
  const whole = itemsOf(text, most + 1) ?? onlyObject(text);
  if (whole !== undefined) {
    const records = await readAll(text, whole);
    if (!records.includes(notJson)) return records;
  }
  const lines = linesOf(text, most + 1);
  const records = await readAll(text, lines);
  const declared = /ndjson|jsonl|json-?lines/i.test(contentType ?? "");
  const isRecord = ({ start }: Span, index: number) => text[start] === "{" && records[index] !== notJson;
  // A cut-off array with a record a line must not pass for lines because of its last one.
  if (!(declared ? lines : lines.slice(0, 1)).some(isRecord)) {
    throw new AppError(
      "request_invalid",
      "The body is not usage records: send one JSON object, an array of them, or one object a line.",
    );
  }
  return records;
}

const notJson: Reported = { problem: "The line is not JSON." };
const tooMuch: Reported = { problem: `The record has more than ${mostValues} values.` };

function readAll(text: string, spans: readonly Span[]): Promise<Reported[]> {
  if (spans.length > most) {
    throw new AppError(
      "request_invalid",
      `The body has more than the ${most.toLocaleString("en-US")} records that one request may bring. Send them in parts.`,
    );
  }
  return inTurns(
    spans,
    (span) => read(text, span),
    ({ start, end }) => 1 + (end - start) / charactersOfItem,
  );
}

/** A record with a text takes as long as several without. */
const charactersOfItem = 512;

function read(text: string, { start, end, values }: Span): Reported {
  if (values > mostValues) return tooMuch;
  let item: unknown;
  try {
    item = JSON.parse(text.slice(start, end));
  } catch {
    return notJson;
  }
  return readUsageRecord(item);
}

function onlyObject(text: string): Span[] | undefined {
  const start = skipBlank(text, 0);
  if (text[start] !== "{") return undefined;
  const span = spanOf(text, start);
  return skipBlank(text, span.end) === text.length ? [span] : undefined;
}
