import type { WebClient } from "@slack/web-api";
import type { Finding } from "../core/messages/doctor.ts";
import { listNames } from "../core/messages/format.ts";
import type { Log } from "../core/ports.ts";
import type { SlackConfig } from "./app.ts";
import { createLibraryLogger } from "./bolt.ts";
import { examineChannels } from "./doctor-channels.ts";
import { failureOf, isBadToken } from "./failures.ts";
import { createWebClient } from "./web-client.ts";

export interface SlackDoctorOptions {
  config: SlackConfig;
  /** Ids of those that something is posted to: "slack:#ai-quota". */
  channels: readonly string[];
  log: Log;
  /** Milliseconds for one call. */
  timeout: number;
}

const named = { check: "slack", name: "Slack" } as const;
const appNamed = { check: "slack", name: "Slack app token" } as const;

/** What the bot asks for in manifest.yml, with what it cannot do without. */
export const scopesNeeded: Readonly<Record<string, string>> = {
  "chat:write": "post anything",
  commands: "answer /quota",
};
export const scopesUseful: Readonly<Record<string, string>> = {
  "app_mentions:read": "answer when it is mentioned",
  "chat:write.public": "post to public channels that it is not in",
  "files:write": "hand over charts and exports",
  "im:write": "send reminders to people",
};
/** With these it finds a post again whose answer was lost. Whoever installs the app may leave them out. */
export const scopesOptional = [
  "channels:history",
  "channels:read",
  "groups:history",
  "groups:read",
  "im:history",
];

/**
 * Looks at tokens, scopes and channels by Slack's API; nothing is posted (docs.slack.dev/reference/methods/auth.test and
 * apps.connections.open, checked 2026-11-22).
 * @returns findings on the platform, and those on channels with the channel's id as their name
 */
export async function examineSlack(options: SlackDoctorOptions): Promise<readonly Finding[]> {
  const { config, timeout } = options;
  const logger = createLibraryLogger(options.log);
  const apiUrl = config.apiUrl?.replace(/\/*$/, "/");
  const clientOf = (token: string) => createWebClient({ token, apiUrl, timeout, logger });
  const [bot, app] = await Promise.all([
    examineBot(clientOf(config.token), config.token, options.channels),
    config.appToken === undefined ? receiving(config) : examineApp(clientOf(config.appToken)),
  ]);
  return [...bot, ...app];
}

async function examineBot(
  client: WebClient,
  token: string,
  channels: readonly string[],
): Promise<readonly Finding[]> {
  try {
    const { team, user, response_metadata } = await client.auth.test();
    const granted = response_metadata?.scopes;
    const who = `${user === undefined ? "the bot" : `@${user}`} is known to ${team ?? "the workspace"}`;
    const inChannels = await examineChannels(client, channels, granted ?? []);
    return [...scopeFindings(who, granted), ...inChannels];
  } catch (error) {
    return [tokenFinding(error, token)];
  }
}

function scopeFindings(who: string, granted: readonly string[] | undefined): readonly Finding[] {
  if (granted === undefined) return [{ ...named, level: "ok", message: who }];
  const lacking = (scopes: readonly string[]) => scopes.filter((scope) => !granted.includes(scope));
  const needed = lacking(Object.keys(scopesNeeded));
  const useful = lacking(Object.keys(scopesUseful));
  const optional = lacking(scopesOptional);
  const install =
    "Give the app the current manifest.yml (App Manifest in its settings), then reinstall it to the workspace.";
  const findings: Finding[] = [];
  if (needed.length > 0) {
    const message = `the bot lacks ${spell(needed, scopesNeeded)}`;
    findings.push({ ...named, level: "problem", message, todo: install });
  }
  if (useful.length > 0) {
    const message = `the bot lacks ${spell(useful, scopesUseful)}`;
    findings.push({ ...named, level: "warning", message, todo: install });
  }
  if (findings.length > 0) return findings;
  const without =
    optional.length === 0 ? "" : `; without ${listNames(optional)} it repeats no post whose answer was lost`;
  return [{ ...named, level: "ok", message: `${who}, with the scopes it needs${without}` }];
}

function spell(scopes: readonly string[], purposes: Readonly<Record<string, string>>): string {
  const each = scopes.map((scope) => `${scope} (to ${purposes[scope]})`);
  return `${scopes.length === 1 ? "the scope" : "the scopes"} ${listNames(each)}`;
}

function tokenFinding(error: unknown, token: string): Finding {
  const { error: said, code } = failureOf(error);
  if (!isBadToken(code)) {
    return { ...named, level: "problem", message: said.message, todo: "See what is said of its host." };
  }
  const kind = token.startsWith("xoxb-") ? "" : ", which should begin with xoxb-";
  return {
    ...{ ...named, level: "problem" },
    message: `Slack does not accept slack.token (${code})${kind}`,
    todo: "Copy the Bot User OAuth Token from OAuth & Permissions in the app's settings, and restart the bot.",
  };
}

/** Opening an address for a socket opens no socket, and the address lapses by itself. */
async function examineApp(client: WebClient): Promise<readonly Finding[]> {
  try {
    await client.apps.connections.open();
    return [{ ...appNamed, level: "ok", message: "opens Socket Mode connections" }];
  } catch (error) {
    const { error: said, code } = failureOf(error);
    if (code === "missing_scope" || code === "not_allowed_token_type" || isBadToken(code)) {
      return [
        {
          ...{ ...appNamed, level: "problem" },
          message: `Slack does not accept slack.appToken (${code})`,
          todo: "Generate one (xapp-…) with the scope connections:write under Basic Information, App-Level Tokens.",
        },
      ];
    }
    const message = `not tried: ${said.message}`;
    return [{ ...appNamed, level: said.details.retryAfter === undefined ? "problem" : "warning", message }];
  }
}

function receiving({ host = "127.0.0.1", port }: SlackConfig): readonly Finding[] {
  return [
    {
      ...{ ...named, level: "ok" },
      message: `Slack's requests are expected at ${host}:${port}/slack/events; whether they arrive shows only when somebody types /quota`,
    },
  ];
}
