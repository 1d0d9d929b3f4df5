import type { Message } from "../core/domain/message.ts";
import { AppError, isAppError } from "../core/errors.ts";
import type { Channel } from "../core/ports.ts";
import type { Lookup } from "./lookup.ts";
import type { Delivery, Draft, Poster } from "./poster.ts";
import type { RenderOptions } from "./render.ts";

/**
 * A place for messages on Slack; `id` is "slack:" and a channel's name with #, a channel's id, or a person's id for the
 * direct messages with the bot. Where a message stands is told as "CHANNEL/TS". Everything is tried once: whoever keeps
 * the outbox decides when to try again.
 */
export function createChannel(
  id: string,
  parts: {
    poster: Pick<Poster, "post" | "update">;
    lookup: Lookup;
    draft(message: Message, options?: Partial<RenderOptions>): Draft;
  },
): Channel {
  const { poster, lookup, draft } = parts;
  const target = id.replace(/^slack:/, "");

  /** The delivery if it was one; throws otherwise. */
  function delivered(delivery: Delivery): Extract<Delivery, { sent: true }> {
    if (delivery.sent) return delivery;
    throw about(delivery.error);
  }

  function about({ code, message, details }: AppError): AppError {
    return new AppError(code, `${id}: ${message}`, details);
  }

  return {
    id,
    async post(message, { key } = {}) {
      const delivery = await poster.post(target, draft(message), { key });
      if (!delivery.sent && delivery.error.retryable && !delivery.undone) {
        const { code, message: why, details } = about(delivery.error);
        throw new AppError(code, why, { ...details, unsure: true });
      }
      const { channel, ts } = delivered(delivery);
      lookup.learn(target, channel);
      return `${channel || target}/${ts}`;
    },
    async edit(where, message) {
      const { channel, ts } = placeOf(where);
      delivered(await poster.update(channel, ts, draft(message)));
    },
    async reply(where, message) {
      const { channel, ts } = placeOf(where);
      const details = draft(message, { buttons: false, compact: true });
      delivered(await poster.post(channel, details, { thread: ts }));
    },
    find: (key) =>
      lookup.find(target, key).catch((error: unknown) => {
        throw isAppError(error) ? about(error) : error;
      }),
  };
}

function placeOf(where: string): { channel: string; ts: string } {
  const [channel = "", ts = ""] = where.split("/");
  return { channel, ts };
}
