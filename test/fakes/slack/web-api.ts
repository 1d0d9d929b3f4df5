import type { createConversations, Said } from "./conversations.ts";
import type { createFiles } from "./files.ts";
import { createReading, type Room } from "./reading.ts";

export type Payload = Record<string, unknown>;

/** Slack's Web API as far as the bot needs it: what a call with this token and these fields is answered. */
export function createWebApi(options: {
  conversations: ReturnType<typeof createConversations>;
  files: ReturnType<typeof createFiles>;
  rooms: readonly Room[];
  /** Scopes that the installation lacks. */
  lacking: ReadonlySet<string>;
  botToken: string;
  appToken: string;
  bot: string;
  socketUrl(): string;
  urlOf(path: string): string;
  refuses(said: Said): boolean;
}) {
  const { conversations, files, refuses } = options;
  const reading = createReading(options);
  return (method: string, token: string, body: Payload): object => {
    const wanted = method === "apps.connections.open" ? options.appToken : options.botToken;
    if (token !== wanted) return { ok: false, error: "invalid_auth" };
    const said = postOf(body);
    switch (method) {
      case "auth.test":
        return { ok: true, user_id: options.bot, bot_id: "B0BOT", team_id: "T01", team: "Test" };
      case "apps.connections.open":
        return { ok: true, url: options.socketUrl() };
      case "chat.postMessage": {
        if (refuses(said)) return { ok: false, error: "invalid_blocks" };
        const { text, blocks, thread_ts: thread, metadata } = said;
        const channel = reading.idOf(said.channel);
        if (channel === undefined) return { ok: false, error: "channel_not_found" };
        const room = options.rooms.find(({ id }) => id === channel);
        if (room?.joined === false) return { ok: false, error: "not_in_channel" };
        const added = conversations.show({ text, blocks, channel, thread, metadata, via: method });
        return { ok: true, channel: added.channel, ts: added.ts, message: said };
      }
      case "chat.update": {
        if (reading.idOf(said.channel) !== said.channel) return { ok: false, error: "channel_not_found" };
        const known = conversations.shown.find(
          ({ ts, channel }) => ts === said.ts && channel === said.channel,
        );
        if (known === undefined) return { ok: false, error: "message_not_found" };
        if (refuses(said)) return { ok: false, error: "invalid_blocks" };
        conversations.replace(known, said);
        return { ok: true, channel: known.channel, ts: known.ts, text: known.text };
      }
      case "conversations.open":
        return { ok: true, channel: { id: reading.idOf(String(body.users)) } };
      case "conversations.history":
        return reading.history(body);
      case "users.conversations":
        return reading.conversations(body);
      case "files.getUploadURLExternal": {
        const { id } = files.announce(
          String(body.filename),
          Number(body.length),
          body.alt_txt as string | undefined,
        );
        return { ok: true, file_id: id, upload_url: options.urlOf(`/upload/${id}`) };
      }
      case "files.completeUploadExternal": {
        const ids = (body.files as { id: string }[]).map(({ id }) => id);
        const thread = body.thread_ts as string | undefined;
        if (!files.complete(ids, String(body.channel_id), thread))
          return { ok: false, error: "file_not_found" };
        return { ok: true, files: body.files };
      }
      default:
        return { ok: false, error: "unknown_method" };
    }
  };
}

interface Post extends Said {
  channel: string;
  ts: string | undefined;
  thread_ts: string | undefined;
  metadata: object | undefined;
}

function postOf(body: Payload): Post {
  const text = (name: string) => (typeof body[name] === "string" ? body[name] : undefined);
  return {
    text: text("text"),
    blocks: Array.isArray(body.blocks) ? body.blocks : undefined,
    channel: text("channel") ?? "",
    ts: text("ts"),
    thread_ts: text("thread_ts"),
    metadata: typeof body.metadata === "object" && body.metadata !== null ? body.metadata : undefined,
  };
}

/** Form fields, those that hold JSON parsed. */
export function formBody(text: string): Payload {
  const fields = [...new URLSearchParams(text)];
  const json = new Set(["blocks", "files", "metadata"]);
  return Object.fromEntries(fields.map(([key, value]) => [key, json.has(key) ? JSON.parse(value) : value]));
}
