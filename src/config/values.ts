import { z } from "zod";

// Building blocks of the schema. Their messages never repeat the value. Lengths are looked at in `refine`: zod's own
// min and max also run for a map with a key `length`, and throw for some.

const emptyText = { error: "must not be empty", abort: true };

function isNotEmpty(value: { length: number }): boolean {
  return value.length > 0;
}

/** Text that is not empty; spaces around it are dropped. */
export const text = z.string().trim().refine(isNotEmpty, emptyText);

/** A number; one written as text is taken too, as `${PORT}` can only give text. */
export function number(inner: z.ZodNumber = z.number()) {
  return z.preprocess((value) => {
    return typeof value === "string" && /^-?\d+(\.\d+)?$/.test(value.trim()) ? Number(value) : value;
  }, inner);
}

export const port = number(z.int().min(0).max(65_535));

/** An amount of US dollars, whole or not. */
export const dollars = number(z.number().min(0));

/** true or false, also as text. */
export const flag = z.preprocess((value) => {
  return value === "true" ? true : value === "false" ? false : value;
}, z.boolean());

/** One item may stand for a list of one. */
export function oneOrMore<Item extends z.ZodType>(item: Item) {
  return z.preprocess((value) => (typeof value === "string" ? [value] : value), items(item));
}

/** A list with something in it. */
export function items<Item extends z.ZodType>(item: Item) {
  return z.array(item).refine(isNotEmpty, "must have at least one item");
}

/** A name that the team gives to something. */
export const id = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9._-]{0,63}$/,
    "must be 1 to 64 lower-case letters, digits, `.`, `_` and `-`, and begin with a letter or digit",
  );

const spans = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000 };
const durationHint = "must be a duration such as 90s, 15m, 2h30m or 35d";
const mostDays = 3650;

/** "90s", "15m", "2h30m", "35d" as milliseconds: more than none, ten years at most. */
export const duration = z
  .string({ error: ({ input }) => (input === undefined ? undefined : durationHint) })
  .transform((written, context) => {
    const parts = /^(?:(\d+)d)?\s*(?:(\d+)h)?\s*(?:(\d+)m)?\s*(?:(\d+)s)?$/.exec(written.trim());
    const [d, h, m, s] = (parts ?? []).slice(1).map((count) => Number(count ?? 0));
    const total = (d ?? 0) * spans.d + (h ?? 0) * spans.h + (m ?? 0) * spans.m + (s ?? 0) * spans.s;
    if (total > 0 && total <= mostDays * spans.d) return total;
    const message = total > 0 ? `must be at most ${mostDays}d` : durationHint;
    context.issues.push({ code: "custom", input: written, message });
    return z.NEVER;
  });

/** Milliseconds in the words that `duration` reads. */
export function durationText(milliseconds: number): string {
  let rest = milliseconds;
  let words = "";
  for (const [unit, span] of Object.entries(spans)) {
    const count = Math.floor(rest / span);
    if (count > 0) words += `${count}${unit}`;
    rest -= count * span;
  }
  return words === "" ? "0s" : words;
}

const timeHint = "must be a time of day such as 09:00, in quotes";

/** "09:00" to "23:59". */
export const timeOfDay = z
  .string({ error: ({ input }) => (input === undefined ? undefined : timeHint) })
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, timeHint);

/** The IANA name of a time zone, as written. */
export const zone = text.refine(isZone, "must be the name of a time zone such as Europe/Berlin");

function isZone(name: string): boolean {
  // Some versions of Node take offsets too, and others do not.
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** Percent at which something is due, ascending, each once. */
export const thresholds = items(number(z.number().gt(0).max(1000))).transform((values) =>
  [...new Set(values)].sort((a, b) => a - b),
);

/** Percent used at which people are told unless they choose otherwise. */
export const usualThresholds: readonly number[] = [80, 90, 100];

const discordHint = "must be the digits of a Discord id, in quotes";

/** YAML would round such a long number, so it has to be text. */
export const discordId = z
  .string({ error: ({ input }) => (input === undefined ? undefined : discordHint) })
  .regex(/^\d{1,20}$/, discordHint);

/** An address on the web, without a sign-in, a query or a fragment in it. */
export const baseAddress = text.refine((written) => {
  if (!isWebAddress(written) || /[?#]/.test(written)) return false;
  const { username, password } = new URL(written);
  return username === "" && password === "";
}, "must be an address such as https://proxy.example.org, without user, password, query and fragment");

/** An address on the web that may hold a secret. */
export const webAddress = text.refine(
  isWebAddress,
  "must be an address that begins with https:// or http://",
);

function isWebAddress(written: string): boolean {
  return /^https?:\/\//i.test(written) && URL.canParse(written);
}

/** An address that begins with one of these words. What follows is for the one who connects to judge. */
export function address(...beginnings: readonly string[]) {
  return text.refine(
    (written) => beginnings.some((beginning) => written.startsWith(beginning) && written !== beginning),
    `must be an address that begins with ${beginnings.join(" or ")}`,
  );
}

/** An e-mail address, without a name before it. */
export const mailAddress = text.regex(/^[^\s@<>]+@[^\s@<>]+$/, "must be an e-mail address");

/** A place to post to. YAML takes `slack: #x`, with a space, for a key and a comment. */
export const target = z
  .string({
    error: ({ input }) => (isMap(input) ? "must be text, without a space after the colon" : undefined),
  })
  .trim()
  .refine(isNotEmpty, emptyText);

function isMap(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

/** A map without the keys that have no value. */
export function withoutAbsent(value: unknown): unknown {
  if (!isMap(value) || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined));
}

export const weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
export type Weekday = (typeof weekdays)[number];

/** "mon-fri", "sat,sun", "daily" or a list of days, as days from Monday on. */
export const days = z.preprocess(
  (written) => (Array.isArray(written) ? written.join(",") : written),
  z
    .string()
    .default("daily")
    .transform((written, context): readonly Weekday[] => {
      const chosen = new Set(written.toLowerCase().split(",").flatMap(daysBetween));
      if (!chosen.has(undefined)) return weekdays.filter((day) => chosen.has(day));
      context.issues.push({
        code: "custom",
        input: written,
        message: "must be days such as mon-fri or sat,sun",
      });
      return z.NEVER;
    }),
);

function daysBetween(range: string): readonly (Weekday | undefined)[] {
  if (range.trim() === "daily") return weekdays;
  const names: readonly string[] = weekdays;
  const [from = -1, to = from] = range.split("-").map((name) => names.indexOf(name.trim()));
  if (from < 0 || to < 0) return [undefined];
  const length = ((to - from + weekdays.length) % weekdays.length) + 1;
  return Array.from({ length }, (_, index) => weekdays[(from + index) % weekdays.length]);
}
