import { unassigned } from "../core/domain/usage.ts";
import { listOf, mapOf } from "./glimpse.ts";
import type { Problem } from "./problems.ts";

/** What accounts must be so that usage can be told apart by them. */
export function checkUsage(settings: unknown): Problem[] {
  return listOf(mapOf(settings).accounts).flatMap((value, index): Problem[] => {
    const { id, usage } = mapOf(value);
    const path = ["accounts", index];
    const problems: Problem[] = [];
    if (id === unassigned) {
      const message = "usage that fits no account is called so: give this one another name";
      problems.push({ path: [...path, "id"], message });
    }
    if (
      typeof usage === "object" &&
      Object.values(mapOf(usage)).every((patterns) => patterns === undefined)
    ) {
      const message = "needs `users`, `services`, `keys` or `models`";
      problems.push({ path: [...path, "usage"], message });
    }
    return problems;
  });
}
