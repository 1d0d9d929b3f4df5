import type { Command } from "commander";
import { exportFormats } from "../core/services/export-records.ts";
import { printDigest } from "./digest.ts";
import { type ExportOptions, exportRecords } from "./export.ts";
import { type HistoryOptions, printHistory } from "./history.ts";
import type { CliOptions } from "./session.ts";
import { printCost, printUsage, type UsageOptions } from "./usage.ts";
import type { OutputOptions } from "./with-session.ts";

/** Adds the commands that ask about the past: usage, cost, digest, export and history. */
export function addPastCommands(quota: Command, cli: CliOptions): void {
  const period = "today, yesterday, week, month, 7d, 2026-11, 2026-11-01..2026-11-15";
  withFilters(quota.command("usage").description("what was used: requests, tokens, audio, times, cost"))
    .argument("[words...]", `[PERIOD] [by DIMENSION]: ${period}; by model, user, day and more`)
    .option("--by <dimension>", "what to break it down by, such as model, user or day")
    .action((words: string[], options: UsageOptions) => printUsage(cli, words, options));
  withOutput(quota.command("cost").description("what it cost, billed and list value apart; budgets"))
    .argument("[period]", period)
    .action((name: string | undefined, options: UsageOptions) => printCost(cli, name, options));
  withOutput(
    quota.command("digest").description("the daily summary: yesterday, what is low, what comes back"),
  ).action((options: OutputOptions) => printDigest(cli, options));
  withConfig(quota.command("export").description("usage records, all of them"))
    .argument("[period]", period)
    .option("--format <format>", `${exportFormats.join(" or ")} (default: csv)`)
    .option("--json", "the same as --format json")
    .option("--output <file>", "write them into a new file instead of printing them")
    .action((name: string | undefined, options: ExportOptions) => exportRecords(cli, name, options));
  withOutput(quota.command("history").description("what quotas of an account stood at over time"))
    .argument("<account>", "its id")
    .option("--window <id>", "only this window")
    .option("--range <time>", "how far back: 24h, 7d, 30d", "24h")
    .action((account: string, options: HistoryOptions) => printHistory(cli, account, options));
}

function withFilters(command: Command): Command {
  return withOutput(command)
    .option("--account <id>", "only this account")
    .option("--provider <id>", "only this provider")
    .option("--model <name>", "only this model")
    .option("--user <name>", "only this user");
}

function withOutput(command: Command): Command {
  return withConfig(command).option("--json", "print JSON").option("--no-color", "print without colours");
}

function withConfig(command: Command): Command {
  return command.option(
    "--config <file>",
    "configuration file (default: $QUOTABOT_CONFIG or ./quotabot.yml)",
  );
}
