import type { WebClient } from "@slack/web-api";
import type { Finding } from "../core/messages/doctor.ts";
import { failureOf } from "./failures.ts";

/** Pages of 200 channels, as Slack recommends. */
const mostPages = 5;
const perPage = 200;

interface Joined {
  ids: ReadonlySet<string>;
  names: ReadonlySet<string>;
  /** Whether there are more than were looked at. */
  more: boolean;
}

/**
 * Whether the bot is in the channels that something is posted to (docs.slack.dev/reference/methods/users.conversations and
 * conversations.info, checked 2026-11-22). People's direct messages are left out.
 * @param channels their ids: "slack:#ai-quota", "slack:C123"; others are passed over
 */
export async function examineChannels(
  client: WebClient,
  channels: readonly string[],
  scopes: readonly string[],
): Promise<readonly Finding[]> {
  const ours = channels.filter((id) => id.startsWith("slack:"));
  const targets = ours.map((id) => ({ id, target: id.slice("slack:".length) }));
  const asked = targets.filter(({ target }) => !/^[UWD]/.test(target));
  if (asked.length === 0) return [];
  try {
    const joined = await joinedBy(client);
    return await Promise.all(
      asked.map(({ id, target }) => examineOne({ client, scopes, joined, id, target })),
    );
  } catch (error) {
    const failure = failureOf(error);
    // What the bot lacks is told with its scopes.
    if (failure.code === "missing_scope") return [];
    const message = `not looked at: ${failure.error.message}`;
    return asked.map(({ id }): Finding => ({ check: "channel", name: id, level: "warning", message }));
  }
}

async function joinedBy(client: WebClient): Promise<Joined> {
  try {
    return await joinedOf(client, "public_channel,private_channel");
  } catch (error) {
    if (failureOf(error).code !== "missing_scope") throw error;
    return { ...(await joinedOf(client, "public_channel")), more: true };
  }
}

async function joinedOf(client: WebClient, types: string): Promise<Joined> {
  const ids = new Set<string>();
  const names = new Set<string>();
  let cursor: string | undefined;
  for (let page = 0; page < mostPages; page += 1) {
    const answer = await client.users.conversations({
      ...{ types, limit: perPage, exclude_archived: true },
      ...(cursor && { cursor }),
    });
    for (const { id, name } of answer.channels ?? []) {
      if (id !== undefined) ids.add(id);
      if (name !== undefined) names.add(name);
    }
    cursor = answer.response_metadata?.next_cursor || undefined;
    if (cursor === undefined) break;
  }
  return { ids, names, more: cursor !== undefined };
}

async function examineOne({
  client,
  scopes,
  joined,
  id,
  target,
}: {
  client: WebClient;
  scopes: readonly string[];
  joined: Joined;
  id: string;
  target: string;
}): Promise<Finding> {
  const named = { check: "channel", name: id } as const;
  const isIn = joined.ids.has(target) || joined.names.has(target.replace(/^#/, "").toLowerCase());
  if (isIn) return { ...named, level: "ok", message: "the bot is in it" };
  const invite = "Invite it there: /invite, and the bot's name.";
  const fault = target.startsWith("#") ? undefined : await faultOf(client, target);
  if (fault !== undefined) return { ...named, level: "problem", ...fault };
  if (joined.more) {
    const why = scopes.includes("groups:read") ? "it is in too many" : "without the scope groups:read";
    return {
      ...named,
      level: "warning",
      message: `whether the bot is in it cannot be told (${why})`,
      todo: invite,
    };
  }
  const uninvited = scopes.includes("chat:write.public");
  return {
    ...{ ...named, level: uninvited ? "warning" : "problem" },
    message: uninvited
      ? "the bot is not in it: it can post there if it is public, and repeats no post whose answer was lost"
      : "the bot is not in it, so it cannot post there",
    todo: `${invite} If there is no channel of that name, correct it in the configuration.`,
  };
}

/** What is wrong with a channel that the bot is not in; undefined when Slack knows nothing against it. */
async function faultOf(
  client: WebClient,
  channel: string,
): Promise<{ message: string; todo: string } | undefined> {
  try {
    const answer = await client.conversations.info({ channel });
    if (answer.channel?.is_archived !== true) return undefined;
    return { message: "it is archived", todo: "Name another one in the configuration." };
  } catch (error) {
    if (failureOf(error).code !== "channel_not_found") return undefined;
    return {
      message: "there is no such channel, or it is private and the bot is not in it",
      todo: "Check the id, or invite the bot.",
    };
  }
}
