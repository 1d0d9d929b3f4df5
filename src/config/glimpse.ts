/**
 * What ties fields together is checked even while some fields are wrong, so that all problems are told at once.
 * These read settings that may be of any shape; what is not of the asked one counts as absent.
 */

export function mapOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value.trim() : undefined;
}

/** Where one text may stand for a list of one. */
export function textsOf(value: unknown): readonly (string | undefined)[] {
  return typeof value === "string" ? [value.trim()] : listOf(value).map(textOf);
}
