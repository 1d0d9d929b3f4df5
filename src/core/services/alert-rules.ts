import type { AlertEvent, EventType } from "../domain/event.ts";
import { type Incident, isOpen, type Look } from "../domain/incident.ts";
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
  thresholds(quota: Pick<Quota, "id" | "label">): readonly number[];
  wants(event: Pick<AlertEvent, "type" | "window">): boolean;
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

/**
 * What a channel wants to hear of a look: of what ends in a way that it does not want to hear of, only that it is over.
 *
 * @param known what the outbox knows of the scope on the channel
 */
export function asWished(look: Look, { wants }: ChannelWishes, known: readonly Incident[]): Look {
  const endings = new Map(look.endings);
  for (const { subject, event } of known.filter(isOpen)) {
    const ending = endings.get(subject);
    if (ending === undefined || wants(ending.event)) continue;
    endings.set(subject, { event: { ...event, at: ending.event.at }, quiet: true });
  }
  return { ...look, endings, findings: look.findings.filter((finding) => wants(finding.event)) };
}

function wishesOf(rules: readonly AlertRule[]): ChannelWishes[] {
  const channels = new Set(rules.flatMap((rule) => rule.channels));
  return [...channels].map((channel) => {
    const own = rules.filter((rule) => rule.channels.includes(channel));
    return {
      channel,
      thresholds: (window) => [
        ...new Set(
          own.flatMap((rule) =>
            rule.at.filter((mark) =>
              isAbout(rule, { type: mark >= 100 ? "quota.exhausted" : "quota.low", window }),
            ),
          ),
        ),
      ],
      wants: (event) => own.some((rule) => isAbout(rule, event)),
    };
  });
}

/** Events of windows that have something come back. */
const comebacks: readonly EventType[] = ["quota.reset", "quota.reset_early", "quota.recovered"];

function isAbout(
  { windows, events, resets }: AlertRule,
  { type, window }: Pick<AlertEvent, "type" | "window">,
): boolean {
  if (!(events?.some((pattern) => fitsPattern(pattern, type)) ?? true)) return false;
  if (comebacks.includes(type) && !resets) return false;
  if (windows === undefined || window === undefined || !type.startsWith("quota.")) return true;
  return windows.includes(window.label) || windows.includes(window.id);
}
