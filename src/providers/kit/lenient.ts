import { z } from "zod";
import type { Instant } from "../../core/domain/quota.ts";

/*
 * Field types for answers that are sloppy with theirs. None of them fails: what cannot be understood is undefined,
 * which means unknown. Build objects of them with `record`.
 */

/** A finite number, or a string that spells one: 12, "12", "1,200.5". */
export const amount = z.unknown().transform(toAmount);

/** A non-empty string. */
export const text = z
  .unknown()
  .transform((value) => (typeof value === "string" && value.trim() !== "" ? value.trim() : undefined));

/** A boolean, or its spelling. */
export const flag = z.unknown().transform((value) => {
  if (typeof value === "boolean") return value;
  if (value === "true" || value === 1) return true;
  if (value === "false" || value === 0) return false;
  return undefined;
});

/** An instant: epoch seconds or milliseconds, as number or string, or a date text. 0 and null are none. */
export const instant = z.unknown().transform((value) => toInstant(value));

/** An object of lenient fields; anything else, null included, is undefined. Unknown keys are dropped. */
export function record<Shape extends z.ZodRawShape>(shape: Shape) {
  const object = z.object(shape);
  return z.unknown().transform((value) => {
    const parsed = object.safeParse(fillMissing(value, shape));
    return parsed.success ? parsed.data : undefined;
  });
}

/** A list; entries that the item type does not understand are left out. Anything but a list is undefined. */
export function list<Item extends z.ZodType>(item: Item) {
  return z.unknown().transform((value) => {
    if (!Array.isArray(value)) return undefined;
    const items: NonNullable<z.output<Item>>[] = [];
    for (const entry of value) {
      const parsed = item.safeParse(entry);
      if (parsed.success && parsed.data !== undefined && parsed.data !== null) items.push(parsed.data);
    }
    return items;
  });
}

/** An object whose keys are not known beforehand. */
export function dictionary<Item extends z.ZodType>(item: Item) {
  return z.unknown().transform((value) => {
    if (!isObject(value)) return undefined;
    const entries = new Map<string, NonNullable<z.output<Item>>>();
    for (const [key, entry] of Object.entries(value)) {
      const parsed = item.safeParse(entry);
      if (parsed.success && parsed.data !== undefined && parsed.data !== null) entries.set(key, parsed.data);
    }
    return entries;
  });
}

/** The number in a value that may be a numeric string; undefined when there is none. */
export function toAmount(value: unknown): number | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? value : undefined;
  if (typeof value !== "string") return undefined;
  const text = value.trim();
  const digits = /^[+-]?\d{1,3}(,\d{3})+(\.\d*)?$/.test(text) ? text.replaceAll(",", "") : text;
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(digits)) return undefined;
  const number = Number(digits);
  return Number.isFinite(number) ? number : undefined;
}

/**
 * The instant in epoch seconds or milliseconds (told apart by size) or in a date text. A text without a zone is in
 * the one given, never in the machine's. Placeholders (0, year 1, year 9999) and numbers that are no instant of
 * this century are none.
 */
export function toInstant(value: unknown, zone = "Z"): Instant | undefined {
  const number = toAmount(value);
  const instant =
    number === undefined ? parseDate(value, zone) : Math.round(number < 1e11 ? number * 1000 : number);
  return instant >= earliestInstant && instant < latestInstant ? instant : undefined;
}

const earliestInstant = Date.UTC(2000, 0, 1);
const latestInstant = Date.UTC(2100, 0, 1);

/** NaN when it is no date. */
function parseDate(value: unknown, zone: string): Instant {
  const match = typeof value === "string" ? datePattern.exec(value.trim()) : null;
  if (match === null) return Number.NaN;
  const [, date, time = "00:00", told = zone] = match;
  return Date.parse(`${date}T${time}${/^(utc|gmt)$/i.test(told) ? "Z" : told.toUpperCase()}`);
}

const datePattern =
  /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?) ?(Z|UTC|GMT|[+-]\d\d:?\d\d)?)?$/i;

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function fillMissing(value: unknown, shape: z.ZodRawShape): unknown {
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.keys(shape).map((key) => [key, value[key]]));
}

/** Gateways put a provider's answer under one of these. */
const wrappers = ["data", "result", "response", "payload", "body", "summary", "quotaSummary"];

/**
 * The object that has at least one of the keys: the answer itself or, at most three levels deep, what a gateway
 * wrapped. Undefined when there is none, so the answer is of another shape.
 */
export function unwrap(answer: unknown, keys: readonly string[]): Record<string, unknown> | undefined {
  let candidates = [answer];
  for (let depth = 0; depth < 4; depth++) {
    const objects = candidates.filter(isObject);
    const found = objects.find((object) => keys.some((key) => Object.hasOwn(object, key)));
    if (found !== undefined) return found;
    candidates = objects.flatMap((object) => wrappers.map((name) => object[name]));
  }
  return undefined;
}
