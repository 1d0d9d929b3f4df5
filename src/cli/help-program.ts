import type { Command } from "commander";
import { AppError } from "../core/errors.ts";
import { didYouMean, nearest } from "../core/matching.ts";
import { withManual } from "./manual.ts";

/** Adds the command that shows the page of any other, however deep: `help quota usage`. */
export function addHelpCommand(program: Command): void {
  withManual(program.command("help"), {
    summary: "what a command does, with examples",
    description: "Shows the page of a command: the same as --help after it.",
    examples: [
      ["help quota usage", "the page of quota usage"],
      ["quota usage --help", "the same"],
    ],
  })
    .argument("[command...]", "its words")
    .action((words: readonly string[]) => find(program, words).help());
}

/** Throws request_invalid, naming the nearest, for words that are no command. */
function find(program: Command, words: readonly string[]): Command {
  let command = program;
  for (const word of words) {
    const next = command.commands.find((one) => one.name() === word);
    if (next === undefined) throw unknown(command, word);
    command = next;
  }
  return command;
}

function unknown(command: Command, word: string): AppError {
  const known = command.commands.map((one) => one.name());
  const there = known.length === 0 ? "" : ` There is ${known.join(", ")}.`;
  const hint = didYouMean(nearest(word, known)) || there;
  return new AppError("request_invalid", `${pathOf(command)} has no command "${word}".${hint}`);
}

function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
}
