import { severityOf } from "../domain/event.ts";
import type { Incident } from "../domain/incident.ts";
import { type Block, type Message, type Span, spans, type Tone } from "../domain/message.ts";
import type { Instant } from "../domain/quota.ts";
import type { Mute } from "../services/mutes.ts";
import { eventWords, type NameAccount } from "./event-words.ts";
import { count, listNames } from "./format.ts";
import { knownAs, personSpan, platformOf, retold } from "./people.ts";
import { answerActions } from "./quota-table.ts";

/** So many alerts are told, the worst; the others are counted. */
const mostTold = 12;

/** What goes on now, worst first, and which accounts are muted. */
export function openAlerts(
  open: readonly Incident[],
  facts: {
    mutes: ReadonlyMap<string, Mute>;
    /** How many accounts are watched, and where alerts go. */
    watched: number;
    channels: readonly string[];
    nameAccount: NameAccount;
    now: Instant;
    /** Where it is read. */
    surface: string;
    command: string;
  },
): Message {
  const { mutes, surface, command } = facts;
  const alerts = onePerSubject(open, surface).sort(worstFirst);
  const blocks: Block[] = [];
  if (alerts.length > 0) {
    const told = alerts.slice(0, mostTold);
    blocks.push({ type: "facts", facts: told.map((alert) => line(alert, facts)) });
    const more = alerts.length - told.length;
    if (more > 0) blocks.push({ type: "text", text: `and ${more} more.` });
    blocks.push({ type: "text", text: whatToType });
  } else {
    blocks.push({ type: "text", text: watching(facts) });
  }
  if (mutes.size > 0) blocks.push({ type: "facts", facts: mutedAccounts(facts) });
  blocks.push({ type: "actions", actions: answerActions(command) });
  const title = alerts.length === 0 ? "Nothing is open." : `${count(alerts.length, "alert")} open`;
  return { title, tone: toneOf(alerts), blocks };
}

const whatToType: Span[] = [
  "With the id behind an alert: ",
  { code: "/quota alerts ack ID" },
  " takes it on, ",
  { code: "/quota alerts snooze ID 1h" },
  " keeps it quiet.",
];

/** Of the same alert on several channels the one that the reader can do most with. */
function onePerSubject(open: readonly Incident[], surface: string): Incident[] {
  const best = new Map<string, Incident>();
  const use = ({ version, channel, takenBy }: Incident) =>
    (version > 0 ? 4 : 0) + (platformOf(channel) === surface ? 2 : 0) + (takenBy === undefined ? 0 : 1);
  for (const incident of open) {
    const other = best.get(incident.subject);
    if (other === undefined || use(incident) > use(other)) best.set(incident.subject, incident);
  }
  return [...best.values()];
}

function worstFirst(a: Incident, b: Incident): number {
  return rank(a) - rank(b) || b.level - a.level || a.openedAt - b.openedAt;
}

function rank({ event }: Incident): number {
  return { critical: 0, warning: 1, info: 2 }[severityOf(event.type)];
}

function toneOf([worst]: readonly Incident[]): Tone {
  if (worst === undefined) return "good";
  const severity = severityOf(worst.event.type);
  return severity === "info" ? "neutral" : severity;
}

function line(
  incident: Incident,
  { nameAccount, now, surface }: { nameAccount: NameAccount; now: Instant; surface: string },
): { label: string; value: Span[] } {
  const { openedAt, version, takenBy, snoozedUntil, channel, id } = incident;
  const { title, text } = eventWords(incident.event, nameAccount, now);
  const value: Span[] = [...spans(text), " Since ", { instant: openedAt, style: "countdown" }];
  value.push(version === 0 ? ", known at first sight and not told." : ".");
  if (takenBy !== undefined) {
    value.push(" Taken on by ", personSpan(retold(takenBy, platformOf(channel), surface)), ".");
  }
  if (snoozedUntil !== undefined && snoozedUntil > now) {
    value.push(" Quiet until ", { instant: snoozedUntil, style: "moment" }, ".");
  }
  return { label: title, value: [...value, " ", { code: id }] };
}

function mutedAccounts({
  mutes,
  nameAccount,
  surface,
}: {
  mutes: ReadonlyMap<string, Mute>;
  nameAccount: NameAccount;
  surface: string;
}) {
  return [...mutes].map(([account, { until, by }]) => {
    const value: Span[] = ["muted until ", { instant: until, style: "moment" }];
    if (by !== undefined) value.push(" by ", personSpan(knownAs(by, surface)));
    return { label: nameAccount(account).name, value: [...value, "."] };
  });
}

function watching({ watched, channels }: { watched: number; channels: readonly string[] }): Span[] {
  const accounts = `${count(watched, "account")} ${watched === 1 ? "is" : "are"} watched`;
  if (channels.length === 0)
    return [`${accounts}, and nobody is told of alerts: add `, { code: "alerts:" }, " to quotabot.yml."];
  return [`${accounts}; alerts go to ${listNames(channels)}.`];
}
