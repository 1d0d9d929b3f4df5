import { askAccounts } from "./accounts.ts";
import type { Answers } from "./answers.ts";
import type { Ask } from "./ask.ts";
import { askDiscord } from "./discord.ts";
import { askExtras } from "./extras.ts";
import type { Find } from "./find.ts";
import type { Setup } from "./setup.ts";
import { askSlack } from "./slack.ts";
import type { Variables } from "./variables.ts";

/** Asks for everything that a configuration needs. Values of secrets go to the variables, references to the answers. */
export async function askAnswers(
  ask: Ask,
  known: {
    setup: Setup;
    finds: readonly Find[];
    variables: Variables;
    slackApiUrl: string | undefined;
  },
): Promise<Answers> {
  const { setup, finds, variables, slackApiUrl } = known;
  const accounts = await askAccounts(ask, finds, setup.providers, variables);
  const surface = await ask.choose({
    message: "Where do people type /quota?",
    choices: [
      { value: "slack", label: "Slack" },
      { value: "discord", label: "Discord" },
      { value: "both", label: "Slack and Discord" },
      { value: "terminal", label: "This terminal alone, for now" },
    ],
  });
  const onSlack = surface === "slack" || surface === "both";
  const onDiscord = surface === "discord" || surface === "both";
  const slack = onSlack ? await askSlack(ask, setup, variables, slackApiUrl) : undefined;
  const discord = onDiscord ? await askDiscord(ask, setup, variables) : undefined;
  const surfaces = { slack: slack?.slack, discord: discord?.discord };
  return {
    accounts,
    ...surfaces,
    channels:
      surface === "terminal" ? ["terminal"] : [...(slack?.channels ?? []), ...(discord?.channels ?? [])],
    ...(await askExtras(ask, surfaces, setup.timezone, variables)),
  };
}
