import { lstat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { AppError } from "../core/errors.ts";
import { doctor } from "./doctor.ts";
import { exitCodes } from "./exit-codes.ts";
import { type Ask, createAsk, gaveUp } from "./init/ask.ts";
import { whatIsNext, whatWasFound, whatWasWritten } from "./init/closing.ts";
import { type Find, findAccounts } from "./init/find.ts";
import { askAnswers } from "./init/questions.ts";
import { sampleAnswers } from "./init/sample.ts";
import { assertWritable, readOwn, save } from "./init/save.ts";
import type { Setup } from "./init/setup.ts";
import { webAddress } from "./init/shapes.ts";
import { createVariables, type Variables } from "./init/variables.ts";
import { writeYaml } from "./init/yaml.ts";
import type { CliOptions } from "./session.ts";
import { terminalOf } from "./with-session.ts";

export interface InitOptions {
  /** Ask nothing. */
  yes?: boolean | undefined;
  config?: string | undefined;
  /** Replace a configuration that is there already; a copy is kept. */
  force?: boolean | undefined;
  color?: boolean | undefined;
  /** Where Slack's Web API is, for GovSlack and proxies. */
  slackApiUrl?: string | undefined;
}

type InitCli = CliOptions & { setup: Setup };

/** What the machine has to offer. */
interface Known {
  setup: Setup;
  /** Of the configuration to be written; absolute. */
  path: string;
  isThere: boolean;
  variables: Variables;
  finds: readonly Find[];
}

/**
 * Finds what is on this machine, asks what is needed, and writes a configuration that the bot can start with, and the
 * secrets to the `.env` beside it. Sends nothing anywhere, unless the person has it checked at the end.
 * @returns the exit code: 0, or 130 when the person ended the questions, and then nothing has been written
 * @throws request_invalid without a terminal and without `yes`; conflict when a configuration is there that may not be
 * replaced; store_unavailable when it cannot be written
 */
export async function initialize(cli: InitCli, options: InitOptions, ask?: Ask): Promise<number> {
  const { setup, input, output } = cli;
  const isTerminal = input.isTTY === true && output.isTTY === true && !cli.dumb;
  if (!options.yes && !isTerminal && ask === undefined) {
    throw new AppError(
      "request_invalid",
      "Nobody can be asked on this terminal. With --yes nothing is asked.",
    );
  }
  if (options.slackApiUrl !== undefined && webAddress(options.slackApiUrl) !== undefined) {
    throw new AppError(
      "request_invalid",
      "--slack-api-url takes an address such as https://slack-gov.com/api/.",
    );
  }
  const { path, isThere } = await targetOf(options, setup);
  await assertWritable(dirname(path));
  const variables = createVariables(setup.environment, await readOwn(join(dirname(path), ".env")));
  const known = { setup, path, isThere, variables, finds: await findAccounts(setup, variables) };
  if (options.yes) return writeSample(cli, options, known);

  const terminal = ask ?? createAsk({ input, output, colour: terminalOf(cli, options).colour });
  try {
    return await askAndWrite(terminal, cli, options, known);
  } catch (error) {
    if (error !== gaveUp) throw error;
    terminal.say("Nothing was written.");
    return exitCodes.interrupted;
  }
}

async function writeSample(cli: InitCli, options: InitOptions, known: Known): Promise<number> {
  const { setup, path, isThere, variables, finds } = known;
  if (isThere && !options.force) {
    throw new AppError(
      "conflict",
      `${path} is there already. With --force it is replaced, and a copy is kept.`,
    );
  }
  const answers = sampleAnswers(finds, variables, { ...setup, slackApiUrl: options.slackApiUrl });
  const copy = await save({ path, yaml: writeYaml(answers), variables: undefined, left: [] }, setup);
  const parts = [
    whatWasWritten({ path, copy, secrets: false }, variables, answers),
    whatWasFound(answers, finds),
    whatIsNext(path, variables, answers, setup),
  ];
  cli.output.write(`${parts.join("\n")}\n`);
  return exitCodes.fine;
}

async function askAndWrite(ask: Ask, cli: InitCli, options: InitOptions, known: Known): Promise<number> {
  const { setup, path, isThere, variables } = known;
  const { slackApiUrl } = options;
  ask.say(
    `A few questions, then ${path} is written. Until then nothing changes, and nothing is sent. Ctrl-C ends it.`,
  );
  if (isThere && !options.force) {
    const message = `${path} is there already. Replace it? (a copy is kept)`;
    if (!(await ask.confirm({ message, usual: false }))) throw gaveUp;
  }
  const answers = await askAnswers(ask, { ...known, slackApiUrl });
  const secrets = variables.text();
  const files = `${path}${secrets === undefined ? "" : " and .env"}`;
  if (!(await ask.confirm({ message: `Write ${files}?`, usual: true }))) throw gaveUp;
  const { left } = variables;
  const copy = await save({ path, yaml: writeYaml(answers), variables: secrets, left }, setup);
  ask.say(whatWasWritten({ path, copy, secrets: secrets !== undefined }, variables, answers));
  try {
    if (left.length === 0 && (await wantsCheck(ask)))
      await doctor(cli, { config: path, color: options.color });
  } finally {
    ask.say(whatIsNext(path, variables, answers, setup));
  }
  return exitCodes.fine;
}

/** All is written by now, so ending the questions here is no more than a no. */
async function wantsCheck(ask: Ask): Promise<boolean> {
  try {
    return await ask.confirm({
      message: "Check it now? (quotabot doctor asks every account and platform once)",
      usual: true,
    });
  } catch (error) {
    if (error === gaveUp) return false;
    throw error;
  }
}

const usualName = "quotabot.yml";

/** The configuration that `quotabot start` would find, or else quotabot.yml here. */
async function targetOf({ config }: InitOptions, { cwd, environment, placeOf }: Setup) {
  const named = config ?? (environment.QUOTABOT_CONFIG || undefined);
  const candidates = named === undefined ? [usualName, "quotabot.yaml"] : [named];
  const paths = candidates.map((one) => resolve(cwd, one.startsWith("~") ? (placeOf(one) ?? one) : one));
  for (const path of paths) {
    if (await exists(path)) return { path, isThere: true };
  }
  return { path: paths[0] ?? resolve(cwd, usualName), isThere: false };
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
