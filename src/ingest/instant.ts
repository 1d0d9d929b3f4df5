import { z } from "zod";
import type { Instant } from "../core/domain/quota.ts";

/** What to say of a value that `readInstant` does not take. */
export const instantHint = "must be an instant: epoch seconds or milliseconds, or ISO 8601";

const isoInstant = z.regexes.datetime({ offset: true, local: true });
const earliest = Date.UTC(2000, 0, 1);
const latest = Date.UTC(2100, 0, 1);

/**
 * An instant of this century in epoch seconds or milliseconds, told apart by size, as a number or as text, or in ISO 8601
 * (UTC without an offset). Undefined for everything else.
 */
export function readInstant(written: unknown): Instant | undefined {
  if (typeof written === "number") return inRange(fromEpoch(written));
  if (typeof written !== "string" || written.length > 60) return undefined;
  const text = written.trim();
  if (/^[+-]?\d+(\.\d+)?$/.test(text)) return inRange(fromEpoch(Number(text)));
  if (!isoInstant.test(text)) return undefined;
  return inRange(Date.parse(/(Z|[+-]\d\d:\d\d)$/.test(text) ? text : `${text}Z`));
}

/** A field that `readInstant` takes. */
export const instantField = z
  .unknown()
  .transform((written, context): Instant => {
    const value = readInstant(written);
    if (value !== undefined) return value;
    context.issues.push({ code: "custom", input: written, message: instantHint });
    return z.NEVER;
  })
  .meta({
    description: "Epoch seconds or milliseconds, or ISO 8601 (UTC without an offset)",
    anyOf: [
      { type: "string", format: "date-time", pattern: "^20\\d\\d-" },
      { type: "number", minimum: earliest / 1000, exclusiveMaximum: latest / 1000 },
      { type: "number", minimum: earliest, exclusiveMaximum: latest },
    ],
    examples: ["2026-11-22T02:58:00Z"],
  });

/** The instant if it lies in this century; undefined otherwise. */
export function inRange(instant: number): Instant | undefined {
  return instant >= earliest && instant < latest ? instant : undefined;
}

function fromEpoch(written: number): Instant {
  return Math.round(written < 1e11 ? written * 1000 : written);
}
