import type { Command } from "commander";
import { doctor } from "./doctor.ts";
import { endWith, exitCodes } from "./exit-codes.ts";
import { type ForgetOptions, forget } from "./forget.ts";
import type { InitOptions } from "./init.ts";
import { withManual } from "./manual.ts";
import { withConfig, withOutput } from "./options.ts";
import { type RecordOptions, record } from "./record.ts";
import { sendTest } from "./send-test.ts";
import type { CliOptions } from "./session.ts";
import type { OutputOptions } from "./with-session.ts";

/** Adds the commands that set the bot up, run it and look after it: start, init, doctor, send-test, record and forget. */
export function addBotCommands(program: Command, cli: CliOptions): void {
  withManual(withConfig(program.command("start")), {
    summary: "run the bot; without a configuration, the demo on this terminal",
    description:
      "Runs the bot until it is told to stop. Without a configuration it runs the demo on this terminal: recorded answers of every provider, and nothing is sent anywhere.",
    examples: [
      ["start", "with the quotabot.yml of this folder"],
      ["start --config /etc/quotabot/quotabot.yml", "with another one"],
    ],
    environment: [["LOG_LEVEL", "debug, info, warn, error or silent"]],
  }).action((options: { config?: string }) => cli.startBot(options));
  withManual(withConfig(program.command("init")), {
    summary: "find what is on this machine, ask what is needed, and write a configuration",
    description:
      "Finds credentials that are on this machine, asks which accounts to watch and where to post, and writes a configuration that only you can read, and the secrets to the .env beside it. Nothing is sent anywhere without asking.",
    examples: [
      ["init", "with questions"],
      ["init --yes", "a commented sample with what was found, without questions"],
    ],
    exits: { 130: "ended by Ctrl-C; nothing was written" },
  })
    .option("--yes", "ask nothing: write a commented sample")
    .option("--force", "replace a configuration that is there; a copy of it is kept")
    .option("--slack-api-url <address>", "where Slack's Web API is, for GovSlack and proxies")
    .option("--no-color", "print without colours")
    .action(async (options: InitOptions) => {
      // The library that asks is needed here alone.
      const { initialize } = await import("./init.ts");
      const code = await initialize({ ...cli, setup: await cli.loadSetup() }, options);
      if (code !== exitCodes.fine) endWith(code);
    });
  withManual(withOutput(program.command("doctor")), {
    summary: "check configuration, data folder, accounts and channels, and say what to do",
    description:
      "Checks configuration, data folder, accounts and channels, line by line, and says what to do. Nothing is posted.",
    examples: [
      ["doctor", "everything"],
      ["doctor --json", "for programs"],
    ],
    exits: { 1: "something is to be put right" },
  }).action(async (options: OutputOptions) => {
    if (!(await doctor(cli, options))) endWith(exitCodes.failed);
  });
  withManual(withOutput(program.command("send-test")), {
    summary: "post a test message to a channel, or to all that alerts and digests go to",
    description:
      "Posts a test message to a channel, or to all that alerts and digests go to, and tells how each took it.",
    examples: [
      ["send-test", "to all of them"],
      ["send-test 'slack:#ai-quota'", "to one"],
    ],
    exits: { 1: "a channel did not take it" },
  })
    .argument("[channel]", "as the configuration names it")
    .action(async (channel: string | undefined, options: OutputOptions) => {
      if (!(await sendTest(cli, channel, options))) endWith(exitCodes.failed);
    });
  withManual(withConfig(program.command("record")), {
    summary: "read an account once and write a fixture for the tests, without what is secret",
    description:
      "Reads an account once and writes what was asked and answered into a new file, as a fixture for the tests, without what is secret. Read the file before you share it.",
    examples: [["record glm-main glm-new-shape.json", "into this file"]],
  })
    .argument("<account>", "its id")
    .argument("[file]", "where to (default: PROVIDER-DATE.json)")
    .option("--json", "print JSON")
    .action((account: string, file: string | undefined, options: RecordOptions) =>
      record(cli, account, file, options),
    );
  withManual(withConfig(program.command("forget")), {
    summary: "take a person's name out of all usage records and reported numbers",
    description:
      "Takes a person's name out of everything that is kept of usage and readings, after asking. What was used stays, as nobody's. It cannot be undone.",
    examples: [
      ["forget lan@example.org", "after asking"],
      ["forget lan@example.org --yes --json", "without asking, for programs"],
    ],
  })
    .argument("<user>", "the person, as records name them")
    .option("--yes", "do not ask")
    .option("--json", "print JSON")
    .action((user: string, options: ForgetOptions) => forget(cli, user, options));
}
