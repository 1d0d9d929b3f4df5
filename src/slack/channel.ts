import type { Message } from "../core/domain/message.ts";
import { AppError } from "../core/errors.ts";
import type { Channel } from "../core/ports.ts";
import type { Draft, Poster } from "./poster.ts";

/**
 * A Slack channel as a place for messages; `id` is "slack:" and a channel's name with # or its id. `post` tells where
 * as "CHANNEL/TS". It tries once: whoever keeps the outbox decides when to try again.
 */
export function createChannel(id: string, poster: Poster, draft: (message: Message) => Draft): Channel {
  const target = id.replace(/^slack:/, "");
  return {
    id,
    async post(message) {
      const delivery = await poster.post(target, draft(message));
      if (delivery.sent) return `${delivery.channel || target}/${delivery.ts}`;
      const { code, message: why, details } = delivery.error;
      throw new AppError(code, `${id}: ${why}`, details);
    },
  };
}
