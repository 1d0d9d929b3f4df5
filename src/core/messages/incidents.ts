import { severityOf } from "../domain/event.ts";
import { type Incident, isOpen } from "../domain/incident.ts";
import {
  type Action,
  type Block,
  type Message,
  type Span,
  spans,
  type Text,
  type Tone,
} from "../domain/message.ts";
import { eventTone, eventWords, type NameAccount } from "./event-words.ts";
import { duration } from "./format.ts";

/** So many incidents one message names; the others are counted. */
const mostNamed = 10;

/** What a channel reads of incidents that came together, as they stand now. */
export function incidentMessage(incidents: readonly Incident[], nameAccount: NameAccount): Message {
  const [only] = incidents;
  if (only !== undefined && incidents.length === 1) return single(only, nameAccount);
  return several(incidents, nameAccount);
}

/** What is added below a message when incidents of it have changed. */
export function incidentDetails(incidents: readonly Incident[], nameAccount: NameAccount): Message {
  const message = incidentMessage(incidents, nameAccount);
  return { ...message, blocks: message.blocks.filter(({ type }) => type !== "actions") };
}

function single(incident: Incident, nameAccount: NameAccount): Message {
  const { event } = incident;
  const { title, text } = eventWords(event, nameAccount);
  const blocks: Block[] = [{ type: "text", text }];
  const state = stateOf(incident);
  if (state !== undefined) blocks.push({ type: "text", text: state });
  const actions = actionsOf(incident);
  if (actions.length > 0) blocks.push({ type: "actions", actions });
  return {
    title,
    tone: toneOf(incident),
    blocks,
    footer: event.account === undefined ? undefined : nameAccount(event.account).providerName,
  };
}

function several(incidents: readonly Incident[], nameAccount: NameAccount): Message {
  const ordered = [...incidents].sort((a, b) => rank(a) - rank(b));
  const named = ordered.slice(0, mostNamed);
  const facts = named.map((incident) => {
    const { title, text } = eventWords(incident.event, nameAccount);
    const state = stateOf(incident);
    return { label: title, value: [...spans(text), ...(state === undefined ? [] : [" ", ...spans(state)])] };
  });
  const blocks: Block[] = [{ type: "facts", facts }];
  const more = ordered.length - named.length;
  if (more > 0) blocks.push({ type: "text", text: `and ${more} more.` });
  blocks.push({ type: "actions", actions: [{ id: "run", label: "Details", command: "alerts" }] });
  return { title: headline(ordered), tone: worst(ordered.map(toneOf)), blocks };
}

function headline(incidents: readonly Incident[]): string {
  const open = incidents.filter((incident) => isOpen(incident)).length;
  if (open === incidents.length) return `${open} alerts`;
  return open === 0 ? `${incidents.length} messages` : `${incidents.length} messages, ${open} still open`;
}

function rank(incident: Incident): number {
  if (!isOpen(incident)) return 3;
  return { critical: 0, warning: 1, info: 2 }[severityOf(incident.event.type)];
}

function toneOf(incident: Incident): Tone {
  return eventTone(incident.event.type, severityOf(incident.event.type));
}

function worst(tones: readonly Tone[]): Tone {
  return (["critical", "warning", "neutral"] as const).find((tone) => tones.includes(tone)) ?? "good";
}

/** How it goes on: how long it lasted, who has taken it on, how long it is quiet. */
function stateOf(incident: Incident): Text | undefined {
  const { endedAt, openedAt, takenBy, snoozedUntil, event } = incident;
  // News are over as soon as they are told.
  if (endedAt !== undefined)
    return endedAt > openedAt && event.since === openedAt
      ? `Over after ${duration(endedAt - openedAt)}.`
      : undefined;
  const parts: Span[] = [];
  if (takenBy !== undefined) parts.push("Taken on by ", { person: takenBy }, ".");
  if (snoozedUntil !== undefined)
    parts.push(" Quiet until ", { instant: snoozedUntil, style: "moment" }, ".");
  return parts.length === 0 ? undefined : parts;
}

function actionsOf(incident: Incident): Action[] {
  const { id, event } = incident;
  if (!isOpen(incident)) return [];
  const run = (label: string, command: string): Action => ({ id: "run", label, command });
  const actions = [run("Got it", `alerts ack ${id}`), run("Snooze 1 h", `alerts snooze ${id} 1h`)];
  if (event.window?.resetsAt !== undefined)
    actions.push(run("Until reset", `alerts snooze ${id} until-reset`));
  if (event.account === undefined) return [...actions, run("Details", "cost")];
  if (event.type === "quota.exhausted") actions.push(run("Remind me", `remind ${event.account}`));
  return [...actions, run("Details", `show ${event.account}`)];
}
