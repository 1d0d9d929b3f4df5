import { createChannels } from "../channels/channels.ts";
import type { Config } from "../config.ts";
import type { Commands } from "../core/commands/command.ts";
import type { Channel, Store } from "../core/ports.ts";
import type { Machine } from "./core.ts";

/** What a command of the CLI posts with: each platform's way to post, opened when it is first needed. */
export function createPosting(
  config: Config,
  machine: Pick<Machine, "clock" | "log" | "version"> & { store: Pick<Store, "settings"> },
) {
  const { clock, log } = machine;
  const { timezone } = config;
  const named = createChannels({ ...config, clock, version: machine.version });
  const shared = { commands: noCommands, clock, log, timezone, isAdmin: () => false };

  async function open(id: string): Promise<Channel | undefined> {
    if (id.startsWith("slack:") && config.slack !== undefined) {
      const { createSlack } = await import("../slack/app.ts");
      return createSlack({ ...shared, config: config.slack }).channel(id);
    }
    if (id.startsWith("discord:") && config.discord !== undefined) {
      const { createDiscord } = await import("../discord/client.ts");
      return createDiscord({ ...shared, config: config.discord, settings: machine.store.settings }).channel(
        id,
      );
    }
    return named.channels.get(id);
  }

  return { open, stop: named.stop };
}

const noCommands: Commands = {
  specs: [],
  answer: nothing,
  run: nothing,
  complete: () => [],
};

async function* nothing() {}
