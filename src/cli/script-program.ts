import type { Command } from "commander";
import { complete, completionText } from "./completion.ts";
import { completionScripts, type Shell, shells } from "./completion-scripts.ts";
import { type GuardOptions, guard } from "./guard.ts";
import { withManual } from "./manual.ts";
import { withConfig } from "./options.ts";
import type { CliOptions } from "./session.ts";

/** Adds the command that lets scripts wait for quota. */
export function addGuardCommand(program: Command, cli: CliOptions): void {
  withManual(withConfig(program.command("guard")), {
    summary: "end with 0 when enough is left on an account, else with 1",
    description:
      "Says by its exit code whether enough is left: in the window that stops somebody first, of each account named. It prints nothing when there is enough, else one line for each account that lacks: what is left and when that changes. Numbers that are old or not known count as too little. A running bot is asked over HTTP; else what is due is read.",
    examples: [
      ["guard --account glm-main --min-left 10 && ./nightly", "run only with 10% left"],
      ["guard --account glm-main --model glm-4.7 --wait 6h && ./nightly", "wait up to six hours for it"],
      ["guard --account glm-main --account claude-lan --any || sleep 600", "while neither has enough"],
    ],
    exits: { 0: "enough is left", 1: "too little is left, or nobody knows" },
  })
    .requiredOption("--account <account>", "an account; again for more, and then all of them count", append)
    .option("--min-left <percent>", "percent that must be left", "10")
    .option("--window <id>", "only this window of the account")
    .option("--model <model>", "only windows that count for this model")
    .option(
      "--max-age <length>",
      "count older numbers as not known: 30m (default: when the account's own are old)",
    )
    .option("--any", "one of the accounts is enough")
    .option("--allow-unknown", "let pass what nobody knows, and old numbers that say enough")
    .option("--wait [length]", "wait until there is enough, or at most so long: 2h")
    .option("--json", "print JSON, also when there is enough")
    .action((options: GuardOptions) => guard(cli, options));
}

const append = (value: string, before: readonly string[] | undefined) => [...(before ?? []), value];

/** Adds the command that shells ask. */
export function addCompletionCommand(program: Command, cli: CliOptions): void {
  const command = withManual(program.command("completion"), {
    summary: "print what makes a shell complete command lines of quotabot",
    description:
      "Prints a script that makes a shell complete commands, options, accounts, providers, combos and channels. The script asks this same command what may come next, so it need not be made again after an update.",
    examples: [
      ["completion bash", "in ~/.bashrc: source <(quotabot completion bash)"],
      ["completion zsh", "in ~/.zshrc after compinit: source <(quotabot completion zsh)"],
      ["completion fish", "in config.fish: quotabot completion fish | source"],
      [
        "completion powershell",
        "in $PROFILE: quotabot completion powershell | Out-String | Invoke-Expression",
      ],
    ],
  });
  command
    .addArgument(command.createArgument("<shell>", shells.join(", ")).choices(shells))
    .argument("[words...]", "after --: the line so far without quotabot, for what may come next")
    .action(async (shell: Shell, words: string[]) => {
      if (words.length === 0) return void cli.output.write(completionScripts[shell]);
      // The script for PowerShell puts a dot before the last word.
      const line = shell === "powershell" ? [...words.slice(0, -1), (words.at(-1) ?? "").slice(1)] : words;
      const found = await complete(program, line, cli.readNames);
      cli.output.write(completionText(found, { shell, typed: line.at(-1) ?? "" }));
    });
}
