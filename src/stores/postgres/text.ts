import { createHash } from "node:crypto";

/**
 * Any text as one that a column takes: Postgres knows neither the character 0 nor half a pair of surrogates. Ordinary
 * texts stay as they are, but for quotes and backslashes.
 */
export function toColumn(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

export function fromColumn(text: string): string {
  return text.includes("\\") ? JSON.parse(`"${text}"`) : text;
}

/** 16 bytes that stand for a column's text of any length, in hex. */
export function digestOf(column: string): string {
  return createHash("sha256").update(column).digest("hex").slice(0, 32);
}
