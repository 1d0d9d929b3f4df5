import type { createConversations, Said } from "./conversations.ts";
import type { createFiles } from "./files.ts";

export type Payload = Record<string, unknown>;

/** Slack's Web API as far as the bot needs it: what a call with this token and these fields is answered. */
export function createWebApi(options: {
  conversations: ReturnType<typeof createConversations>;
  files: ReturnType<typeof createFiles>;
  botToken: string;
  appToken: string;
  bot: string;
  socketUrl(): string;
  urlOf(path: string): string;
  refuses(said: Said): boolean;
}) {
  const { conversations, files, refuses } = options;
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
        const { text, blocks, channel, thread_ts: thread } = said;
        const added = conversations.show({ text, blocks, channel, thread, via: method });
        return { ok: true, channel: added.channel, ts: added.ts, message: said };
      }
      case "chat.update": {
        const known = conversations.shown.find(({ ts }) => ts === said.ts);
        if (known === undefined) return { ok: false, error: "message_not_found" };
        if (refuses(said)) return { ok: false, error: "invalid_blocks" };
        conversations.replace(known, said);
        return { ok: true, channel: known.channel, ts: known.ts, text: known.text };
      }
      case "conversations.open":
        return { ok: true, channel: { id: `D-${body.users}` } };
      case "files.getUploadURLExternal": {
        const { id } = files.announce(String(body.filename), Number(body.length));
        return { ok: true, file_id: id, upload_url: options.urlOf(`/upload/${id}`) };
      }
      case "files.completeUploadExternal": {
        const ids = (body.files as { id: string }[]).map(({ id }) => id);
        if (!files.complete(ids, String(body.channel_id))) return { ok: false, error: "file_not_found" };
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
}

function postOf(body: Payload): Post {
  const text = (name: string) => (typeof body[name] === "string" ? body[name] : undefined);
  return {
    text: text("text"),
    blocks: Array.isArray(body.blocks) ? body.blocks : undefined,
    channel: text("channel") ?? "",
    ts: text("ts"),
    thread_ts: text("thread_ts"),
  };
}

/** Form fields, those that hold JSON parsed. */
export function formBody(text: string): Payload {
  const fields = [...new URLSearchParams(text)];
  return Object.fromEntries(
    fields.map(([key, value]) => [key, key === "blocks" || key === "files" ? JSON.parse(value) : value]),
  );
}
