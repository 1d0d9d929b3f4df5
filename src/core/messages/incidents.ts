import { severityOf } from "../domain/event.ts";
import { type Incident, isOpen } from "../domain/incident.ts";
import { type Action, type Block, type Message, type Span, spans, type Tone } from "../domain/message.ts";
import type { Instant } from "../domain/quota.ts";
import { isReminder } from "../domain/reminder.ts";
import { backTitle, hasComeTrue, overTitle, pastTitle } from "./event-titles.ts";
import { type EventWords, eventTone, eventWords, type NameAccount } from "./event-words.ts";
import { duration } from "./format.ts";
import { personSpan } from "./people.ts";
import { reminderWords } from "./remind.ts";

const unnamedPerson = "somebody (see above)";
/** So many incidents one message names; the others are counted. */
const mostNamed = 10;

/** What a channel reads of incidents that came together, as they stand now; without `now`, when they were found. */
export function incidentMessage(
  incidents: readonly Incident[],
  nameAccount: NameAccount,
  now?: Instant,
): Message {
  const back = new Set(incidents.filter(isBackNews).map(({ event }) => windowOf(event)));
  // A window that is back and low already is one thing to people.
  const told = incidents.filter((one) => !isBackNews(one) || !incidents.some((other) => isAgain(other, one)));
  const words = (incident: Incident): EventWords => {
    const usual = wordsOf(incident, nameAccount, now);
    const isNew = isOpen(incident) && incident.version === 1 && incident.subject.startsWith("quota|");
    const isStill = isNew && back.has(windowOf(incident.event));
    return isStill ? { ...usual, title: backTitle(incident.event, nameAccount) } : usual;
  };
  const [only] = told;
  if (only !== undefined && told.length === 1) return single(only, words(only), nameAccount);
  return several(told, words);
}

function isBackNews({ event, endedAt, openedAt }: Incident): boolean {
  return endedAt === openedAt && /^quota\.(reset|reset_early|recovered)$/.test(event.type);
}

/** Whether it is what a window that is back has come to since, so short of a new start. */
function isAgain({ subject, event, openedAt }: Incident, back: Incident): boolean {
  const isSame = subject.startsWith("quota|") && windowOf(event) === windowOf(back.event);
  return isSame && Math.abs(openedAt - back.openedAt) < 1_000;
}

function windowOf({ account, window }: Incident["event"]): string {
  return `${account}|${window?.scope ?? ""}|${window?.id}`;
}

/** What is added below a message when incidents of it have changed. It names no people, so that it calls none. */
export function incidentDetails(
  incidents: readonly Incident[],
  nameAccount: NameAccount,
  now?: Instant,
): Message {
  const unnamed = incidents.map((incident) => ({
    ...incident,
    takenBy: incident.takenBy && unnamedPerson,
    snoozedBy: incident.snoozedBy && unnamedPerson,
  }));
  const { footer: _, blocks, ...message } = incidentMessage(unnamed, nameAccount, now);
  return { ...message, blocks: blocks.filter(({ type }) => type !== "actions") };
}

function single(incident: Incident, { title, text }: EventWords, nameAccount: NameAccount): Message {
  const { event } = incident;
  const blocks = [spans(text), stateOf(incident)]
    .filter((part) => part.length > 0)
    .map((part): Block => ({ type: "text", text: part }));
  const actions = actionsOf(incident);
  if (actions.length > 0) blocks.push({ type: "actions", actions });
  return {
    title,
    tone: toneOf(incident),
    blocks,
    footer: event.account === undefined ? undefined : nameAccount(event.account).providerName,
  };
}

function several(incidents: readonly Incident[], wordsFor: (incident: Incident) => EventWords): Message {
  const ordered = [...incidents].sort((a, b) => rank(a) - rank(b));
  const named = ordered.slice(0, mostNamed);
  const blocks = named.map((incident): Block => {
    const { title, text } = wordsFor(incident);
    const words = joined([spans(text), stateOf(incident)]);
    return { type: "text", text: [{ strong: `${title}.` }, ...(words.length > 0 ? ["\n"] : []), ...words] };
  });
  const more = ordered.length - named.length;
  if (more > 0) blocks.push({ type: "text", text: `and ${more} more.` });
  blocks.push({ type: "actions", actions: actionsOfAll(ordered) });
  return { title: headline(ordered), tone: worst(ordered.map(toneOf)), blocks };
}

