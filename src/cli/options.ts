import type { Command } from "commander";

/** The option of all commands that need the configuration. */
export function withConfig(command: Command): Command {
  return command.option(
    "--config <file>",
    "configuration file (default: $QUOTABOT_CONFIG or ./quotabot.yml)",
  );
}

/** The options of all commands that print something for people, or JSON for programs. */
export function withOutput(command: Command): Command {
  return withConfig(command.option("--json", "print JSON").option("--no-color", "print without colours"));
}

/** The options of all commands that are about accounts as they stand now. */
export function withSelection(command: Command): Command {
  return withOutput(
    command
      .option("--account <account>", "only this account")
      .option("--provider <provider>", "only accounts of this provider")
      .option("--fresh", "read again now, as far as the providers' floors allow"),
  );
}
