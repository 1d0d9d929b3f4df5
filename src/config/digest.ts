import { listOf, mapOf } from "./glimpse.ts";
import type { Problem } from "./problems.ts";

/** A monthly digest has a day of its own. */
export function checkDigest(settings: unknown): Problem[] {
  return listOf(mapOf(settings).digest).flatMap((value, index): Problem[] => {
    const { period, days } = mapOf(value);
    if (period !== "month" || days === undefined) return [];
    const message = "does not go with `period: month`, which comes on the first day of the month";
    return [{ path: ["digest", index, "days"], message }];
  });
}
