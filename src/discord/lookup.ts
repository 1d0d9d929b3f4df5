import { createHash } from "node:crypto";
import { AppError, isAppError } from "../core/errors.ts";
import type { Clock } from "../core/ports.ts";
import type { Api } from "./api.ts";
import type { DiscordMessage } from "./render.ts";

/** Finds posts whose answer was lost. */
export interface Lookup {
  /** Notes that a post with the key may have arrived; the first try began at `begun`. */
  lose(key: string, begun: number): void;
  /**
   * Where the message stands that was `marked` with the key, as "CHANNEL/MESSAGE"; undefined when there is none, or when
   * posting again is safe all the same. Throws delivery_refused when neither can be told, and delivery_failed when not
   * now.
   */
  find(channelOf: () => Promise<string>, key: string): Promise<string | undefined>;
}

/** Discord knows a nonce again for "a few minutes"; for so many milliseconds we count on it. */
const nonceHolds = 120_000;
const mostKept = 1_000;
/** Looked through are so many pages of 100 messages, and nothing older than a day. */
const mostPages = 5;
const furthest = 86_400_000;

/** Reads channels back, which needs the permission Read Message History. */
export function createLookup(api: Pick<Api, "messages">, clock: Clock): Lookup {
  const lost = new Map<string, number>();

  async function look(channel: string, key: string): Promise<string | undefined> {
    let before: string | undefined;
    for (let page = 0; page < mostPages; page += 1) {
      const messages = await api.messages(channel, before);
      const found = messages.find(({ components }) => components?.[0]?.id === markOf(key));
      if (found !== undefined) return `${channel}/${found.id}`;
      const last = messages.at(-1);
      // Without the permission every channel looks empty.
      if (last === undefined && page === 0)
        throw refusal("Nothing can be read there: give the bot Read Message History.");
      const old = last === undefined || Date.parse(last.timestamp) < clock.now() - furthest;
      if (old || messages.length < 100) return undefined;
      before = last.id;
    }
    throw refusal("Too much has been said there since to find an earlier post.");
  }

  return {
    lose(key, begun) {
      if (lost.size >= mostKept) lost.clear();
      if (!lost.has(key)) lost.set(key, begun);
    },
    async find(channelOf, key) {
      try {
        return await look(await channelOf(), key);
      } catch (error) {
        const begun = lost.get(key) ?? Number.NEGATIVE_INFINITY;
        if (isAppError(error, "delivery_refused") && clock.now() - begun < nonceHolds) return undefined;
        throw error;
      }
    },
  };
}

function refusal(message: string): AppError {
  return new AppError("delivery_refused", message);
}

/**
 * The message with a number of its own that can be read back. A nonce cannot; the number of a component can, and people
 * do not see it (docs.discord.com/developers/components/reference, checked 2026-11-22).
 */
export function marked({ flags, components: [container] }: DiscordMessage, key: string): DiscordMessage {
  return { flags, components: [{ ...container, id: markOf(key) }] };
}

/** 30 bits of the key's hash, above the small numbers that Discord gives by itself. */
function markOf(key: string): number {
  const hash = createHash("sha256").update(key).digest().readUInt32BE(0);
  return 2 ** 30 + (hash % 2 ** 30);
}
