import { toAmount } from "../kit/lenient.ts";
import type { Fakes } from "./fakes.ts";
import { isListOfPeople, kindUnder } from "./scrub-keys.ts";
import { isDate, scrubText } from "./scrub-text.ts";

export interface Scrubber {
  /** The value of a JSON body with stand-ins for what its key or its looks give away. */
  json(value: unknown): unknown;
  /** Headers that tell something of quotas, and no others. */
  headers(headers: Readonly<Record<string, string>>): Record<string, string>;
}

/** `hosts` are the provider's own. */
export function createScrubber(fakes: Fakes, hosts: readonly string[]): Scrubber {
  const text = (value: string) => scrubText(value, fakes, hosts);

  function scrubUnder(value: unknown, key: string, parent: string): unknown {
    if (typeof value === "string") return scrubString(value, key, parent);
    if (typeof value === "number") {
      // A number under a key for ids is one from a length on that counts of something seldom have.
      const isId = kindUnder(key, parent) === "id" && Number.isSafeInteger(value) && value >= 100_000;
      return isId ? fakes.ofNumber(value) : value;
    }
    if (Array.isArray(value)) return value.map((item) => scrubUnder(item, key, parent));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => [text(name), scrubUnder(item, name, key)]),
    );
  }

  function scrubString(value: string, key: string, parent: string): string {
    if (value.trim() === "" || isDate(value) || /^(true|false)$/i.test(value)) return value;
    const kind = kindUnder(key, parent);
    if (kind !== undefined && kind !== "IP address") return fakes.of(kind, value);
    return isPlainValue(value) ? value : text(value);
  }

  return {
    json: (value) => {
      // Twice: what a key gave away late may stand in a text before it.
      scrubUnder(value, "", "");
      return scrubUnder(value, "", "");
    },
    headers(headers) {
      const told = Object.entries(headers).filter(([name]) =>
        /^(content-type|retry-after)$|ratelimit|rate-limit/.test(name),
      );
      const kept = told.map(([name, value]) => [name, name === "content-type" ? value : text(value)]);
      const cookies = headers["set-cookie"];
      if (cookies !== undefined) kept.push(["set-cookie", cookiesOf(cookies, fakes)]);
      return Object.fromEntries(kept) as Record<string, string>;
    },
  };
}

/** Names of cookies with stand-ins for what they hold, without the rest. */
function cookiesOf(header: string, fakes: Fakes): string {
  const cookies = header.split(/,\s*(?=[\w-]+=)/).flatMap((cookie) => {
    const [, name, value] = /^([\w.-]+)=([^;]*)/.exec(cookie) ?? [];
    return name === undefined || value === undefined ? [] : [`${name}=${fakes.of("secret", value)}; Path=/`];
  });
  return cookies.join(", ");
}

/** Texts of a JSON value that may go too, if the provider's code can do without them: all that is left but numbers and dates. */
export function plainTexts(value: unknown, fakes: Fakes): ReadonlySet<string> {
  const found = new Set<string>();
  const add = (text: string) => {
    if (text.trim() !== "" && !fakes.isFake(text) && !isDate(text) && !isPlainValue(text)) found.add(text);
  };
  const visit = (value: unknown, key: string): void => {
    if (typeof value === "string") add(value);
    if (typeof value !== "object" || value === null) return;
    for (const [name, item] of Object.entries(value)) {
      if (!Array.isArray(value) && mayBeSomebodys(name, key)) add(name);
      visit(item, Array.isArray(value) ? key : name);
    }
  };
  visit(value, "");
  return found;
}

/** Whether a key is no word of an API: one of a list by people, or one that no program would choose. */
function mayBeSomebodys(key: string, parent: string): boolean {
  return isListOfPeople(parent) || !/^[\w$.:/-]+$/.test(key);
}

/** The JSON value with some of its texts replaced, and of its keys those that `plainTexts` would name. */
export function replaceTexts(value: unknown, replacements: ReadonlyMap<string, string>, key = ""): unknown {
  if (typeof value === "string") return replacements.get(value) ?? value;
  if (Array.isArray(value)) return value.map((item) => replaceTexts(item, replacements, key));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      mayBeSomebodys(name, key) ? (replacements.get(name) ?? name) : name,
      replaceTexts(item, replacements, name),
    ]),
  );
}

/** A number as text, short enough not to be anybody's, or a yes or no. */
function isPlainValue(text: string): boolean {
  return (toAmount(text) !== undefined && text.length <= 16) || /^(true|false)$/i.test(text);
}
