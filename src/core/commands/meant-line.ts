import type { Day } from "../domain/day.ts";
import type { Command } from "./command.ts";
import type { Targets } from "./targets.ts";
import { meaningOf, nearestWord } from "./words.ts";

/**
 * A line that works and was probably meant by words typed after a command's name: each that fits nothing replaced by
 * the nearest that does. Undefined when one is like nothing there is, or when there is nothing to replace.
 */
export function meantLine(
  command: Command,
  words: readonly string[],
  { targets, today }: { targets: Targets; today: Day },
): string | undefined {
  const others = command.parameters.filter(({ kind }) => kind !== "target");
  const meant = words.map((word) => {
    const fits = others.some((parameter) => meaningOf(parameter, word, today) !== undefined);
    if (fits || targets.find(word).length > 0) return word;
    return nearestWord(others, word, today) ?? targets.suggest(word);
  });
  const line = meant.join(" ");
  return meant.includes(undefined) || line === words.join(" ") ? undefined : `${command.name} ${line}`;
}
