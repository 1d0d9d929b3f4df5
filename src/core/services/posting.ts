import type { Message } from "../domain/message.ts";
import { AppError, isAppError } from "../errors.ts";
import type { Channel, PostOptions } from "../ports.ts";

/** Milliseconds that one call of a channel may take. */
const slowest = 20_000;

/** Runs work after so many milliseconds of real time; the handle calls it off. */
export type Later = (milliseconds: number, work: () => void) => () => void;

/** Posts a message. Throws as the channel does, and delivery_failed with `unsure` when it does not answer. */
export function postTo(channel: Channel, message: Message, post: PostOptions, later: Later): Promise<string> {
  return within(channel.post(message, post), later);
}

/**
 * Whether a post with this key stands on a channel; undefined where that cannot be told.
 *
 * @throws delivery_failed when the channel cannot be asked at present
 */
export async function isPosted(channel: Channel, key: string, later: Later): Promise<boolean | undefined> {
  if (channel.find === undefined) return undefined;
  try {
    return (await within(channel.find(key), later)) !== undefined;
  } catch (error) {
    if (isAppError(error, "delivery_refused")) return undefined;
    throw error;
  }
}

function within<T>(work: Promise<T>, later: Later): Promise<T> {
  return new Promise((resolve, reject) => {
    const callOff = later(slowest, () =>
      reject(new AppError("delivery_failed", "The channel does not answer.", { unsure: true })),
    );
    work.then(resolve, reject).finally(callOff);
  });
}
