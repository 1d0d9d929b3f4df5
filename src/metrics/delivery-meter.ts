import { Counter, type Registry } from "prom-client";
import { isAppError } from "../core/errors.ts";
import type { Channel } from "../core/ports.ts";

/** Counts what is posted to channels, by their kind and by what came of it. */
export function createDeliveryMeter(registry: Registry) {
  const deliveries = new Counter({
    name: "quotabot_deliveries_total",
    help: "Messages posted, edited and replied to, by what came of it: ok, failed (tried again) or refused.",
    labelNames: ["channel", "action", "outcome"],
    registers: [registry],
  });

  /** The same channel, whose deliveries are counted. */
  return function watchChannel(channel: Channel): Channel {
    const kind = channel.id.split(":")[0] ?? "";

    async function counted<T>(action: "post" | "edit" | "reply", work: () => Promise<T>): Promise<T> {
      const tell = (outcome: string) => deliveries.inc({ channel: kind, action, outcome });
      try {
        const done = await work();
        tell("ok");
        return done;
      } catch (error) {
        tell(isAppError(error, "delivery_refused") ? "refused" : "failed");
        throw error;
      }
    }

    const { edit, reply } = channel;
    return {
      ...channel,
      post: (message, options) => counted("post", () => channel.post(message, options)),
      ...(edit && { edit: (where, message) => counted("edit", () => edit(where, message)) }),
      ...(reply && { reply: (where, message) => counted("reply", () => reply(where, message)) }),
    };
  };
}
