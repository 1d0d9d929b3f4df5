import type { Instant } from "../domain/quota.ts";
import type { Clock, Settings } from "../ports.ts";

/** A channel that refuses what is posted there. */
export interface Refusal {
  channel: string;
  reason: string;
  at: Instant;
}

/** Remembers for `quotabot doctor` that a channel refuses, or with no reason that it takes posts again. */
export async function noteRefusal(
  options: { settings: Pick<Settings, "set">; clock: Clock },
  channel: string,
  reason: string | undefined,
): Promise<void> {
  const value = reason === undefined ? undefined : { reason, at: options.clock.now() };
  await options.settings.set(keyOf(channel), value);
}

/** Those of the channels that refuse, as remembered. */
export async function refusalsOf(
  settings: Pick<Settings, "get">,
  channels: readonly string[],
): Promise<readonly Refusal[]> {
  const found: Refusal[] = [];
  for (const channel of channels) {
    const value = (await settings.get(keyOf(channel))) as Partial<Refusal> | undefined;
    if (typeof value?.reason !== "string" || typeof value.at !== "number") continue;
    found.push({ channel, reason: value.reason, at: value.at });
  }
  return found;
}

function keyOf(channel: string): string {
  return `refused ${channel}`;
}
