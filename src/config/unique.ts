import { listOf, mapOf, textOf } from "./glimpse.ts";
import { type Path, type Problem, pathText, quoted } from "./problems.ts";

/** One problem for every item of the list that has the same text under the key as an earlier one. */
export function checkUnique(list: unknown, path: Path, key: string): Problem[] {
  const seen = new Map<string, Path>();
  return listOf(list).flatMap((item, index): Problem[] => {
    const name = textOf(mapOf(item)[key]);
    if (name === undefined || name === "") return [];
    const here = [...path, index];
    const other = seen.get(name);
    if (other === undefined) {
      seen.set(name, here);
      return [];
    }
    return [
      {
        path: [...here, key],
        message: `${quoted(name)} is taken by ${pathText(other)}`,
        other: [...other, key],
      },
    ];
  });
}
