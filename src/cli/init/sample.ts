import { fillNeeds, needsOf } from "./account-settings.ts";
import { suggestIds } from "./accounts.ts";
import type { Answers } from "./answers.ts";
import { findDiscord } from "./discord.ts";
import type { Find } from "./find.ts";
import { findSlack } from "./slack.ts";
import type { Variables } from "./variables.ts";

/** What can be answered without asking: all that was found is on, except what needs a person's word or more than was found. */
export function sampleAnswers(
  finds: readonly Find[],
  variables: Variables,
  known: { timezone: string; slackApiUrl?: string | undefined },
): Answers {
  const useful = finds.filter(({ problem }) => problem === undefined);
  const ids = suggestIds(useful.map(({ provider }) => provider.id));
  const slack = findSlack(variables);
  return {
    timezone: known.timezone,
    accounts: useful.map((find, index) => {
      const { provider, where, credentials } = find;
      const told = find.complete ? { credentials } : fillNeeds(provider, credentials);
      return { id: ids[index] ?? "", provider, where, ...told, off: whyOff(find) };
    }),
    slack: slack && { ...slack, apiUrl: known.slackApiUrl },
    discord: findDiscord(variables),
    channels: [],
    admins: { slack: [], discord: [] },
  };
}

function whyOff({ provider, credentials, complete }: Find): string | undefined {
  if (!provider.official) return "unofficial";
  return complete || needsOf(provider, credentials).length === 0 ? undefined : "fill in what is missing";
}
