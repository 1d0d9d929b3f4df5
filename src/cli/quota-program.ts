import type { Command } from "commander";
import { withManual } from "./manual.ts";
import { type MonitorOptions, monitor } from "./monitor.ts";
import { withSelection } from "./options.ts";
import { printQuota, type QuotaOptions, views } from "./quota.ts";
import type { CliOptions } from "./session.ts";

/** Adds the commands about accounts as they stand now: list, show and resets. */
export function addQuotaCommands(quota: Command, cli: CliOptions): void {
  withManual(withSelection(quota.command("list")), {
    summary: "every account, worst first",
    description:
      "Prints what is left on every account, worst first: the window that stops somebody first, when it resets, and what an account needs. Reads what is due before.",
    examples: [
      ["quota list", "the table"],
      ["quota list glm", "accounts with glm in their id, label or provider"],
      ["quota list --fresh --json", "all numbers, read anew as far as allowed, for programs"],
    ],
  })
    .argument("[account|provider]", "only those: an id, a label, or a part of it")
    .action((target: string | undefined, options: QuotaOptions) =>
      printQuota(cli, views.list, options, target),
    );
  withManual(withSelection(quota.command("show")), {
    summary: "every window, pool and amount of an account",
    description:
      "Prints all that is known of an account, or of all accounts of a provider: plan, windows, pools, money, how fast it is used, and whether it lasts until the reset.",
    examples: [
      ["quota show claude-lan", "one account in full"],
      ["quota show claude --json", "all accounts of a provider, for programs"],
    ],
  })
    .argument("<account|provider>", "an id, a label, or a part of it")
    .action((target: string, options: QuotaOptions) => printQuota(cli, views.show, options, target));
  withManual(withSelection(quota.command("resets")), {
    summary: "when what comes back, soonest first",
    description: "Prints when windows start over, soonest first.",
    examples: [
      ["quota resets", "of all accounts"],
      ["quota resets claude", "of some"],
    ],
  })
    .argument("[account|provider]", "only those: an id, a label, or a part of it")
    .action((target: string | undefined, options: QuotaOptions) =>
      printQuota(cli, views.resets, options, target),
    );
}

/** Adds the command that goes on drawing. */
export function addMonitorCommand(quota: Command, cli: CliOptions): void {
  withManual(withSelection(quota.command("monitor")), {
    summary: "the table, drawn again and again (r reads, q quits)",
    description:
      "Draws the table again and again, and reads what is due before each. r reads at once what the providers allow, q quits. Into a pipe or a file it prints one table after the other, or with --json one line of JSON each, until the input or the reader ends.",
    examples: [
      ["quota monitor", "on the whole terminal"],
      ["quota monitor --interval 2m --provider claude", "of one provider, every two minutes"],
      ["quota monitor --json >> quota.jsonl", "one line of JSON every 30 seconds"],
    ],
    exits: { 130: "ended by Ctrl-C" },
  })
    .option("--interval <interval>", "time between two drawings, from 10s to 24h", "30s")
    .action((options: MonitorOptions) => monitor(cli, options));
}
