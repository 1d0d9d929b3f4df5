import type { Message } from "../domain/message.ts";
import { AppError } from "../errors.ts";
import { nearest } from "../matching.ts";
import { unknownArgument, unknownWord } from "../messages/help.ts";
import { type AlertCommandOptions, alertsCommand } from "./alerts.ts";
import { type BudgetCommandOptions, budgetCommand } from "./budget.ts";
import { type ChartCommandOptions, chartCommand } from "./chart.ts";
import type { Asker, Call, Command, Commands } from "./command.ts";
import { costCommand } from "./cost.ts";
import { type DigestCommandOptions, digestCommand } from "./digest.ts";
import { exportCommand } from "./export.ts";
import { helpCommand } from "./help.ts";
import type { LedgerCommandOptions } from "./ledger-options.ts";
import { type Understood, understandArguments, understandWords } from "./line.ts";
import { listCommand } from "./list.ts";
import { type RemindCommandOptions, remindCommand } from "./remind.ts";
import { resetsCommand } from "./resets.ts";
import { type RoutingCommandOptions, routeCommand } from "./route.ts";
import { type ShowCommandOptions, showCommand } from "./show.ts";
import { suggestCommand } from "./suggest.ts";
import { usageCommand } from "./usage.ts";
import { completionsOf } from "./words.ts";

/** All commands of /quota, in the order of the help text. */
export function createCommands(
  options: ShowCommandOptions &
    LedgerCommandOptions &
    DigestCommandOptions &
    AlertCommandOptions &
    RemindCommandOptions &
    BudgetCommandOptions &
    RoutingCommandOptions &
    ChartCommandOptions,
): Commands {
  const others = [
    listCommand(options),
    showCommand(options),
    resetsCommand(options),
    usageCommand(options),
    costCommand(options),
    chartCommand(options),
    exportCommand(options),
    digestCommand(options),
    alertsCommand(options),
    remindCommand(options),
    budgetCommand(options),
    routeCommand(options),
    suggestCommand(options),
  ];
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

  async function* runUnderstood(
    command: Command,
    understood: Understood,
    call: Pick<Call, "asker" | "refresh">,
  ): AsyncGenerator<Message> {
    if ("unknown" in understood) {
      yield unknownArgument(command, understood.unknown, understood.suggestion);
      return;
    }
    yield* command.run({ ...call, arguments: understood.arguments });
  }

  async function* answerLine(line: string, asker: Asker, refresh: boolean): AsyncGenerator<Message> {
    const words = line
      .trim()
      .split(/\s+/)
      .filter((word) => word !== "");
    const [first, ...rest] = words;
    const call = { asker, refresh };
    if (first === undefined) return yield* spec("list").run({ ...call, arguments: {} });
    const named = specs.find((command) => command.name === first.toLowerCase());
    if (named) return yield* runUnderstood(named, understandWords(named, rest, options.today()), call);
    if (targets.find(line).length > 0) {
      return yield* spec("list").run({ ...call, arguments: { target: words.join(" ") } });
    }
    yield unknownWord(first, suggestion(first));
  }

  return {
    specs,
    answer: (line, asker, answerOptions) => answerLine(line, asker, answerOptions?.refresh ?? false),
    run(name, call) {
      const command = spec(name);
      return runUnderstood(command, understandArguments(command, call.arguments, options.today()), call);
    },
    complete(name, parameter, typed) {
      const known = spec(name).parameters.find((candidate) => candidate.name === parameter);
      if (known === undefined) return [];
      if (known.kind === "route") {
        return options.routing.names(typed.trim(), 25).map((word) => ({ label: word, value: word }));
      }
      const { kind } = known;
      if (kind !== "target") return completionsOf(known, typed, options.today());
      const word = known.or?.startsWith(typed.trim().toLowerCase()) ? known.or : undefined;
      const found = targets.complete(typed);
      return word === undefined ? found : [{ label: word, value: word }, ...found].slice(0, 25);
    },
  };
}
