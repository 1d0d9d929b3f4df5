import { AppError } from "../core/errors.ts";
import type { Reported } from "../core/services/record-usage.ts";
import { readUsageRecord } from "./usage-record.ts";

/** How many records one request may bring. */
const most = 50_000;

/**
 * The body of a request that reports usage: one record, an array of them, or one JSON text a line, each in the shape of
 * `readUsageRecord`. In order; a record that cannot be understood is a problem in its place, the others are kept. Lines may
 * end in CR LF, empty ones are passed over, a byte order mark in front does no harm.
 *
 * @param contentType of the request: one that says "ndjson" or "jsonl" makes lines of a body whose first line is damaged
 * @throws request_invalid when the body is neither, or has more than 50,000 records
 */
export function parseUsageRecords(body: string, contentType?: string | undefined): Reported[] {
  const text = body.replace(/^\uFEFF/, "");
  const whole = parsed(text);
  if (whole !== undefined) {
    const items = Array.isArray(whole) ? whole : [whole];
    limit(items.length);
    return items.map(readUsageRecord);
  }
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  limit(lines.length);
  const items = lines.map(parsed);
  const declared = /ndjson|jsonl|json-?lines/i.test(contentType ?? "");
  // A cut-off array with a record a line must not pass for lines because of its last one.
  if (!(declared ? items : items.slice(0, 1)).some(isObject)) {
    throw new AppError(
      "request_invalid",
      "The body is not usage records: send one JSON object, an array of them, or one object a line.",
    );
  }
  return items.map((item) =>
    item === undefined ? { problem: "The line is not JSON." } : readUsageRecord(item),
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function limit(count: number): void {
  if (count <= most) return;
  throw new AppError(
    "request_invalid",
    `The body has ${count} records, more than the ${most} that one request may bring. Send them in parts.`,
  );
}
