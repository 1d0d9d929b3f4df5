import { z } from "zod";
import type { Instant } from "../domain/quota.ts";

/** ISO 8601 in UTC, without milliseconds where there are none. */
export function iso(instant: Instant): string {
  return new Date(Math.round(instant)).toISOString().replace(".000Z", "Z");
}

/** The same of what may not be known, which is null in JSON. */
export function isoOrNull(instant: Instant | undefined): string | null {
  return instant === undefined ? null : iso(instant);
}

/** Reads an instant that `iso` has written. */
export const instant = z.iso.datetime().transform((text) => Date.parse(text));

/** Reads a field that is null, or left out, where it is not known. */
export const known = <Inner extends z.ZodType>(inner: Inner) =>
  inner.nullish().transform((value) => value ?? undefined);

/** Reads US dollars as whole micro-dollars. */
export const micros = z.number().transform((dollars) => Math.round(dollars * 1e6));
