import type { Answers } from "./answers.ts";
import type { Ask } from "./ask.ts";
import type { Setup } from "./setup.ts";
import { applicationOf, discordId, discordToken } from "./shapes.ts";
import { reference, type Variables } from "./variables.ts";

const name = "DISCORD_TOKEN";

/** What the configuration says when nothing speaks against the usual name. */
export const discordReference = { token: reference(name) };

/** Discord's token as a reference, when it is set and looks right. */
export function findDiscord(variables: Variables): { token: string } | undefined {
  return applicationOf(variables.valueOf(name) ?? "") === undefined ? undefined : discordReference;
}

/** Shows how the bot is made and invited, and asks for its token, the server and the channel. */
export async function askDiscord(
  ask: Ask,
  { discordInvite }: Pick<Setup, "discordInvite">,
  variables: Variables,
): Promise<{ discord: NonNullable<Answers["discord"]>; channels: readonly string[] }> {
  const { token, application } = await askToken(ask, variables);
  ask.say("Open this link and choose your server:");
  ask.link(discordInvite(application ?? "APPLICATION_ID"));
  if (application === undefined) ask.say("APPLICATION_ID stands in the portal, under General Information.");
  const guild = await ask.text({
    message: "Server id, so that commands appear at once (empty: within an hour)",
    check: discordId,
  });
  const channel = await ask.text({
    message: "Discord channel id for alerts and the daily digest (empty: none)",
    check: discordId,
  });
  return {
    discord: { token, ...(guild !== "" && { guild }) },
    channels: channel === "" ? [] : [`discord:${channel}`],
  };
}

async function askToken(ask: Ask, variables: Variables) {
  const found = findDiscord(variables);
  if (found !== undefined) {
    ask.say(`Discord: ${name} in ${variables.homeOf(name)}.`);
    return { ...found, application: applicationOf(variables.valueOf(name) ?? "") };
  }
  ask.say(
    [
      "Discord, once:",
      "1. https://discord.com/developers/applications, New Application.",
      "2. Bot: switch Public Bot off; Reset Token, and copy it. No intent is needed.",
    ].join("\n"),
  );
  const value = await ask.secret({ message: "Bot token (empty: set it later)", check: discordToken });
  if (value !== "")
    return { token: reference(variables.keep(name, value)), application: applicationOf(value) };
  const id = await ask.text({
    message: "Application ID, for the invite link (empty: later)",
    check: discordId,
  });
  return { token: reference(variables.leave(name)), application: id === "" ? undefined : id };
}
