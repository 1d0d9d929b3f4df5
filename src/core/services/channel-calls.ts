import type { Message } from "../domain/message.ts";
import { AppError, isAppError } from "../errors.ts";
import type { Channel, PostOptions } from "../ports.ts";

/** Calls of a channel that answer in time: those that do not throw delivery_failed, with `unsure`. */
export interface ChannelCalls {
  /** Where the message stands. */
  post(channel: Channel, message: Message, options: PostOptions): Promise<string>;
  /** False when the message is gone. */
  edit(channel: Channel, where: string, message: Message): Promise<boolean>;
  reply(channel: Channel, where: string, message: Message): Promise<void>;
  /** Where a post with the key stands; not `known`: the channel cannot tell whether there is one. */
  find(channel: Channel, key: string): Promise<{ known: boolean; where?: string | undefined }>;
}

/** Milliseconds that one call may take. */
const slowest = 20_000;

/** @param later runs work after so many milliseconds of real time; the handle calls it off */
export function createChannelCalls(
  later: (milliseconds: number, work: () => void) => () => void,
): ChannelCalls {
  function inTime<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const callOff = later(slowest, () =>
        reject(new AppError("delivery_failed", "The channel does not answer.", { unsure: true })),
      );
      work.then(resolve, reject).finally(callOff);
    });
  }

  return {
    post: (channel, message, options) => inTime(channel.post(message, options)),
    async edit(channel, where, message) {
      try {
        await inTime(channel.edit?.(where, message) ?? Promise.resolve());
        return true;
      } catch (error) {
        if (isAppError(error) && error.details.gone) return false;
        throw error;
      }
    },
    reply: (channel, where, message) => inTime(channel.reply?.(where, message) ?? Promise.resolve()),
    async find(channel, key) {
      if (channel.find === undefined) return { known: false };
      try {
        return { known: true, where: await inTime(channel.find(key)) };
      } catch (error) {
        if (isAppError(error, "delivery_refused")) return { known: false };
        throw error;
      }
    },
  };
}
