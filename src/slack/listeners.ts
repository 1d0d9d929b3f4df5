import type { App, BlockAction, ButtonAction } from "@slack/bolt";
import type { Asker, Commands } from "../core/commands/command.ts";
import type { Message, MessageFile } from "../core/domain/message.ts";
import type { Log } from "../core/ports.ts";
import { within } from "../core/within.ts";
import { answersTo, handingOver, newestWithin, resumed, showInPlace } from "./answers.ts";
import { commandLineOf } from "./mention.ts";
import { type Draft, type Poster, patiently } from "./poster.ts";
import { createRespond } from "./response-url.ts";
import type { Addressee, Uploads } from "./uploads.ts";

export interface ListenerOptions {
  commands: Pick<Commands, "answer">;
  isAdmin(user: string): boolean;
  poster: Poster;
  uploads: Uploads;
  /** Renders a message for sending. */
  draft(message: Message, options?: { buttons?: boolean; sharedBy?: string }): Draft;
  log: Log;
  /**
   * Milliseconds: how long an answer may take to come with the acknowledgement, a post to a response_url may take, and
   * better answers are waited for where the first one cannot be replaced.
   */
  timings: { answerWithAck: number; respond: number; settle: number };
  /** Given when the bot stops and nothing may be waited for any more. */
  stopping: AbortSignal;
}

/** A response_url takes 5 posts; the rest is for those that are repeated without tables. */
const mostUpdates = 3;
const ownMessages = () => "in your direct messages with this bot";

/** Everything that people can do to the bot on Slack: the command, its buttons, and a mention. */
export function listen(app: Pick<App, "command" | "action" | "event">, options: ListenerOptions): void {
  const { poster, uploads, draft, log, timings, stopping } = options;

  const asker = (user: string, channel: string | undefined): Asker => ({
    surface: "slack",
    user,
    channel: channel && `slack:${channel}`,
    admin: options.isAdmin(user),
  });
  /** What everybody will see holds nothing for admins alone, whoever asks. */
  const publicAsker = (...from: Parameters<typeof asker>): Asker => ({ ...asker(...from), admin: false });
  const sendTo = (to: Addressee) => async (file: MessageFile) => {
    const delivery = await uploads.send(to, file, stopping);
    if (delivery.sent) return undefined;
    log.warn({ reason: delivery.error.message }, "could not hand over a file on Slack");
    return delivery.error.message;
  };
  const respondTo = (url: string) => createRespond(url, { log, timeout: timings.respond, stopping });

  app.command("/quota", async ({ command, ack }) => {
    const user = command.user_id;
    const messages = handingOver(answersTo(options, command.text ?? "", asker(user, command.channel_id)), {
      send: sendTo({ user }),
      where: ownMessages,
    });
    const first = messages.next();
    // Slack shows an error after 3 s without acknowledgement, so a slow answer follows it.
    const early = await within(first, timings.answerWithAck);
    const inAck = early?.done === false ? early.value : undefined;
    const body = inAck === undefined ? { text: "One moment, reading…" } : draft(inAck)(false);
    // Not acknowledged means not shown: then the response_url still reaches the person.
    const acked = await acknowledge(() => ack({ response_type: "ephemeral", ...body }));
    const respond = respondTo(command.response_url);
    await showInPlace(resumed(first, messages), {
      shown: acked ? inAck : undefined,
      most: mostUpdates,
      show: (message) =>
        respond(draft(message), { response_type: "ephemeral", ...(acked && { replace_original: true }) }),
    });
  });

  app.action<BlockAction<ButtonAction>>("refresh", async ({ body, action, ack }) => {
    await acknowledge(ack);
    const here = asker(body.user.id, body.channel?.id);
    const messages = handingOver(answersTo(options, action.value ?? "", here, { refresh: true }), {
      send: sendTo({ user: body.user.id }),
      where: ownMessages,
    });
    const respond = respondTo(body.response_url);
    await showInPlace(messages, {
      most: mostUpdates,
      show: (message) => respond(draft(message), { replace_original: true }),
    });
  });

  app.action<BlockAction<ButtonAction>>("share", async ({ body, action, ack }) => {
    await acknowledge(ack);
    const here = publicAsker(body.user.id, body.channel?.id);
    for await (const message of answersTo(options, action.value ?? "", here)) {
      await respondTo(body.response_url)(draft(message, { buttons: false, sharedBy: body.user.id }), {
        response_type: "in_channel",
        replace_original: false,
      });
      const { file } = message;
      const channel = body.channel?.id;
      // The words are there, and say what it shows: where the bot is no member, they have to do.
      if (file?.picture !== undefined && channel !== undefined) await sendTo({ channel })(file);
      return;
    }
  });

  app.action<BlockAction<ButtonAction>>(/^run:\d+$/, async ({ body, action, ack }) => {
    await acknowledge(ack);
    const user = body.user.id;
    const answers = answersTo(options, action.value ?? "", asker(user, body.channel?.id));
    const messages = handingOver(answers, { send: sendTo({ user }), where: ownMessages });
    // Replacing is out of the question: the original is the message that everybody sees.
    const message = await newestWithin(messages, timings.settle);
    if (message === undefined) return;
    await respondTo(body.response_url)(draft(message), {
      response_type: "ephemeral",
      replace_original: false,
    });
  });

  app.event("app_mention", async ({ event, body }) => {
    // Two bots that answer each other's mentions would never stop.
    if (event.bot_id !== undefined || event.user === undefined) return;
    const { user, channel } = event;
    const thread = event.thread_ts ?? event.ts;
    const bot = body.authorizations?.[0]?.user_id;
    const answers = answersTo(
      options,
      commandLineOf(event.text, bot),
      publicAsker(event.user, event.channel),
    );
    const messages = handingOver(answers, {
      // A picture says what its message says to everybody.
      send: (file) => sendTo(file.picture === undefined ? { user } : { channel, thread })(file),
      where: ({ picture }) => (picture === undefined ? "in the direct messages of who asked" : "below"),
    });
    let ts: string | undefined;
    await showInPlace(messages, {
      most: mostUpdates + 1,
      async show(message) {
        const here = draft(message, { buttons: false });
        const known = ts;
        const delivery = await patiently(
          () =>
            known === undefined
              ? poster.post(event.channel, here, { thread: event.thread_ts ?? event.ts })
              : poster.update(event.channel, known, here),
          { signal: stopping, repeatable: known !== undefined },
        );
        if (delivery.sent) ts = delivery.ts;
        else log.warn({ reason: delivery.error.message }, "could not answer a mention on Slack");
        return delivery.sent && delivery.ts !== "";
      },
    });
  });
}

/** Whether the acknowledgement went out; it does not when the socket has been cut meanwhile. */
async function acknowledge(ack: () => Promise<void>): Promise<boolean> {
  try {
    await ack();
    return true;
  } catch {
    return false;
  }
}
