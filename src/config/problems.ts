import { nearest } from "../core/matching.ts";

/** Where something stands in the settings: `["accounts", 2, "interval"]`. */
export type Path = readonly (string | number)[];

/** Something to put right. Its message never holds a value that could be a secret. */
export interface Problem {
  path: Path;
  message: string;
  /** A second place that it is about, told by its line. */
  other?: Path | undefined;
}

/** A path as people write it: `accounts[2].interval`. */
export function pathText(path: Path): string {
  return path
    .map((step) => (typeof step === "number" ? `[${step}]` : isPlain(step) ? `.${step}` : "[?]"))
    .join("")
    .replace(/^\./, "");
}

/** A word out of the settings, safe to repeat: a long or odd one is not shown, as it may be a misplaced secret. */
export function quoted(word: string): string {
  return isPlain(word) ? `\`${word}\`` : "this";
}

/** "; did you mean ...?", or the known words when none is near and they are few; else nothing. */
export function suggestion(word: string, known: readonly string[]): string {
  const near = isPlain(word) && known.length <= 1000 ? nearest(word, known) : undefined;
  if (near !== undefined) return `; did you mean \`${near}\`?`;
  if (known.length === 0 || known.length > 30) return "";
  return `; known here: ${known.map((name) => `\`${name}\``).join(", ")}`;
}

/**
 * What to say about a key that is not known. `{ apiKey:sk-1 }` without a space after the colon makes the secret a
 * part of the key, so a key that does not look like one is not repeated.
 */
export function unknownKey(path: Path, key: string, known: readonly string[]): Problem {
  const message = isPlain(key)
    ? `unknown key${suggestion(key, known)}`
    : "unknown key, not shown as it may hold a secret; is a space missing after a colon?";
  return { path: [...path, key], message };
}

function isPlain(word: string): boolean {
  return /^[\w.<*-]{1,40}$/.test(word) && (word.match(/\d/g) ?? []).length < 6;
}
