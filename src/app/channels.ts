import type { Config } from "../config.ts";
import type { DigestPlan } from "../core/domain/digest-plan.ts";
import { AppError } from "../core/errors.ts";
import type { Channel } from "../core/ports.ts";
import { noteRefusal } from "../core/services/refusals.ts";
import type { TestChannels } from "../core/services/send-test.ts";
import type { Core } from "./core.ts";

/** Ids of the channels that alerts go to. */
export function alertChannels(config: Pick<Config, "alerts">): readonly string[] {
  return [...new Set(config.alerts.flatMap(({ channels }) => channels))];
}

/** Ids of the channels that alerts and digests go to. */
export function channelIds(config: Pick<Config, "alerts" | "digest">): readonly string[] {
  return [...new Set([...alertChannels(config), ...config.digest.flatMap(({ channels }) => channels)])];
}

/** The digests of the configuration, one for each channel. */
export function digestPlans({ digest }: Pick<Config, "digest">): DigestPlan[] {
  return digest.flatMap(({ channels, ...plan }) => channels.map((channel) => ({ ...plan, channel })));
}

/** Channels as far as a test message can be posted there. */
export function testChannels(
  ids: readonly string[],
  channelOf: (id: string) => Channel | undefined | Promise<Channel | undefined>,
): TestChannels {
  return {
    ids,
    async post(id, message) {
      const channel = await channelOf(id);
      if (channel === undefined) {
        throw new AppError("delivery_refused", `${id} is not set up here: see the configuration.`);
      }
      await channel.post(message, { kind: "test" });
    },
  };
}

/** A new start is a new chance for channels that refused. */
export async function forgetRefusals({ store, clock }: Core, ids: readonly string[]): Promise<void> {
  const { settings } = store;
  for (const id of ids) {
    if ((await settings.get(`refused ${id}`)) !== undefined)
      await noteRefusal({ settings, clock }, id, undefined);
  }
}
