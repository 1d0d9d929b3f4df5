import type { Command } from "commander";
import { withManual } from "./manual.ts";
import { type ReportOptions, reportStatusLine } from "./report.ts";
import { type ReportLogsOptions, reportLogs } from "./report-logs.ts";
import type { CliOptions } from "./session.ts";

/** Adds the commands that tell a running bot what this machine knows. */
export function addReportCommands(program: Command, cli: CliOptions): void {
  const report = withManual(program.command("report"), {
    summary: "tell a running bot what this machine knows",
    description:
      "Tells a running bot what this machine knows, so that it needs no credentials of its own. No configuration is read.",
    examples: [["report logs --dry-run", "what session logs would tell, without telling it"]],
  }).helpCommand(false);
  withBot(withManual(report.command("statusline"), statusLineManual))
    .requiredOption("--account <account>", "the account, as the bot's configuration names it")
    .option("--user <user>", "whose machine this is")
    .option("--print", "print what is left, as the status line")
    .option("--strict", "always report, and end with 1 when that fails")
    .option("--verbose", "say on standard error what came of it")
    .action((options: ReportOptions) => reportStatusLine(cli, options));
  withBot(withManual(report.command("logs"), logsManual))
    .option("--account <account>", "the account it counts to (default: the bot finds it by the program)")
    .option("--user <user>", "whose machine this is")
    .option("--source <program>", "claude-code, codex-cli, or the beginning of it (default: all)")
    .option("--since <since>", "how far back: 30d, 12h or all", "30d")
    .option("--dry-run", "print what would be sent, and send and remember nothing")
    .option("--json", "print JSON")
    .option("--verbose", "say on standard error where logs are looked for")
    .action((options: ReportLogsOptions) => reportLogs(cli, options));
}

const statusLineManual = {
  summary: "report the limits in a Claude Code status line document, read from standard input",
  description:
    "Reads the status line document of Claude Code from standard input and tells the bot the limits in it, and nothing else of it. It is silent and ends with 0 within two seconds whatever happens, as a prompt waits for it.",
  examples: [
    ["report statusline --account claude-lan --print", "as statusLine.command of Claude Code"],
    ["report statusline --account claude-lan --strict --verbose < document.json", "to try it"],
  ],
  exits: { 1: "with --strict: the bot was not told" },
} as const;

const logsManual = {
  summary: "report what the session logs of Claude Code and Codex count, as far as it is new",
  description:
    "Sends what the session logs of Claude Code and Codex on this machine count, never what was said, as far as it is new since the last run. One that is repeated counts nothing twice.",
  examples: [
    ["report logs", "all that is new of the last 30 days"],
    ["report logs --source codex --since all --dry-run", "what all logs of Codex would tell"],
  ],
  files: [
    ["~/.claude, ~/.codex", "where the programs keep their logs; CLAUDE_CONFIG_DIR and CODEX_HOME move them"],
    ["~/.local/state/quotabot", "how far they are reported; XDG_STATE_HOME moves it"],
  ],
} as const;

function withBot(command: Command): Command {
  return command
    .option("--url <address>", "the bot (default: $QUOTABOT_URL or http://127.0.0.1:8787)")
    .option("--key <key>", "a key with the scope ingest (default: $QUOTABOT_KEY, which others cannot see)");
}
