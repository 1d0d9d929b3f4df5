import type { Answers } from "./answers.ts";
import type { Ask } from "./ask.ts";
import type { Setup } from "./setup.ts";
import { slackChannel, slackToken } from "./shapes.ts";
import { slackAppLink } from "./texts.ts";
import { reference, type Variables } from "./variables.ts";

const secrets = [
  { name: "SLACK_BOT_TOKEN", beginning: "xoxb-", label: "Bot token" },
  { name: "SLACK_APP_TOKEN", beginning: "xapp-", label: "App-level token" },
] as const;

/** What the configuration says when nothing speaks against the usual names. */
export const slackReferences = {
  token: reference("SLACK_BOT_TOKEN"),
  appToken: reference("SLACK_APP_TOKEN"),
};

/** Both of Slack's tokens as references, when both are set and look right. */
export function findSlack(variables: Variables): { token: string; appToken: string } | undefined {
  const found = secrets.every(({ name, beginning }) => isSet(variables, name, beginning));
  return found ? slackReferences : undefined;
}

function isSet(variables: Variables, name: string, beginning: "xoxb-" | "xapp-"): boolean {
  const value = variables.valueOf(name);
  return value !== undefined && slackToken(beginning)(value) === undefined;
}

/** Shows how the app is made, and asks for its tokens and the channel. */
export async function askSlack(
  ask: Ask,
  { manifest }: Pick<Setup, "manifest">,
  variables: Variables,
  apiUrl: string | undefined,
): Promise<{ slack: NonNullable<Answers["slack"]>; channels: readonly string[] }> {
  if (findSlack(variables) === undefined) showSteps(ask, manifest);
  const references: string[] = [];
  for (const { name, beginning, label } of secrets) {
    if (isSet(variables, name, beginning)) {
      ask.say(`${label}: ${name} in ${variables.homeOf(name)}.`);
      references.push(reference(name));
      continue;
    }
    const message = `${label} (${beginning}…; empty: set it later)`;
    const value = await ask.secret({ message, check: slackToken(beginning) });
    references.push(reference(value === "" ? variables.leave(name) : variables.keep(name, value)));
  }
  const [token = "", appToken = ""] = references;
  const channel = await ask.text({
    message: "Slack channel for alerts and the daily digest (empty: none)",
    usual: "#ai-quota",
    check: slackChannel,
  });
  return { slack: { token, appToken, apiUrl }, channels: channel === "" ? [] : [`slack:${channel}`] };
}

function showSteps(ask: Ask, manifest: Setup["manifest"]): void {
  ask.say(
    [
      "Slack, once for the workspace:",
      "1. Open the link below, choose the workspace, Next, Create.",
      "2. Install App, Install to Workspace: copy the Bot User OAuth Token (xoxb-…).",
      "3. Basic Information, App-Level Tokens, Generate, scope connections:write: copy the token (xapp-…).",
      `Instead of the link: api.slack.com/apps, Create New App, From a manifest, ${manifest.path}`,
    ].join("\n"),
  );
  ask.link(slackAppLink(manifest.read()));
}
