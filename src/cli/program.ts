import { Command, CommanderError } from "commander";
import { isAppError } from "../core/errors.ts";
import { type DoctorOptions, doctor } from "./doctor.ts";
import { type MonitorOptions, monitor } from "./monitor.ts";
import { addPastCommands } from "./past-program.ts";
import { printQuota, type QuotaOptions, views } from "./quota.ts";
import { type RecordOptions, record } from "./record.ts";
import { type ReportOptions, reportStatusLine } from "./report.ts";
import { type ReportLogsOptions, reportLogs } from "./report-logs.ts";
import { addRouteCommands } from "./route-program.ts";
import { sendTest } from "./send-test.ts";
import type { CliOptions } from "./session.ts";
import type { OutputOptions } from "./with-session.ts";

/** What the process ends with: 0 fine, 1 something failed, 2 wrong use, 78 configuration. */
export const exitCodes = { fine: 0, failed: 1, usage: 2, configuration: 78 } as const;

/** Commander's kind of error for a command that worked and has found something wrong. */
const unwell = "quotabot.unwell";

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
  addPastCommands(quota, cli);
  addRouteCommands(quota, cli);
  withSelection(quota.command("monitor").description("the table, drawn again and again (r reads, q quits)"))
    .option("--interval <time>", "time between two drawings, at least 10s", "30s")
    .action((options: MonitorOptions) => monitor(cli, options));

  const report = program
    .command("report")
    .description("tell a running bot what this machine knows")
    .helpCommand(false);
  report
    .command("statusline")
    .description("report the limits in a Claude Code status line document, read from standard input")
    .requiredOption("--account <id>", "the account, as the bot's configuration names it")
    .option("--user <name>", "whose machine this is")
    .option("--url <address>", "the bot (default: $QUOTABOT_URL or http://127.0.0.1:8787)")
    .option("--key <key>", "a key with the scope ingest (default: $QUOTABOT_KEY, which others cannot see)")
    .option("--print", "print what is left, as the status line")
    .option("--strict", "always report, and end with 1 when that fails")
    .option("--verbose", "say on standard error what came of it")
    .action((options: ReportOptions) => reportStatusLine(cli, options));
  report
    .command("logs")
    .description("report what the session logs of Claude Code and Codex count, as far as it is new")
    .option("--account <id>", "the account it counts to (default: the bot finds it by the program)")
    .option("--user <name>", "whose machine this is")
    .option("--source <program>", "claude-code, codex-cli, or the beginning of it (default: all)")
    .option("--since <time>", "how far back: 30d, 12h or all", "30d")
    .option("--url <address>", "the bot (default: $QUOTABOT_URL or http://127.0.0.1:8787)")
    .option("--key <key>", "a key with the scope ingest (default: $QUOTABOT_KEY, which others cannot see)")
    .option("--dry-run", "print what would be sent, and send and remember nothing")
    .option("--json", "print JSON")
    .option("--verbose", "say on standard error where logs are looked for")
    .action((options: ReportLogsOptions) => reportLogs(cli, options));

  program
    .command("doctor")
    .description("check configuration, data folder, accounts and channels, and say what to do")
    .option("--json", "print JSON")
    .option("--no-color", "print without colours")
    .option("--config <file>", "configuration file (default: $QUOTABOT_CONFIG or ./quotabot.yml)")
    .action(async (options: DoctorOptions) => {
      if (!(await doctor(cli, options))) throw new CommanderError(exitCodes.failed, unwell, "");
    });

  program
    .command("send-test")
    .description("post a test message to a channel, or to all that alerts and digests go to")
    .argument("[channel]", "as the configuration names it")
    .option("--json", "print JSON")
    .option("--no-color", "print without colours")
    .option("--config <file>", "configuration file (default: $QUOTABOT_CONFIG or ./quotabot.yml)")
    .action(async (channel: string | undefined, options: OutputOptions) => {
      if (!(await sendTest(cli, channel, options))) throw new CommanderError(exitCodes.failed, unwell, "");
    });

  program
    .command("record")
    .description("read an account once and write a fixture for the tests, without what is secret")
    .argument("<account>", "its id")
    .argument("[file]", "where to (default: PROVIDER-DATE.json)")
    .option("--config <file>", "configuration file (default: $QUOTABOT_CONFIG or ./quotabot.yml)")
    .action((account: string, file: string | undefined, options: RecordOptions) =>
      record(cli, account, file, options),
    );
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
    if (error instanceof CommanderError) return exitCodeOf(error);
    if (!isAppError(error)) throw error;
    cli.errors.write(
      `${[error.message, ...(error.details.problems ?? []).map((line) => `  ${line}`)].join("\n")}\n`,
    );
    if (error.code === "config_invalid") return exitCodes.configuration;
    return error.code === "request_invalid" ? exitCodes.usage : exitCodes.failed;
  }
}

/** Commander ends with 1 for wrong use, which is 2 here. */
function exitCodeOf({ code, exitCode }: CommanderError): number {
  return exitCode === exitCodes.fine || code === unwell ? exitCode : exitCodes.usage;
}
