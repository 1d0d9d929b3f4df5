import { relative } from "node:path";
import type { Answers } from "./answers.ts";
import type { Find } from "./find.ts";
import type { Setup } from "./setup.ts";
import { names } from "./texts.ts";
import type { Variables } from "./variables.ts";

/** What was written: the configuration's path, and where the one before it is kept. */
interface Written {
  path: string;
  copy: string | undefined;
  secrets: boolean;
}

/** Says what was written, and what of it a person should know. */
export function whatWasWritten(
  { path, copy, secrets }: Written,
  variables: Variables,
  answers: Answers,
): string {
  const outside = variables.onlyOutside(variablesOf(answers));
  return [
    `Wrote ${path}${secrets ? " and the .env beside it" : ""}, readable by you alone.`,
    ...(copy === undefined ? [] : [`The one before is ${copy}.`]),
    ...(outside.length === 0 ? [] : [`Not in .env, so set them where the bot runs: ${names(outside)}.`]),
  ].join("\n");
}

/** What was found, and whether it is on; for whoever was not asked. */
export function whatWasFound({ accounts, slack, discord }: Answers, finds: readonly Find[]): string {
  const useless = finds.filter(({ problem }) => problem !== undefined);
  return [
    ...accounts.map(
      ({ id, where, off }) =>
        `${off === undefined ? "on " : "off"} ${id}: ${where}${off === undefined ? "" : ` (${off})`}`,
    ),
    ...useless.map(
      ({ provider, where, problem }) => `--- ${provider.name}: ${where} is of no use. ${problem}`,
    ),
    ...(accounts.length === 0
      ? ["No sign-ins or keys found on this machine: the file shows how one is written."]
      : []),
    ...(slack === undefined ? [] : ["on  Slack"]),
    ...(discord === undefined ? [] : ["on  Discord"]),
    ...((slack ?? discord)
      ? []
      : ["Slack and Discord: set their tokens as the README tells, or run this without --yes."]),
  ].join("\n");
}

/** How it goes on from here. */
export function whatIsNext(path: string, variables: Variables, answers: Answers, setup: Setup): string {
  const { left } = variables;
  const { slack, discord } = answers;
  const where = names([...(slack ? ["Slack"] : []), ...(discord ? ["Discord"] : [])]) || "the terminal";
  const channel = answers.channels.find((one) => one.startsWith("slack:"))?.slice("slack:".length);
  return [
    ...(left.length === 0 ? [] : [`First set ${names(left)} in .env.`]),
    `Start it: ${startCommand(path, setup)} (in a checkout: npm start). Then type /quota in ${where}.`,
    ...(channel === undefined
      ? []
      : [`In ${channel} of Slack type /invite @quotabot, so that alerts arrive once.`]),
  ].join("\n");
}

/** The command that starts this configuration, which is named where it would not be found by itself. */
function startCommand(path: string, { cwd, environment }: Setup): string {
  const short = relative(cwd, path);
  if (environment.QUOTABOT_CONFIG || /^quotabot\.ya?ml$/.test(short)) return "quotabot start";
  return `quotabot start --config ${short.startsWith("..") ? path : short}`;
}

/** The variables that the answers refer to. */
function variablesOf({ accounts, slack, discord, httpKey, database }: Answers): readonly string[] {
  const used = JSON.stringify([
    accounts.filter(({ off }) => off === undefined).map(({ credentials }) => credentials),
    slack,
    discord,
    httpKey,
    database,
  ]);
  return [...new Set([...used.matchAll(/\$\{(\w+)\}/g)].map(([, name = ""]) => name))];
}
