import { Command, CommanderError } from "commander";
import { isAppError } from "../core/errors.ts";
import { type MonitorOptions, monitor } from "./monitor.ts";
import { printQuota, type QuotaOptions, views } from "./quota.ts";
import type { CliOptions } from "./session.ts";

/** What the process ends with: 0 fine, 1 something failed, 2 wrong use, 78 configuration. */
export const exitCodes = { fine: 0, failed: 1, usage: 2, configuration: 78 } as const;

/** The command line as commander describes it; running it prints and throws. */
export function createProgram(cli: CliOptions): Command {
  const program = new Command("quotabot")
    .description("What is left on every AI account your team shares.")
    .version(cli.version)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => cli.output.write(text),
      writeErr: (text) => cli.errors.write(text),
    })
    .showHelpAfterError("Add --help for what there is.")
    .showSuggestionAfterError();

  program
    .command("start")
    .description("run the bot; without a configuration, the demo on this terminal")
    .option("--config <file>", "configuration file (default: $QUOTABOT_CONFIG or ./quotabot.yml)")
    .action((options: { config?: string }) => cli.startBot(options));

  const quota = program.command("quota").description("see quotas on this terminal").helpCommand(false);
  withSelection(quota.command("list").description("every account, worst first")).action(
    (options: QuotaOptions) => printQuota(cli, views.list, options, undefined),
  );
  withSelection(
    quota
      .command("show")
      .description("every window, pool and amount of an account")
      .argument("<account|provider>"),
  ).action((target: string, options: QuotaOptions) => printQuota(cli, views.show, options, target));
  withSelection(quota.command("resets").description("when what comes back, soonest first")).action(
    (options: QuotaOptions) => printQuota(cli, views.resets, options, undefined),
  );
  withSelection(quota.command("monitor").description("the table, drawn again and again (r reads, q quits)"))
    .option("--interval <time>", "time between two drawings, at least 10s", "30s")
    .action((options: MonitorOptions) => monitor(cli, options));
  return program;
}

function withSelection(command: Command): Command {
  return command
    .option("--account <id>", "only this account")
    .option("--provider <id>", "only accounts of this provider")
    .option("--fresh", "read again now, as far as the providers' floors allow")
    .option("--json", "print JSON")
    .option("--no-color", "print without colours")
    .option("--config <file>", "configuration file (default: $QUOTABOT_CONFIG or ./quotabot.yml)");
}

/** Runs one command line (without node and script) and tells the exit code; says on the error output what went wrong. */
export async function runCli(cli: CliOptions, args: readonly string[]): Promise<number> {
  try {
    await createProgram(cli).parseAsync(args, { from: "user" });
    return exitCodes.fine;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.fine : exitCodes.usage;
    if (!isAppError(error)) throw error;
    cli.errors.write(
      `${[error.message, ...(error.details.problems ?? []).map((line) => `  ${line}`)].join("\n")}\n`,
    );
    if (error.code === "config_invalid") return exitCodes.configuration;
    return error.code === "request_invalid" ? exitCodes.usage : exitCodes.failed;
  }
}
