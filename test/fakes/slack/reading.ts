import type { createConversations } from "./conversations.ts";

/** A channel as the bot may see it. */
export interface Room {
  id: string;
  name: string;
  private?: boolean;
  /** The bot is in it. */
  joined?: boolean;
}

/** What Slack lets a bot read of channels: those that it is in, with the scopes that it has. */
export function createReading(options: {
  conversations: ReturnType<typeof createConversations>;
  rooms: readonly Room[];
  lacking: ReadonlySet<string>;
}) {
  const { conversations, rooms, lacking } = options;

  function roomOf(channel: string): Room | undefined {
    return rooms.find(({ id, name }) => channel === id || channel === `#${name}`);
  }

  function scoped(isPrivate: boolean, what: "history" | "read"): string {
    return `${isPrivate ? "groups" : "channels"}:${what}`;
  }

  return {
    /** The id of a channel, of direct messages, or of those with a person; undefined when there is none. */
    idOf(channel: string): string | undefined {
      if (channel.startsWith("D")) return channel;
      return /^[UW]/.test(channel) ? `D-${channel}` : roomOf(channel)?.id;
    },
    history(body: Record<string, unknown>): object {
      const channel = String(body.channel);
      const room = roomOf(channel);
      const isDirect = channel.startsWith("D");
      if (!isDirect && room?.id !== channel) return { ok: false, error: "channel_not_found" };
      const needed = isDirect ? "im:history" : scoped(room?.private ?? false, "history");
      if (lacking.has(needed)) return { ok: false, error: "missing_scope", needed };
      if (!isDirect && !room?.joined) return { ok: false, error: "not_in_channel" };
      const start = Number(body.cursor ?? 0);
      const end = start + Math.min(Number(body.limit ?? 100), 999);
      const said = conversations.shown
        .filter(({ onlyFor, thread, ...one }) => one.channel === channel && onlyFor === undefined && !thread)
        .filter(({ ts }) => Number(ts) > Number(body.oldest ?? 0))
        .reverse();
      const messages = said.slice(start, end).map(({ ts, text, blocks, metadata, by = "B0BOT" }) => ({
        ...{ type: "message", bot_id: by === "person" ? undefined : by, ts, text, blocks },
        ...(body.include_all_metadata === "true" && { metadata }),
      }));
      const next_cursor = end < said.length ? String(end) : "";
      return { ok: true, messages, has_more: next_cursor !== "", response_metadata: { next_cursor } };
    },
    conversations(body: Record<string, unknown>): object {
      const types = String(body.types ?? "public_channel").split(",");
      const wanted = types.map((type) => scoped(type === "private_channel", "read"));
      const needed = wanted.find((scope) => lacking.has(scope));
      if (needed !== undefined) return { ok: false, error: "missing_scope", needed };
      const start = Number(body.cursor ?? 0);
      // A page may be shorter than was asked for.
      const mine = rooms.filter(
        (room) => room.joined && types.includes(room.private ? "private_channel" : "public_channel"),
      );
      const next_cursor = start + 1 < mine.length ? String(start + 1) : "";
      return { ok: true, channels: mine.slice(start, start + 1), response_metadata: { next_cursor } };
    },
  };
}
