import type { Commands } from "../core/commands/command.ts";
import type { Channel, Clock, Log, Settings } from "../core/ports.ts";
import type { ConnectionHealth } from "../core/services/health-judgement.ts";
import { within } from "../core/within.ts";
import { createApi } from "./api.ts";
import { createChannels } from "./channel.ts";
import { createGateway } from "./gateway.ts";
import { createInteractions } from "./interactions.ts";
import { register } from "./registration.ts";

export interface DiscordOptions {
  config: {
    token: string;
    /** Register the commands in this guild only, where they appear at once; otherwise everywhere. */
    guild?: string | undefined;
    /** Default https://discord.com/api. */
    apiUrl?: string | undefined;
  };
  commands: Commands;
  isAdmin(user: string, roles: readonly string[]): boolean;
  settings: Pick<Settings, "get" | "set">;
  clock: Clock;
  log: Log;
}

export interface Discord {
  /**
   * Connects. Resolves after at most 3 s; when Discord is down by then it goes on trying in the background. Throws
   * config_invalid when Discord refuses the token or the bot for good.
   */
  start(): Promise<void>;
  /** Disconnects, and gives running answers up to 4 s to finish. */
  stop(): Promise<void>;
  /** How the gateway connection is now. Posting to channels does not depend on it. */
  health(): ConnectionHealth;
  /** Where messages can be posted: "discord:<channel id>", or "discord:@<user id>" for a person's direct messages. */
  channel(id: string): Channel;
}

const stopPatience = 4000;

/** The bot on Discord: answers /quota, and posts to channels. */
export function createDiscord(options: DiscordOptions): Discord {
  const { config, commands, settings, clock, log } = options;
  const token = config.token.trim().replace(/^Bot\s+/i, "");
  const apiUrl = (config.apiUrl ?? "https://discord.com/api").replace(/\/+(v\d+\/*)?$/, "");
  const api = createApi({ token, apiUrl, log });
  const interactions = createInteractions({ ...options, api });
  const stopping = new AbortController();
  let stopped: Promise<void> | undefined;
  const gateway = createGateway({
    token,
    apiUrl,
    clock,
    log,
    onInteraction: interactions.handle,
    onReady: (application) =>
      void register({
        api,
        settings,
        log,
        application,
        guild: config.guild,
        specs: commands.specs,
        signal: stopping.signal,
      }),
  });

  return {
    start: gateway.start,
    stop: () => {
      stopping.abort();
      stopped ??= Promise.all([gateway.stop(), within(interactions.idle(), stopPatience)]).then(() => {});
      return stopped;
    },
    health: gateway.health,
    channel: createChannels(api, clock),
  };
}
