import type { AlertEvent, EventType } from "../domain/event.ts";
import { type Finding, type Incident, isOpen, type Look } from "../domain/incident.ts";
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
  /**
   * Made from what a channel itself asks for: it takes nothing away from the other rules, and brings every event of its
   * types, however little it would matter to people.
   */
  hook?: boolean | undefined;
}

/** What all the rules together say of one channel. */
export interface ChannelWishes {
  channel: string;
  /** The thresholds that a window is told of. */
  thresholds(quota: Pick<Quota, "id" | "label">): readonly number[];
  wants(event: Pick<AlertEvent, "type" | "window">): boolean;
  /** Whether it gets every event of this kind, as one that is posted. */
  hooks(event: Pick<AlertEvent, "type" | "window">): boolean;
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
 * For one that gets every event of a kind each end of that kind is news of its own, also of what it was not told.
 *
 * @param known what the outbox knows of the scope on the channel
 */
export function asWished(look: Look, wish: ChannelWishes, known: readonly Incident[]): Look {
  const { wants, hooks } = wish;
  const endings = new Map(look.endings);
  const ends: Finding[] = [];
  for (const incident of known.filter(isOpen)) {
    const { subject, event } = incident;
    const ending = endings.get(subject);
    if (ending === undefined) continue;
    const isEvent = hooks(ending.event) && (ending.event.type !== event.type || !ending.quiet);
    if (isEvent) ends.push(endOf(incident, ending.event));
    else if (wants(ending.event)) continue;
    endings.set(subject, { event: { ...event, at: ending.event.at }, quiet: true });
  }
  const findings = look.findings.flatMap((finding): Finding[] => {
    // How it ended is told by the end itself.
    if (finding.subject.startsWith("back|") && hooks(finding.event)) return [];
    if (wants(finding.event)) return [finding];
    return !finding.once && isFollowed(finding.event, wish) ? [{ ...finding, aside: true }] : [];
  });
  return { ...look, endings, findings: [...findings, ...ends] };
}

/** The end of an incident as news; that a period of money is over is said once, whatever ended with it. */
function endOf({ key, openedAt }: Incident, event: AlertEvent): Finding {
  const { type, budget } = event;
  const about = type === "budget.period_over" && budget ? `${type}|${budget.id}|${budget.from}` : key;
  return { subject: `over|${about}`, level: 1, event: { ...event, since: openedAt }, once: true };
}

/** As what something may end, or what may follow from it. */
const followers: readonly (readonly [of: string, events: readonly EventType[]])[] = [
  ["quota.", ["quota.reset", "quota.reset_early", "quota.recovered", "quota.exhausted_often"]],
  // What has gone on to the end and falls a little reaches no threshold anew.
  ["quota.exhausted", ["quota.low"]],
  ["account.", ["account.recovered"]],
  ["source.", ["source.recovered"]],
  ["budget.", ["budget.period_over"]],
];

/** Whether the channel gets every event of a kind that can only be known of who knows of this one. */
function isFollowed({ type, window }: AlertEvent, { hooks }: ChannelWishes): boolean {
  return followers.some(
    ([of, events]) => type.startsWith(of) && events.some((event) => hooks({ type: event, window })),
  );
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
            // A hook is to hear also of the end of what it is not told.
            rule.at.filter(
              (mark) =>
                rule.hook || isAbout(rule, { type: mark >= 100 ? "quota.exhausted" : "quota.low", window }),
            ),
          ),
        ),
      ],
      wants: (event) => own.some((rule) => isAbout(rule, event)),
      hooks: (event) => own.some((rule) => rule.hook === true && isAbout(rule, event)),
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
