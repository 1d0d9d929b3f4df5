import type { Message } from "../core/domain/message.ts";
import { isAppError } from "../core/errors.ts";
import type { Channel, Clock } from "../core/ports.ts";
import type { Api } from "./api.ts";
import { createLookup, marked } from "./lookup.ts";
import { renderDiscord } from "./render.ts";

/**
 * Places on Discord by their ids: "discord:<channel id>", or "discord:@<user id>" for a person's direct messages. Where a
 * message stands is told as "CHANNEL/MESSAGE". All throw delivery_failed, with the wait Discord asks for, or
 * delivery_refused.
 *
 * There is no `reply`: it would make the channel unread like any new message, and threads are listed beside the
 * channels. The message that stands there is changed, and that is all.
 */
export function createChannels(api: Api, clock: Clock): (id: string) => Channel {
  const lookup = createLookup(api, clock);
  const directChannels = new Map<string, string>();

  async function channelOf(target: string): Promise<string> {
    if (!target.startsWith("@")) return target;
    const channel = directChannels.get(target) ?? (await api.directChannel(target.slice(1)));
    directChannels.set(target, channel);
    return channel;
  }

  function render(message: Message) {
    return renderDiscord(message, { now: clock.now() });
  }

  async function post(target: string, message: Message, key: string | undefined): Promise<string> {
    const channel = await channelOf(target);
    const begun = clock.now();
    const rendered = render(message);
    try {
      const id = await api.post(channel, key === undefined ? rendered : marked(rendered, key), key);
      return `${channel}/${id}`;
    } catch (error) {
      if (key !== undefined && isAppError(error) && error.details.unsure) lookup.lose(key, begun);
      throw error;
    }
  }

  return (id) => {
    const target = id.replace(/^discord:/, "");
    return {
      id: `discord:${target}`,
      post: (message, { key } = {}) => post(target, message, key),
      async edit(where, message) {
        const [channel = "", posted = ""] = where.split("/");
        await api.change(channel, posted, render(message));
      },
      find: (key) => lookup.find(() => channelOf(target), key),
    };
  };
}
