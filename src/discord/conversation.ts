import { ComponentType, InteractionResponseType, MessageFlags } from "discord.js";
import type { Message, MessageFile } from "../core/domain/message.ts";
import { isAppError } from "../core/errors.ts";
import { fileHandedOver, fileLost } from "../core/messages/file-notes.ts";
import { fileSize } from "../core/messages/format.ts";
import type { Clock } from "../core/ports.ts";
import { type Api, type InteractionKey, noMentions } from "./api.ts";
import { fileComponent } from "./attachment.ts";
import { renderDiscord } from "./render.ts";

/**
 * Answers to one interaction. Discord wants one first response within 3 s, and takes everything after it as edits of
 * that response or as further messages; this knows how far we are. All throw like Api, and what the messages throw.
 */
export interface Conversation {
  /** Says that the message with the pressed button will change; it is then what `show` replaces. */
  deferUpdate(): Promise<void>;
  /** Shows the messages to the asker alone, each in place of the one before; says "thinking" when none is there soon. */
  show(messages: AsyncIterable<Message>): Promise<void>;
  /** Shows the first message to everybody in the channel, and who shared it. Only after `deferUpdate`. */
  share(messages: AsyncIterable<Message>, user: string): Promise<void>;
  /** Tells the asker alone that something broke, without hiding an answer that is there. */
  apologise(): Promise<void>;
}

/** How long the first message may take to be the first response itself, in milliseconds. */
const patience = 150;

export function createConversation(api: Api, key: InteractionKey, clock: Clock): Conversation {
  let stage: "silent" | "deferred" | "answered" = "silent";
  const render = (message: Message, buttons = true) => renderDiscord(message, { now: clock.now(), buttons });

  async function put(message: Message): Promise<void> {
    if (message.file !== undefined) return await handOver(message, message.file);
    const { flags, components } = render(message);
    if (stage === "silent") {
      await api.acknowledge(key, {
        type: InteractionResponseType.ChannelMessageWithSource,
        data: { flags: flags | MessageFlags.Ephemeral, components, allowed_mentions: noMentions },
      });
    } else {
      await api.edit(key, { flags, components });
    }
    stage = "answered";
  }

  /** Shows the message with its file; without it, and why, when Discord does not take the file. */
  async function handOver(message: Message, file: MessageFile): Promise<void> {
    // A file takes longer than Discord waits for a first response.
    if (stage === "silent") await defer();
    const { content } = file;
    const size = typeof content === "string" ? Buffer.byteLength(content) : content.byteLength;
    const most = key.attachment_size_limit;
    if (size > most)
      return await put(
        fileLost(message, `It has ${fileSize(size)}; Discord takes at most ${fileSize(most)} here.`),
      );
    const { flags, components } = render(fileHandedOver(message, "below, for you alone"));
    try {
      await api.attach(key, { flags, components: [...components, fileComponent(file)] }, file);
      stage = "answered";
    } catch (error) {
      if (!isAppError(error)) throw error;
      await put(fileLost(message, error.message));
    }
  }

  async function defer(): Promise<void> {
    await api.acknowledge(key, {
      type: InteractionResponseType.DeferredChannelMessageWithSource,
      data: { flags: MessageFlags.Ephemeral },
    });
    stage = "deferred";
  }

  return {
    async deferUpdate() {
      await api.acknowledge(key, { type: InteractionResponseType.DeferredMessageUpdate });
      stage = "answered";
    },

    show: (messages) =>
      take(messages, async (next) => {
        const first = next();
        if (stage === "silent" && !(await settles(first, patience))) await defer();
        let message = await first;
        if (message === undefined) throw new Error("The command has no answer");
        for (; message !== undefined; message = await next()) await put(message);
      }),

    share: (messages, user) =>
      take(messages, async (next) => {
        const message = await next();
        if (message === undefined) throw new Error("The command has no answer");
        const { flags, components } = render(message, false);
        const who = { type: ComponentType.TextDisplay as const, content: `Shared by <@${user}>` };
        // Only a picture says to everybody just what its message says.
        const file = message.file?.picture === undefined ? undefined : message.file;
        const shown = file === undefined ? [] : [fileComponent(file)];
        await api.followUp(key, { flags, components: [who, ...components, ...shown] }, file);
      }),

    async apologise() {
      if (stage !== "answered") return put(apology);
      const { flags, components } = render(apology);
      await api.followUp(key, { flags: flags | MessageFlags.Ephemeral, components });
    },
  };
}

/** Lets `use` ask for one message after the other, undefined at the end, and closes the source whatever happens. */
async function take(
  messages: AsyncIterable<Message>,
  use: (next: () => Promise<Message | undefined>) => Promise<void>,
): Promise<void> {
  const iterator = messages[Symbol.asyncIterator]();
  try {
    await use(async () => {
      const { done, value } = await iterator.next();
      return done ? undefined : value;
    });
  } finally {
    // Not awaited: it may be waiting for a read that nobody will see.
    iterator.return?.().catch(() => {});
  }
}

function settles(promise: Promise<unknown>, within: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, within, false);
    const settled = () => {
      clearTimeout(timer);
      resolve(true);
    };
    promise.then(settled, settled);
  });
}

const apology: Message = {
  title: "Something went wrong on our side",
  tone: "critical",
  blocks: [{ type: "text", text: "The log of the bot says what. Please try again in a moment." }],
};
