/** A message as the people in a channel see it. */
export interface Shown {
  ts: string;
  channel: string;
  thread?: string | undefined;
  /** Seen by this user only; absent: by everybody. */
  onlyFor?: string | undefined;
  text: string;
  blocks: SlackBlock[];
  via: "ack" | "response_url" | "chat.postMessage";
  metadata?: object | undefined;
  /** Another author than the bot: "person", or a bot's id. */
  by?: string | undefined;
  /** How often it has been replaced. */
  edits: number;
}

/** A block, as far as tests look into it. */
interface SlackBlock {
  type: string;
  elements?: { action_id?: string; value?: string; type: string }[];
  [key: string]: unknown;
}

/** What a bot may say of a message, on any way. */
export interface Said {
  text?: string | undefined;
  blocks?: SlackBlock[] | undefined;
}

/** A response_url takes 5 posts in 30 minutes. */
interface ResponseUrl {
  uses: number;
  until: number;
  channel: string;
  user: string;
  original?: Shown | undefined;
}

/** All that is shown in the channels, and the addresses that may change it. */
export function createConversations() {
  const shown: Shown[] = [];
  const urls = new Map<string, ResponseUrl>();
  let last = Date.now() * 1_000;

  function nextTs(): string {
    last += 100;
    return `${Math.floor(last / 1e6)}.${String(last % 1e6).padStart(6, "0")}`;
  }

  function show(message: Said & Omit<Shown, "ts" | "text" | "blocks" | "edits">): Shown {
    const { text = "", blocks = [], ...rest } = message;
    const added: Shown = { ...rest, ts: nextTs(), text, blocks, edits: 0 };
    shown.push(added);
    return added;
  }

  function remove(message: Shown): void {
    shown.splice(shown.indexOf(message), 1);
  }

  function replace(message: Shown, said: Said): void {
    message.text = said.text ?? "";
    message.blocks = said.blocks ?? [];
    message.edits += 1;
  }

  return {
    shown,
    nextTs,
    show,
    replace,
    remove,
    /** Makes the path of a response_url. */
    open(url: Omit<ResponseUrl, "uses" | "until">): string {
      const path = `/response/${urls.size + 1}`;
      urls.set(path, { ...url, uses: 0, until: Date.now() + 30 * 60_000 });
      return path;
    },
    /** The acknowledgement of a command shows this. */
    acknowledged(path: string, said: Said & { response_type?: string | undefined }): void {
      const url = urls.get(path);
      if (url === undefined || (said.text === undefined && said.blocks === undefined)) return;
      const onlyFor = said.response_type === "in_channel" ? undefined : url.user;
      url.original = show({ ...pick(said), channel: url.channel, onlyFor, via: "ack" });
    },
    /** A post to a response_url; the HTTP status of the answer. */
    respond(
      path: string,
      said: Said & { response_type?: string; replace_original?: boolean; delete_original?: boolean },
    ): number {
      const url = urls.get(path);
      if (url === undefined || url.uses >= 5 || Date.now() > url.until) return 404;
      url.uses += 1;
      if (said.replace_original === true && url.original !== undefined) replace(url.original, said);
      else {
        const onlyFor = said.response_type === "in_channel" ? undefined : url.user;
        const added = show({ ...pick(said), channel: url.channel, onlyFor, via: "response_url" });
        url.original ??= added;
      }
      return 200;
    },
    usesOf: (path: string): number => urls.get(path)?.uses ?? 0,
  };
}

function pick({ text, blocks }: Said): Said {
  return { text, blocks };
}
