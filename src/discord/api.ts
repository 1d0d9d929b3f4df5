import { randomBytes } from "node:crypto";
import {
  type APIMessage,
  type APIMessageTopLevelComponent,
  HTTPError,
  REST,
  RESTEvents,
  RESTJSONErrorCodes,
  type RESTPostAPIInteractionCallbackJSONBody,
  type RESTPutAPIApplicationCommandsJSONBody,
  Routes,
} from "discord.js";
import type { MessageFile } from "../core/domain/message.ts";
import { AppError } from "../core/errors.ts";
import type { Log } from "../core/ports.ts";
import { attaching } from "./attachment.ts";
import { isCode, mayBeDone, repeat } from "./failures.ts";

/** What answering an interaction needs of it. The token is good for 15 minutes. */
export interface InteractionKey {
  id: string;
  application_id: string;
  token: string;
  /** Bytes that one attached file may have here. */
  attachment_size_limit: number;
}

interface MessageBody {
  flags: number;
  components: APIMessageTopLevelComponent[];
}

/**
 * Discord's REST API (v10), as far as we use it. Every call throws delivery_failed when trying later can help (429,
 * 5xx, network) and delivery_refused when Discord said no; the message holds Discord's words and code, no token.
 * Nothing sent can mention anybody. An answer of Discord that gets lost never leads to a second message.
 */
export interface Api {
  /** The first response to an interaction. It must reach Discord within 3 s. */
  acknowledge(key: InteractionKey, body: RESTPostAPIInteractionCallbackJSONBody): Promise<void>;
  /** Replaces the first response, or after a deferred update the message with the pressed button. */
  edit(key: InteractionKey, body: MessageBody): Promise<void>;
  /** The same with a file, which a component of the body names as "attachment://" and its name. */
  attach(key: InteractionKey, body: MessageBody, file: MessageFile): Promise<void>;
  /** One more message in answer to an interaction, perhaps with a file like that. */
  followUp(key: InteractionKey, body: MessageBody, file?: MessageFile): Promise<void>;
  /**
   * Posts in a channel and tells the message's id; details.unsure when it failed but may be there. With a key, posting
   * again within some minutes tells the id of the message that is there already.
   */
  post(channel: string, body: MessageBody, key?: string): Promise<string>;
  /** Replaces a message that was posted. */
  change(channel: string, message: string, body: MessageBody): Promise<void>;
  /** The last messages of a channel, newest first, at most 100; `before` a message's id. */
  messages(channel: string, before?: string): Promise<readonly APIMessage[]>;
  /** The channel of the direct messages with a person. */
  directChannel(user: string): Promise<string>;
  /** Replaces all commands of the application, in one guild or everywhere. */
  register(
    application: string,
    guild: string | undefined,
    commands: RESTPutAPIApplicationCommandsJSONBody,
  ): Promise<void>;
}

/** Mentions of anybody are shown, but never fire. */
export const noMentions: { parse: [] } = { parse: [] };

/** Milliseconds that a file may be on its way. */
const uploadTimeout = 60_000;

