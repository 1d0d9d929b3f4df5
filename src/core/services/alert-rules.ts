import type { EventType } from "../domain/event.ts";
import type { Quota } from "../domain/quota.ts";
import { fitsPattern } from "../matching.ts";

/** Who is told of what: one rule of the configuration. */
export interface AlertRule {
  /** Ids of channels, such as "slack:#ai-quota". */
  channels: readonly string[];
  /** Patterns of account ids; "*" is everything, money included. */
  accounts: readonly string[];
  /** Only windows of these labels or ids, such as "weekly"; absent: all. */
  windows?: readonly string[] | undefined;
  /** Percent used. */
  at: readonly number[];
  /** Whether it is told when something comes back. */
  resets: boolean;
  /** Patterns of event types, such as "quota.*"; absent: all. */
  events?: readonly string[] | undefined;
  /** Made from what a channel itself asks for: it takes nothing away from the other rules. */
  hook?: boolean | undefined;
}

/** What all the rules together say of one channel. */
export interface ChannelWishes {
  channel: string;
  /** The thresholds that a window is told of. */
  thresholds(quota: Quota): readonly number[];
  resets: boolean;
  wants(type: EventType): boolean;
}

/** What each channel wants to know of an account; of several accounts that draw on one pool what any of them says. */
export function wishesFor(rules: readonly AlertRule[], accounts: readonly string[]): ChannelWishes[] {
  return wishesOf(
    rules.filter((rule) => rule.accounts.some((pattern) => accounts.some((id) => fitsPattern(pattern, id)))),
  );
}

/**
 * What each channel wants to know of money: those that are told everything, or when there are none, all. Hooks do not
 * count for that, and are told in either case.
 */
export function moneyWishes(rules: readonly AlertRule[]): ChannelWishes[] {
  const written = rules.filter(({ hook }) => !hook);
  const hooks = rules.filter(({ hook }) => hook);
  const broad = written.filter(({ accounts }) => accounts.includes("*"));
  return wishesOf([...(broad.length > 0 ? broad : written), ...hooks]);
}

function wishesOf(rules: readonly AlertRule[]): ChannelWishes[] {
  const channels = new Set(rules.flatMap((rule) => rule.channels));
  return [...channels].map((channel) => {
    const own = rules.filter((rule) => rule.channels.includes(channel));
    return {
      channel,
      thresholds: ({ label, id }) => {
        const fitting = own.filter(
          ({ windows }) => windows?.some((name) => name === label || name === id) ?? true,
        );
        return [...new Set(fitting.flatMap(({ at }) => at))];
      },
      resets: own.some(({ resets }) => resets),
      wants: (type) =>
        own.some(({ events }) => events?.some((pattern) => fitsPattern(pattern, type)) ?? true),
    };
  });
}
