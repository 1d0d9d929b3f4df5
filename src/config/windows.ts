import { listOf, mapOf } from "./glimpse.ts";
import type { Path, Problem } from "./problems.ts";
import { checkUnique } from "./unique.ts";

/** What the windows that a team writes for an account must be: told apart by id, each with one way to start over. */
export function checkWindows(windows: unknown, path: Path): Problem[] {
  const problems = listOf(windows).flatMap((value, index): Problem[] => {
    const { rolling, resets } = mapOf(value);
    const here = [...path, index];
    if ((rolling === undefined) === (resets === undefined)) {
      return [{ path: here, message: "needs either `rolling` or `resets`" }];
    }
    const { at, day } = mapOf(resets);
    if (resets === undefined || at !== undefined || day !== undefined) return [];
    return [
      { path: [...here, "resets"], message: "needs `at`, a time of day, or `day`, a day of the month" },
    ];
  });
  return [...problems, ...checkUnique(windows, path, "id")];
}
