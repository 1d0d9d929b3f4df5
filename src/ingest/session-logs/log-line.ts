import { z } from "zod";
import type { Instant } from "../../core/domain/quota.ts";

/** A field that is as good as absent when it is not of this shape. */
export function lenient<Inner extends z.ZodType>(inner: Inner) {
  return inner.optional().catch(undefined);
}

const most = 1e12;

/** A count of tokens: a number, or text that spells one, as programs wrote it once. */
export const tokenCount = z
  .union([
    z.number(),
    z
      .string()
      .regex(/^\d{1,12}$/)
      .transform(Number),
  ])
  .pipe(z.number().int().min(0).max(most));

/** What a program or a provider numbers things with; nothing that could be a sentence or a path. */
export const identifier = z.string().regex(/^[\w.:-]{1,90}$/);

/** The name of a model, with the ways of naming that gateways have. */
export const modelName = z.string().regex(/^[\w.:/@+[\]-]{1,150}$/);

export const instant = z.iso.datetime({ offset: true }).transform((text): Instant => Date.parse(text));

/**
 * The object in a line that holds one of the marks; undefined for other lines, which are not parsed: most of a log is
 * conversation.
 * @throws SyntaxError for a line that is no JSON object
 */
export function parseMarked(line: Uint8Array, marks: readonly string[]): object | undefined {
  const bytes = Buffer.from(line.buffer, line.byteOffset, line.byteLength);
  if (!looksWhole(bytes)) throw new SyntaxError("The line is not a JSON object.");
  if (!marks.some((mark) => bytes.includes(mark))) return undefined;
  return JSON.parse(bytes.toString("utf8"));
}

const brace = { open: "{".charCodeAt(0), close: "}".charCodeAt(0) };
const blank = new Set([..." \t\r"].map((character) => character.charCodeAt(0)));

function looksWhole(bytes: Buffer): boolean {
  let last = bytes.length - 1;
  while (last > 0 && blank.has(bytes[last] ?? 0)) last -= 1;
  return bytes[0] === brace.open && bytes[last] === brace.close;
}
