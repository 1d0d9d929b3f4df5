import { listOf, mapOf } from "./glimpse.ts";
import type { Problem } from "./problems.ts";

/** A price says for what it is, and how much. */
export function checkPrices(settings: unknown): Problem[] {
  return listOf(mapOf(settings).prices).flatMap((value, index): Problem[] => {
    const { provider, model, ...amounts } = mapOf(value);
    if (value === undefined || Object.values(amounts).some((amount) => amount !== undefined)) return [];
    return [{ path: ["prices", index], message: "needs a price: `input`, `output`, `perMinute`, ..." }];
  });
}
