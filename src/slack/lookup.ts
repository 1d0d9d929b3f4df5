import { AppError } from "../core/errors.ts";
import type { Clock } from "../core/ports.ts";
import { failureOf, isBadToken } from "./failures.ts";
import { metadataOf } from "./poster.ts";
import { createWebClient, type WebClientOptions } from "./web-client.ts";

/** Finds posts whose answer was lost. */
export interface Lookup {
  /** Notes under which id Slack has put what was posted to a name or a person. */
  learn(target: string, channel: string): void;
  /**
   * Where a post of ours with the key stands, as "CHANNEL/TS"; undefined when there is none. Throws when that cannot be told now
   * (delivery_failed) or at all (delivery_refused): reading needs the bot in the channel, and scopes that an
   * installation may lack.
   *
   * @param target what was posted to: a channel's id, its name with #, or a person's id
   */
  find(target: string, key: string): Promise<string | undefined>;
}

const day = 86_400_000;
/** Pages of 200 messages, as Slack recommends. */
const mostPages = 5;
const perPage = 200;

/**
 * Looks through what a channel has said within a day, newest first (docs.slack.dev/reference/methods/
 * conversations.history and users.conversations, checked 2026-11-22).
 */
export function createLookup(options: WebClientOptions & { clock: Clock }): Lookup {
  const client = createWebClient(options);
  const ids = new Map<string, string>();

  async function idOf(target: string): Promise<string> {
    const known = /^[CDG]/.test(target) ? target : ids.get(target);
    if (known !== undefined) return known;
    const found = target.startsWith("#") ? await idOfName(target.slice(1)) : await idOfPerson(target);
    if (found === undefined)
      throw new AppError("delivery_refused", `The bot is in no channel ${target}: invite it.`);
    ids.set(target, found);
    return found;
  }

  async function idOfPerson(user: string): Promise<string | undefined> {
    const { channel } = await client.conversations.open({ users: user });
    return channel?.id;
  }

  /** The bot reads only channels that it is in, so only those are asked for. */
  async function idOfName(name: string): Promise<string | undefined> {
    try {
      return await idAmong("public_channel,private_channel", name);
    } catch (error) {
      if (failureOf(error).code !== "missing_scope") throw error;
      return await idAmong("public_channel", name);
    }
  }

  async function idAmong(types: string, name: string): Promise<string | undefined> {
    let cursor: string | undefined;
    for (let page = 0; page < mostPages; page += 1) {
      const answer = await client.users.conversations({ types, limit: perPage, ...(cursor && { cursor }) });
      const id = answer.channels?.find((channel) => channel.name === name.toLowerCase())?.id;
      if (id !== undefined) return id;
      cursor = answer.response_metadata?.next_cursor;
      if (!cursor) return undefined;
    }
    return undefined;
  }

  async function look(channel: string, key: string): Promise<string | undefined> {
    const oldest = String((options.clock.now() - day) / 1000);
    let cursor: string | undefined;
    for (let page = 0; page < mostPages; page += 1) {
      const { messages = [], response_metadata } = await client.conversations.history({
        ...{ channel, oldest, limit: perPage, include_all_metadata: true },
        ...(cursor && { cursor }),
      });
      const found = messages.find(({ bot_id, metadata }) => bot_id !== undefined && carries(metadata, key));
      if (found?.ts !== undefined) return `${channel}/${found.ts}`;
      cursor = response_metadata?.next_cursor;
      if (!cursor) return undefined;
    }
    throw new AppError("delivery_refused", "Too much has been said there since to find an earlier post.");
  }

  return {
    learn(target, channel) {
      if (channel !== "" && channel !== target) ids.set(target, channel);
    },
    async find(target, key) {
      try {
        return await look(await idOf(target), key);
      } catch (error) {
        throw error instanceof AppError ? error : untold(error);
      }
    },
  };
}

function carries(
  metadata: { event_type?: string; event_payload?: object } | undefined,
  key: string,
): boolean {
  const { event_type, event_payload } = metadataOf(key);
  const payload: { key?: unknown } = metadata?.event_payload ?? {};
  return metadata?.event_type === event_type && payload.key === event_payload.key;
}

/** Why it cannot be told. A token is put right sooner or later, and then it can. */
function untold(thrown: unknown): AppError {
  const { error, code } = failureOf(thrown);
  return isBadToken(code) ? new AppError("delivery_failed", error.message) : error;
}