export function createApi({ token, apiUrl, log }: { token: string; apiUrl: string; log: Log }): Api {
  const usual = {
    api: apiUrl,
    timeout: 5000,
    // The library repeats 5xx at once and whatever the request; only we know what may be repeated.
    retries: 0,
    // Callers of these have a queue and a better time to try; the others wait here.
    rejectOnRateLimit: ["/channels", "/applications", "/users"],
    invalidRequestWarningInterval: 500,
  };
  const rest = new REST(usual).setToken(token);
  const uploading = new REST({ ...usual, timeout: uploadTimeout });
  rest.on(RESTEvents.RateLimited, ({ route, timeToReset }) =>
    log.debug({ route, timeToReset }, "Discord asks to slow down"),
  );
  rest.on(RESTEvents.InvalidRequestWarning, ({ count, remainingTime }) =>
    log.warn(
      { count, remainingTime },
      "Many requests refused by Discord; at 10000 in 10 minutes it blocks us",
    ),
  );

  // A post whose answer was lost may be in the channel already: when the same is posted again Discord must see the
  // same nonce, with which it hands back the message it has.
  const unsettled = new Map<string, string>();

  return {
    acknowledge: (key, body) =>
      repeat([100, 200, 400, 800], async (again) => {
        try {
          const signal = AbortSignal.timeout(1500);
          await rest.post(Routes.interactionCallback(key.id, key.token), { body, auth: false, signal });
        } catch (error) {
          // The try before was processed and only its answer was lost.
          if (!(again && isCode(error, RESTJSONErrorCodes.InteractionHasAlreadyBeenAcknowledged)))
            throw error;
        }
      }),

    edit: (key, body) =>
      repeat([300, 1000, 3000], async () => {
        const route = Routes.webhookMessage(key.application_id, key.token);
        await rest.patch(route, { body: { ...body, allowed_mentions: noMentions }, auth: false });
      }),

    attach: (key, body, file) =>
      repeat([300, 1000, 3000], async () => {
        const route = Routes.webhookMessage(key.application_id, key.token);
        const attached = attaching(file);
        await uploading.patch(route, {
          ...attached.request,
          body: { ...body, ...attached.body, allowed_mentions: noMentions },
          auth: false,
        });
      }),

    followUp: (key, body, file) =>
      // Knows no nonce: sent twice it would show twice. An answer that says it failed is believed.
      repeat(
        [300, 1000],
        async () => {
          const route = Routes.webhook(key.application_id, key.token);
          const attached = attaching(file);
          await (file === undefined ? rest : uploading).post(route, {
            ...attached.request,
            body: { ...body, ...attached.body, allowed_mentions: noMentions },
            auth: false,
          });
        },
        (error) => error instanceof HTTPError,
      ),

    async post(channel, message, key) {
      const content = { ...message, allowed_mentions: noMentions };
      const text = channel + JSON.stringify(content);
      const nonce = key ?? unsettled.get(text) ?? randomBytes(12).toString("hex");
      const body = { ...content, nonce, enforce_nonce: true };
      if (unsettled.size >= 100) unsettled.clear();
      unsettled.set(text, nonce);
      let unsure = false;
      const send = () =>
        authorised(async () => {
          try {
            return (await rest.post(Routes.channelMessages(channel), { body })) as { id: string };
          } catch (error) {
            unsure ||= mayBeDone(error);
            throw error;
          }
        });
      const posted = await repeat([300, 1000], send).catch((error: AppError) => {
        if (!unsure || !error.retryable) throw error;
        throw new AppError(error.code, error.message, { ...error.details, unsure });
      });
      unsettled.delete(text);
      return posted.id;
    },

    change: (channel, message, content) =>
      repeat([300, 1000], () =>
        authorised(async () => {
          const body = { ...content, allowed_mentions: noMentions };
          await rest.patch(Routes.channelMessage(channel, message), { body });
        }),
      ),

    messages: (channel, before) =>
      repeat([300, 1000], () =>
        authorised(async () => {
          const query = new URLSearchParams({ limit: "100", ...(before !== undefined && { before }) });
          return (await rest.get(Routes.channelMessages(channel), { query })) as APIMessage[];
        }),
      ),

    directChannel: (user) =>
      repeat([300, 1000], () =>
        authorised(async () => {
          const body = { recipient_id: user };
          return ((await rest.post(Routes.userChannels(), { body })) as { id: string }).id;
        }),
      ),

    register: (application, guild, commands) =>
      repeat([], () =>
        authorised(async () => {
          const route =
            guild === undefined
              ? Routes.applicationCommands(application)
              : Routes.applicationGuildCommands(application, guild);
          await rest.put(route, { body: commands });
        }),
      ),
  };

  /** The library forgets the token at the first 401; one wrong answer must not silence us for good. */
  async function authorised<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      rest.setToken(token);
      throw error;
    }
  }
}