function wordsOf(incident: Incident, nameAccount: NameAccount, now?: Instant): EventWords {
  if (isReminder(incident)) return reminderWords(incident, nameAccount);
  // What was to be feared has not come or is past, so its numbers say nothing any more.
  if (isWorryOver(incident) && incident.event.blockedBy === undefined)
    return { title: overTitle(incident.event, nameAccount), text: [] };
  const words = eventWords(incident.event, nameAccount, now);
  const isNew = isOver(incident) && incident.delivery.sentVersion === 0;
  return isNew ? { ...words, title: pastTitle(incident.event, nameAccount) ?? words.title } : words;
}

function headline(incidents: readonly Incident[]): string {
  const all = incidents.length;
  const open = incidents.filter((incident) => isOpen(incident)).length;
  if (open === all) return `${all} alerts`;
  if (open > 0) return `${all} messages, ${open} still open`;
  return incidents.every(isNews) ? `${all} messages` : `${all} messages, nothing open any more`;
}

/** Whether it was over as soon as it was found. */
function isNews({ openedAt, endedAt }: Incident): boolean {
  return endedAt === openedAt;
}

/** Whether it went on for a while and has ended. */
function isOver({ openedAt, endedAt, event }: Incident): boolean {
  return endedAt !== undefined && endedAt > openedAt && event.since === openedAt;
}

/** Whether a worry is over, and nothing better can be said than that. */
function isWorryOver(incident: Incident): boolean {
  return isOver(incident) && severityOf(incident.event.type) !== "info";
}

function rank(incident: Incident): number {
  if (!isOpen(incident)) return 3;
  return { critical: 0, warning: 1, info: 2 }[severityOf(incident.event.type)];
}

function toneOf(incident: Incident): Tone {
  const { type } = incident.event;
  if (isWorryOver(incident)) {
    return hasComeTrue(incident.event) || incident.event.blockedBy !== undefined ? "neutral" : "good";
  }
  // A reminder brings good news, or none.
  return eventTone(type, isReminder(incident) ? "info" : severityOf(type));
}

function worst(tones: readonly Tone[]): Tone {
  return (["critical", "warning", "neutral"] as const).find((tone) => tones.includes(tone)) ?? "good";
}

/** How it goes on: how long it lasted, who has taken it on, how long it is quiet. */
function stateOf(incident: Incident): readonly Span[] {
  const { endedAt, openedAt, takenBy, snoozedUntil, snoozedBy, loud } = incident;
  const taken: Span[] = takenBy === undefined ? [] : ["Taken on by ", personSpan(takenBy), "."];
  if (endedAt !== undefined)
    return isOver(incident) ? joined([[`The alert lasted ${duration(endedAt - openedAt)}.`], taken]) : [];
  // What is loud is told only when the snooze is over.
  if (snoozedUntil === undefined || loud) return taken;
  const who: Span[] = snoozedBy === undefined ? [] : [", as ", personSpan(snoozedBy), " asked"];
  return joined([taken, ["Quiet until ", { instant: snoozedUntil, style: "moment" }, ...who, "."]]);
}

/** Sentences one after the other. */
function joined(sentences: readonly (readonly Span[])[]): readonly Span[] {
  return sentences
    .filter((sentence) => sentence.length > 0)
    .flatMap((sentence, index) => (index === 0 ? sentence : [" ", ...sentence]));
}

function actionsOf(incident: Incident): Action[] {
  const { id, event } = incident;
  const details = run("Details", event.account === undefined ? "cost" : `show ${event.account}`);
  if (!isOpen(incident)) return isNews(incident) ? [details] : [];
  return [...handling(id, [incident]), details];
}

/** What people do with a message they do with all that goes on of it; the worst stands for them. */
function actionsOfAll(ordered: readonly Incident[]): Action[] {
  const open = ordered.filter(isOpen);
  const [worst, other] = open;
  const details = run("Details", "alerts");
  if (worst === undefined) return [details];
  return [...handling(other === undefined ? worst.id : `${worst.id} all`, open), details];
}

/** Buttons for alerts that go on, which `whom` names to the command. */
function handling(whom: string, open: readonly Incident[]): Action[] {
  const actions = [run("Got it", `alerts ack ${whom}`), run("Snooze 1 h", `alerts snooze ${whom} 1h`)];
  if (open.some(({ event }) => event.window?.resetsAt !== undefined))
    actions.push(run("Until reset", `alerts snooze ${whom} until-reset`));
  const exhausted = open.filter(({ event }) => event.type === "quota.exhausted");
  const accounts = new Set(exhausted.flatMap(({ event }) => event.account ?? []));
  if (accounts.size === 1) actions.push(run("Remind me", `remind ${[...accounts][0]}`));
  return actions;
}

function run(label: string, command: string): Action {
  return { id: "run", label, command };
}
