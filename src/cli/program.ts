import { Command } from "commander";
import { isAppError } from "../core/errors.ts";
import { addBotCommands } from "./bot-program.ts";
import { exitCodeOf, exitCodes } from "./exit-codes.ts";
import { addHelpCommand } from "./help-program.ts";
import { helpStyle, withManual } from "./manual.ts";
import { addPastCommands } from "./past-program.ts";
import { addMonitorCommand, addQuotaCommands } from "./quota-program.ts";
import { addReportCommands } from "./report-program.ts";
import { addRouteCommands } from "./route-program.ts";
import { addCompletionCommand, addGuardCommand } from "./script-program.ts";
import type { CliOptions } from "./session.ts";

/** The command line as commander describes it; running it prints and throws. */
export function createProgram(cli: CliOptions): Command {
  const program = withManual(new Command("quotabot"), {
    summary: "what is left on every AI account your team shares",
    description: "What is left on every AI account your team shares.",
    examples: [
      ["start", "run the bot; without a configuration, the demo"],
      ["quota list", "what is left, worst first"],
      ["guard --account glm-main --min-left 10", "ends with 1 when less than 10% is left"],
      ["help quota usage", "what a command does, with examples"],
    ],
    exits: { 78: "the configuration is missing or wrong", 130: "ended by Ctrl-C" },
  })
    .version(cli.version, "-V, --version", "print the version")
    .helpOption("-h, --help", "what a command does, with examples")
    .helpCommand(false)
    .exitOverride()
    .configureHelp(helpStyle)
    .configureOutput(outputOf(cli))
    .showHelpAfterError("Add --help for what there is.")
    .showSuggestionAfterError();

  addBotCommands(program, cli);
  const quota = withManual(program.command("quota"), {
    summary: "see quotas, usage and money on this terminal",
    description:
      "Answers on this terminal what /quota answers in chat. While a bot works on the same data folder, it is asked over HTTP when http.keys has one with the scope read; else what it read last is shown.",
    examples: [
      ["quota list", "what is left, worst first"],
      ["quota monitor", "the same, drawn again and again"],
    ],
  }).helpCommand(false);
  addQuotaCommands(quota, cli);
  addPastCommands(quota, cli);
  addRouteCommands(quota, cli);
  addMonitorCommand(quota, cli);
  addGuardCommand(program, cli);
  addReportCommands(program, cli);
  addCompletionCommand(program, cli);
  addHelpCommand(program);
  return program;
}

/** No line of help is longer: the eye loses its way. */
const widest = 100;

function outputOf({ output, errors, noColour, forceColour }: CliOptions) {
  const width = (stream: NodeJS.WriteStream) => Math.min(widest, Math.max(40, stream.columns ?? 80));
  const colour = (stream: NodeJS.WriteStream) => !noColour && (stream.isTTY === true || forceColour);
  return {
    writeOut: (text: string) => void output.write(text),
    writeErr: (text: string) => void errors.write(text),
    getOutHelpWidth: () => width(output),
    getErrHelpWidth: () => width(errors),
    getOutHasColors: () => colour(output),
    getErrHasColors: () => colour(errors),
  };
}

/** Runs one command line (without node and script) and tells the exit code; says on the error output what went wrong. */
export async function runCli(cli: CliOptions, args: readonly string[]): Promise<number> {
  try {
    await createProgram(cli).parseAsync(args, { from: "user" });
    return exitCodes.fine;
  } catch (error) {
    const code = exitCodeOf(error);
    if (code === undefined) throw error;
    if (isAppError(error)) {
      const lines = [error.message, ...(error.details.problems ?? []).map((line) => `  ${line}`)];
      cli.errors.write(`${lines.join("\n")}\n`);
    }
    return code;
  }
}
