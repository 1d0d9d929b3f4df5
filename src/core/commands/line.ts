import type { Day } from "../domain/day.ts";
import type { Command } from "./command.ts";
import { meaningOf, nearestWord } from "./words.ts";

/** The arguments of a command by parameter name, or the word that it does not take and a line that it would. */
export type Understood =
  | { arguments: Readonly<Record<string, string | undefined>> }
  | { unknown: string; suggestion: string | undefined };

/**
 * Gives each word typed after a command's name to the parameter that it fits, in whatever order. What fits none is the
 * name of a target where the command takes one.
 */
export function understandWords(spec: Command, words: readonly string[], today: Day): Understood {
  const [target] = spec.parameters.filter(({ kind }) => kind === "target");
  const others = spec.parameters.filter(({ kind }) => kind !== "target");
  const found: Record<string, string> = {};
  const rest: string[] = [];
  for (const [index, word] of words.entries()) {
    if (others.length > 0 && word.toLowerCase() === "by" && index < words.length - 1) continue;
    const parameter = others.find(
      (one) => found[one.name] === undefined && meaningOf(one, word, today) !== undefined,
    );
    if (parameter === undefined) rest.push(word);
    else found[parameter.name] = meaningOf(parameter, word, today) ?? word;
  }
  const [unknown] = rest;
  if (unknown === undefined || spec.parameters.length === 0) return { arguments: found };
  if (target !== undefined) return { arguments: { ...found, [target.name]: rest.join(" ") } };
  const meant = nearestWord(spec.parameters, unknown, today);
  const line = [spec.name, ...words.map((word) => (word === unknown ? meant : word))].join(" ");
  return { unknown, suggestion: meant === undefined ? undefined : line };
}

/** The same for arguments that a surface has told apart already. */
export function understandArguments(
  spec: Command,
  given: Readonly<Record<string, string | undefined>>,
  today: Day,
): Understood {
  const found: Record<string, string> = {};
  for (const parameter of spec.parameters) {
    const typed = given[parameter.name];
    if (typed === undefined) continue;
    const meaning = meaningOf(parameter, typed, today);
    if (meaning === undefined) {
      const meant = nearestWord([parameter], typed, today);
      return { unknown: typed, suggestion: meant === undefined ? undefined : `${spec.name} ${meant}` };
    }
    found[parameter.name] = meaning;
  }
  return { arguments: found };
}
