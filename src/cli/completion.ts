import type { Argument, Command, Option } from "commander";
import { filesHere, type Shell } from "./completion-scripts.ts";
import { type Completion, valuesOf } from "./completion-values.ts";
import type { ConfiguredNames } from "./session.ts";

/** Where a half-typed command line stands. */
interface Place {
  command: Command;
  /** Words of arguments that are there already. */
  arguments: readonly string[];
  /** The option whose value comes next. */
  option?: Option | undefined;
  /** Options that were given. */
  given: ReadonlySet<Option>;
  /** Nothing is an option any more. */
  plain: boolean;
}

/**
 * Words that may come next on a command line, or `filesHere`.
 * @param words typed after the program's name; the last one is being typed, and may be empty
 * @param readNames reads the configuration that is named on the line; asked only when something of it may come next
 */
export async function complete(
  program: Command,
  words: readonly string[],
  readNames: (config: string | undefined) => Promise<ConfiguredNames>,
): Promise<readonly Completion[]> {
  const typed = words.at(-1) ?? "";
  const before = words.slice(0, -1);
  const place = walk(program, before);
  const names = () => readNames(configOf(before));
  const fits = ({ value }: Completion) => value === filesHere || value.startsWith(typed);

  const isLeftOut = place.option?.required === false && typed.startsWith("-");
  if (place.option !== undefined && !isLeftOut)
    return (await valuesFor(place.option, place, names)).filter(fits);
  const [, flag, value] = place.plain ? [] : (/^(--[^=]+)=(.*)$/s.exec(typed) ?? []);
  if (flag !== undefined) {
    const option = place.command.options.find(({ long }) => long === flag);
    const found = option === undefined || value === undefined ? [] : await valuesFor(option, place, names);
    return found
      .map((one) => (one.value === filesHere ? one : { ...one, value: `${flag}=${one.value}` }))
      .filter(fits);
  }
  if (typed.startsWith("-") && !place.plain) return optionsOf(place).filter(fits);
  const next = [...commandsOf(place), ...(await valuesOfArgument(place, names))];
  return next.filter(fits);
}

function walk(program: Command, words: readonly string[]): Place {
  let command = program;
  let operands: string[] = [];
  let option: Option | undefined;
  let plain = false;
  const given = new Set<Option>();
  for (const word of words) {
    if (option !== undefined) {
      // A value that may be left out is none when an option follows.
      const taken = option.required || !word.startsWith("-");
      option = undefined;
      if (taken) continue;
    }
    if (word === "--") {
      plain = true;
      continue;
    }
    if (!plain && word.startsWith("-")) {
      const found = command.options.find(({ long, short }) => [long, short].includes(word.split("=", 1)[0]));
      if (found === undefined) continue;
      given.add(found);
      if ((found.required || found.optional) && !word.includes("=")) option = found;
      continue;
    }
    // It takes the words of any other command.
    if (command === program && operands.length === 0 && word === "help") continue;
    const next = operands.length === 0 ? command.commands.find((one) => one.name() === word) : undefined;
    if (next === undefined) operands.push(word);
    else {
      command = next;
      operands = [];
    }
  }
  return { command, arguments: operands, option, given, plain };
}

function commandsOf({ command, arguments: operands }: Place): Completion[] {
  if (operands.length > 0) return [];
  return command.commands.map((one) => ({ value: one.name(), description: one.summary() }));
}

function optionsOf({ command, given }: Place): Completion[] {
  const shown = command.options
    .filter((option) => !given.has(option) || isRepeated(option))
    .map(({ long, description }) => ({ value: long ?? "", description }));
  return [...shown, { value: "--help", description: "what this command does" }];
}

/** Whether giving an option again adds to it: nothing else has its own way to take a value. */
function isRepeated({ parseArg }: Option): boolean {
  return parseArg !== undefined;
}

async function valuesOfArgument(
  { command, arguments: operands }: Place,
  names: () => Promise<ConfiguredNames>,
): Promise<readonly Completion[]> {
  const all: readonly Argument[] = command.registeredArguments;
  const last = all.at(-1);
  const argument = all[operands.length] ?? (last?.variadic ? last : undefined);
  if (argument === undefined) return [];
  return valuesOf(argument.name(), await names(), operands);
}

async function valuesFor(
  { flags }: Option,
  place: Place,
  names: () => Promise<ConfiguredNames>,
): Promise<readonly Completion[]> {
  const name = /[<[]([^>\]]+)[>\]]/.exec(flags)?.[1];
  return name === undefined ? [] : valuesOf(name, await names(), place.arguments);
}

function configOf(words: readonly string[]): string | undefined {
  const at = words.lastIndexOf("--config");
  const joined = words.findLast((word) => word.startsWith("--config="));
  return at >= 0 ? words[at + 1] : joined?.slice("--config=".length);
}

/** The words as the script of a shell reads them, one in a line. */
export function completionText(
  found: readonly Completion[],
  { shell, typed }: { shell: Shell; typed: string },
): string {
  return found.map((one) => `${lineFor(one, shell, typed)}\n`).join("");
}

function lineFor({ value, description = "" }: Completion, shell: Shell, typed: string): string {
  if (value === filesHere) return value;
  const text = description.replace(/\s+/g, " ");
  switch (shell) {
    case "bash": {
      // For bash a word begins anew after = and :, and only what follows is put in.
      const begun = Math.max(typed.lastIndexOf("="), typed.lastIndexOf(":")) + 1;
      return value.slice(begun);
    }
    case "zsh":
      return `${value.replace(/[\\:]/g, "\\$&")}${text === "" ? "" : `:${text}`}`;
    case "fish":
    case "powershell":
      return text === "" ? value : `${value}\t${text}`;
  }
}
