import { parseEnv } from "node:util";

/** The variables that the bot will see: the environment's, and those of the `.env` beside its configuration. */
export interface Variables {
  /** Undefined when it is not set, or empty. */
  valueOf(name: string): string | undefined;
  /** Where it is set, in words. */
  homeOf(name: string): string;
  /** Sets one in `.env` and tells its name there: another one where the name has a value already, which stays. */
  keep(name: string, value: string): string;
  /** The same for one that the person sets later. */
  leave(name: string): string;
  /** Those that were left. */
  readonly left: readonly string[];
  /** Those that only the environment has, of the given ones. */
  onlyOutside(names: readonly string[]): readonly string[];
  /** The text of `.env` with everything that was set and left; undefined when that is nothing new. */
  text(): string | undefined;
}

const head = "# Secrets of quotabot.yml. Keep this file to yourself, and out of version control.\n";

/** `written` is the text of the present `.env`, if there is one. */
export function createVariables(
  environment: Readonly<Record<string, string | undefined>>,
  written: string | undefined,
): Variables {
  const beside: Record<string, string | undefined> = written === undefined ? {} : parseEnv(written);
  const changed = new Map<string, string>();
  const left: string[] = [];
  const outside = (name: string) => environment[name]?.trim() || undefined;
  const inside = (name: string) => beside[name]?.trim() || undefined;

  function freeName(name: string): string {
    for (let number = 1; ; number += 1) {
      const candidate = number === 1 ? name : `${name}_${number}`;
      const value = outside(candidate) ?? inside(candidate);
      if (value === undefined && !changed.has(candidate)) return candidate;
    }
  }

  return {
    left,
    valueOf: (name) => outside(name) ?? inside(name),
    homeOf: (name) => (outside(name) === undefined ? ".env" : "the environment"),
    keep(name, value) {
      const free = freeName(name);
      changed.set(free, value);
      return free;
    },
    leave(name) {
      const free = freeName(name);
      changed.set(free, "");
      left.push(free);
      return free;
    },
    onlyOutside: (names) => names.filter((name) => outside(name) !== undefined && inside(name) === undefined),
    text() {
      if (changed.size === 0) return undefined;
      const kept = (written ?? head).split("\n").filter((line) => !changed.has(nameIn(line) ?? ""));
      if (kept.at(-1) === "") kept.pop();
      const added = [...changed].map(([name, value]) => `${name}=${quoted(value)}`);
      return `${[...kept, ...added].join("\n")}\n`;
    },
  };
}

function nameIn(line: string): string | undefined {
  return /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=/.exec(line)?.[1];
}

/** How the configuration refers to a variable. */
export function reference(name: string): string {
  return `\${${name}}`;
}

/** What `.env` cannot hold in one line whatever the quotes; and the bot takes `${` for a reference. */
export function faultOfSecret(value: string): string | undefined {
  const printable = /^[\x21-\x7e\u00a1-\uffff]*$/.test(value) && !value.includes("${");
  return printable && quotes.some((quote) => !value.includes(quote))
    ? undefined
    : "That does not look like a key: it holds spaces or other strange characters.";
}

const quotes = ["'", "`"];

function quoted(value: string): string {
  if (/^[\w.:/+=@-]*$/.test(value)) return value;
  const quote = quotes.find((one) => !value.includes(one)) ?? "'";
  return `${quote}${value}${quote}`;
}
