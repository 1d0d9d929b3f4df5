import type { Command } from "commander";
import { exportFormats } from "../core/services/export-records.ts";
import { printBudgets } from "./budget.ts";
import { type ChartOptions, printChart } from "./chart.ts";
import { printDigest } from "./digest.ts";
import { type ExportOptions, exportRecords } from "./export.ts";
import { type HistoryOptions, printHistory } from "./history.ts";
import { withManual } from "./manual.ts";
import { withConfig, withOutput } from "./options.ts";
import type { CliOptions } from "./session.ts";
import { printCost, printUsage, type UsageOptions } from "./usage.ts";
import type { OutputOptions } from "./with-session.ts";

const periods = "today, yesterday, week, month, 7d, 30d, 2026-11, 2026-11-03, 2026-11-01..2026-11-15";

/** Adds the commands that ask about the past and its money: usage, cost, budget, digest, export, history and chart. */
export function addPastCommands(quota: Command, cli: CliOptions): void {
  withManual(withOutput(quota.command("usage")), {
    summary: "what was used: requests, tokens, audio, times, cost",
    description:
      "Prints what was used in a period, today unless told, broken down by model unless told. Days are those of the team's time zone. With - as its value an option asks for what records do not tell.",
    examples: [
      ["quota usage", "today, by model"],
      ["quota usage 7d by user", "the last seven days, by person"],
      ["quota usage 2026-11 --by day --account glm-main", "November, day by day, of one account"],
    ],
  })
    .argument("[period|by...]", `${periods}; by DIMENSION: model, user, day and more`)
    .option("--by <dimension>", "what to break it down by: the same as by DIMENSION")
    .option("--account <account>", "only this account")
    .option("--provider <provider>", "only this provider")
    .option("--model <model>", "only this model")
    .option("--user <user>", "only this user")
    .action((words: string[], options: UsageOptions) => printUsage(cli, words, options));
  withManual(withOutput(quota.command("cost")), {
    summary: "what it cost, billed and list value apart; budgets",
    description:
      "Prints what a period cost, this month unless told: what was billed apart from the list value of what subscriptions covered or was free; budgets, and what is to be expected by the end of the month.",
    examples: [
      ["quota cost", "this month"],
      ["quota cost 2026-10 --json", "October, for programs"],
    ],
  })
    .argument("[period]", periods)
    .action((name: string | undefined, options: OutputOptions) => printCost(cli, name, options));
  withManual(withOutput(quota.command("budget")), {
    summary: "where budgets stand",
    description:
      "Prints where budgets stand, where they are going, and what happens when one is exceeded. They are set in the configuration, or in chat with /quota budget set.",
    examples: [["quota budget", "all of them"]],
  }).action((options: OutputOptions) => printBudgets(cli, options));
  withManual(withOutput(quota.command("digest")), {
    summary: "the daily summary: yesterday, what is low, what comes back",
    description:
      "Prints the daily summary as of now. When a channel gets it by itself is set in the configuration, or in that channel with /quota digest on.",
    examples: [["quota digest", "now"]],
  }).action((options: OutputOptions) => printDigest(cli, options));
  withManual(withConfig(quota.command("export")), {
    summary: "usage records, all of them",
    description:
      "Prints all usage records of a period, this month unless told, or writes them into a new file that only you can read.",
    examples: [
      ["quota export 7d > week.csv", "the last seven days as CSV"],
      ["quota export 2026-10 json --output october.json", "October as JSON, into a new file"],
    ],
  })
    .argument("[period|format...]", `${periods}; ${exportFormats.join(" or ")}`)
    .option("--format <format>", `${exportFormats.join(" or ")} (default: csv)`)
    .option("--json", "the same as --format json")
    .option("--output <file>", "write them into a new file instead of printing them")
    .action((words: string[], options: ExportOptions) => exportRecords(cli, words, options));
  withManual(withOutput(quota.command("history")), {
    summary: "what quotas of an account stood at over time",
    description:
      "Prints what the windows of an account stood at, thinned to what one screen shows; with --json all that is kept.",
    examples: [
      ["quota history claude-lan", "the last 24 hours"],
      ["quota history claude-lan --window weekly --range 30d", "one window over a month"],
    ],
  })
    .argument("<account>", "its id")
    .option("--window <id>", "only this window")
    .option("--range <range>", "how far back: 24h, 7d, 30d", "24h")
    .action((account: string, options: HistoryOptions) => printHistory(cli, account, options));
  withManual(withOutput(quota.command("chart")), {
    summary: "a chart of what was left, or of cost by day",
    description:
      "Prints what was left of each window of an account over time, or what was billed on each day, as a drawing of characters with a sentence that says what it shows; with --output also as a picture.",
    examples: [
      ["quota chart claude-lan 7d", "a week of an account"],
      ["quota chart cost --output cost.png", "the last 30 days of cost, as a picture"],
    ],
  })
    .argument("<account|cost>", "an account's id or name, or cost")
    .argument("[range]", "how far back: 24h, 7d, 30d; 24h unless told, of cost 30d")
    .option("--output <file>", "write a picture (PNG) into a new file")
    .action((target: string, range: string | undefined, options: ChartOptions) =>
      printChart(cli, target, range, options),
    );
}
