import type { Instant } from "../../src/core/domain/quota.ts";
import type { AlertRule } from "../../src/core/services/alert-rules.ts";
import type { QuietRule } from "../../src/core/services/quiet.ts";
import { alertRule, createFakeChannel, type FakeChannel, type Time, type Weather } from "./alert-house.ts";

const minutes = 60_000;

/** A channel of a history, with what it wants to be told. */
export interface Watched {
  channel: FakeChannel;
  rule: AlertRule;
  /** Channels that cannot look for a post. */
  isBlind: boolean;
  quiet: boolean;
  /** When it failed, and how. */
  weathers: { from: Instant; to: Instant; weather: Weather }[];
}

/** The quiet hours of one of them. */
export const night: QuietRule = {
  ...{ from: "22:00", to: "07:00", zone: "Europe/Berlin" },
  ...{ channels: ["chat"], except: ["quota.exhausted"] },
};

/** One of each kind: what can be changed and asked, only changed, only repeated, and neither. */
export function createWatched(time: Time, isQuiet: boolean): Watched[] {
  const make = (
    id: string,
    can: Parameters<typeof createFakeChannel>[2],
    rule: Partial<AlertRule>,
  ): Watched => ({
    channel: createFakeChannel(id, time, can),
    rule: alertRule(id, rule),
    isBlind: can?.find === undefined,
    quiet: false,
    weathers: [],
  });
  return [
    { ...make("chat", { edit: true, find: "keys" }, {}), quiet: isQuiet },
    make("blind", { edit: true }, { at: [75, 100], resets: false }),
    make(
      "hook",
      { find: "repeats" },
      { at: [60, 75, 90, 100], windows: ["opens", "local", "weekly", "monthly", "slides"] },
    ),
    make("paper", {}, { at: [80], accounts: ["account-0"] }),
  ];
}

/** How a channel may fail. */
export function weathersFor({ channel, isBlind }: Watched): Weather[] {
  const all: Weather[] = [
    "fails",
    "refuses",
    "swallows",
    { retryAfter: 90_000 },
    { retryAfter: 30 * minutes },
  ];
  // What was never taken is lost where nobody can tell.
  return isBlind || channel.find === undefined ? all : [...all, "silent"];
}
