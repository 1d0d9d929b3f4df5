import type { Message } from "../domain/message.ts";
import { AppError } from "../errors.ts";
import { nearest } from "../matching.ts";
import { unknownWord } from "../messages/help.ts";
import type { QuotaCommandOptions } from "./answer-then-refresh.ts";
import type { Asker, Call, Command, Commands } from "./command.ts";
import { helpCommand } from "./help.ts";
import { listCommand } from "./list.ts";
import { resetsCommand } from "./resets.ts";
import { showCommand } from "./show.ts";

/** All commands of /quota, in the order of the help text. */
export function createCommands(options: QuotaCommandOptions): Commands {
  const others = [listCommand(options), showCommand(options), resetsCommand(options)];
  const specs: readonly Command[] = [...others, helpCommand(others)];
  const { targets } = options;

  function spec(name: string): Command {
    const found = specs.find((command) => command.name === name);
    if (found === undefined) throw new AppError("not_found", `There is no command "${name}".`);
    return found;
  }

  /** What was probably meant by a line whose first word is unknown, as a line that works. */
  function suggestion(word: string): string | undefined {
    const command = nearest(
      word,
      specs.map((known) => known.name),
    );
    if (command !== undefined) return command;
    const target = targets.suggest(word);
    return target === undefined ? undefined : `show ${target}`;
  }

  async function* answerLine(line: string, asker: Asker, refresh: boolean): AsyncGenerator<Message> {
    const words = line
      .trim()
      .split(/\s+/)
      .filter((word) => word !== "");
    const [first, ...rest] = words;
    const call = (target: string | undefined): Call => ({ arguments: { target }, asker, refresh });
    if (first === undefined) return yield* spec("list").run(call(undefined));
    const named = specs.find((command) => command.name === first.toLowerCase());
    if (named) return yield* named.run(call(rest.length === 0 ? undefined : rest.join(" ")));
    if (targets.find(line).length > 0) return yield* spec("list").run(call(words.join(" ")));
    yield unknownWord(first, suggestion(first));
  }

  return {
    specs,
    answer: (line, asker, answerOptions) => answerLine(line, asker, answerOptions?.refresh ?? false),
    run: (name, call) => spec(name).run(call),
    complete(name, parameter, typed) {
      const known = spec(name).parameters.some((candidate) => candidate.name === parameter);
      return known ? targets.complete(typed) : [];
    },
  };
}
