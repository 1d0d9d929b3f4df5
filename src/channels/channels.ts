import { Agent } from "undici";
import type { Channel, Clock } from "../core/ports.ts";
import { createEmail } from "./email.ts";
import { createMailServer } from "./mail-server.ts";
import { createWebhook } from "./webhook.ts";

export interface NamedChannelsOptions {
  /** As configured, by name. */
  channels: Readonly<
    Record<string, { webhook?: string | undefined; secret?: string | undefined; email?: string | undefined }>
  >;
  email?: { url: string; from: string } | undefined;
  clock: Clock;
  /** The team's zone. */
  timezone: string;
  /** The program's own version. */
  version: string;
}

export interface NamedChannels {
  /** By id: "webhook:ops", "email:boss". */
  channels: ReadonlyMap<string, Channel>;
  /** Closes all connections; posts under way fail. */
  stop(): Promise<void>;
}

/** The channels that have a name in the configuration: webhooks and e-mail. */
export function createChannels(options: NamedChannelsOptions): NamedChannels {
  const { clock, timezone, version, email } = options;
  const dispatcher = new Agent({ connections: 4, connect: { timeout: 5_000 } });
  const server = email && createMailServer(email);
  const channels = Object.entries(options.channels).flatMap(
    ([name, { webhook, secret, email: to }]): Channel[] => {
      if (webhook !== undefined) {
        const id = `webhook:${name}`;
        return [createWebhook({ id, url: webhook, secret, dispatcher, clock, timezone, version })];
      }
      if (to === undefined || email === undefined || server === undefined) return [];
      return [createEmail({ id: `email:${name}`, to, from: email.from, server, clock, timezone })];
    },
  );
  return {
    channels: new Map(channels.map((channel) => [channel.id, channel])),
    async stop() {
      server?.close();
      await dispatcher.destroy();
    },
  };
}
