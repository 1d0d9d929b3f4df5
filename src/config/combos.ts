import { listOf, mapOf, textOf } from "./glimpse.ts";
import type { Path, Problem } from "./problems.ts";

const deepest = 20;

/** A combo may fall back along other combos, but never back to itself; its name is not an account's. */
export function checkCombos(settings: unknown): Problem[] {
  const combos = new Map<string, readonly string[]>(
    Object.entries(mapOf(mapOf(settings).combos)).map(([name, members]) => [
      name,
      listOf(members).flatMap((member) => textOf(member) ?? []),
    ]),
  );
  const done = new Set<string>();
  const problems: Problem[] = [];

  function follow(name: string, chain: readonly string[]): void {
    const path: Path = ["combos", chain[0] ?? name];
    const start = chain.indexOf(name);
    if (start >= 0) {
      const circle = [...chain.slice(start), name].join(" -> ");
      problems.push({ path: ["combos", name], message: `combos go in a circle: ${circle}` });
      return;
    }
    if (done.has(name)) return;
    if (chain.length >= deepest) {
      problems.push({ path, message: `leads through more than ${deepest} other combos` });
      return;
    }
    for (const member of combos.get(name) ?? []) {
      if (combos.has(member)) follow(member, [...chain, name]);
    }
    done.add(name);
  }

  for (const name of combos.keys()) follow(name, []);
  listOf(mapOf(settings).accounts).forEach((account, index) => {
    const id = textOf(mapOf(account).id);
    if (id === undefined || !combos.has(id)) return;
    const message = `\`${id}\` is an account as well: give the combo another name`;
    problems.push({ path: ["combos", id], message, other: ["accounts", index, "id"] });
  });
  return problems;
}
