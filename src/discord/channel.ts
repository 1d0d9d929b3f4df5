import type { Channel, Clock } from "../core/ports.ts";
import type { Api } from "./api.ts";
import { renderDiscord } from "./render.ts";

/**
 * A Discord channel by its configured name, "discord:<channel id>" or the id alone. `post` answers with the id of the
 * message in Discord; it throws delivery_failed, with the wait Discord asks for, or delivery_refused.
 */
export function createChannel(id: string, api: Api, clock: Clock): Channel {
  const channel = id.replace(/^discord:/, "");
  return {
    id: `discord:${channel}`,
    post: (message) => api.post(channel, renderDiscord(message, { now: clock.now() })),
  };
}
