import { isUntold } from "./delivery.ts";
import type { AlertEvent } from "./event.ts";
import { type Ending, type Finding, type Incident, isOpen, type Look } from "./incident.ts";
import type { Instant } from "./quota.ts";
import { isSameReset } from "./window.ts";

/** The level at which something is used up. */
const full = 100;

/** What has to be stored after a look. */
export interface Changes {
  added: readonly Incident[];
  changed: readonly Incident[];
}

/** Which channel and scope are looked at, and when. */
interface Place {
  channel: string;
  scope: string;
  now: Instant;
  newId: () => string;
}

/**
 * Compares what is known of a scope on one channel with what a look has found. The same look again changes nothing.
 *
 * @param known incidents of the scope and channel: all open ones, and the newest of each other subject found
 */
export function reconcile(known: readonly Incident[], look: Look, place: Place): Changes {
  const newest = newestOf(known);
  const found = new Map(look.findings.map((finding) => [finding.subject, finding]));
  const isOver = ({ subject }: Incident) => look.endings.has(subject) || !found.has(subject);

  const changed = [...newest.values()].flatMap((incident): Incident[] => {
    const { subject } = incident;
    if (!isOpen(incident) || look.held.has(subject)) return [];
    const finding = found.get(subject);
    if (finding === undefined || isOver(incident)) {
      const event = { ...incident.event, at: look.at ?? place.now };
      return [ended(incident, look.endings.get(subject) ?? { event, quiet: true }, place.now)];
    }
    const next = continued(incident, finding, look, place.now);
    return next === undefined ? [] : [next];
  });
  const added = [...found.values()].flatMap((finding): Incident[] => {
    const before = newest.get(finding.subject);
    if (before === undefined) return [opened(finding, 1, look, place)];
    const goesOn = isOpen(before) && (!isOver(before) || look.held.has(finding.subject));
    return goesOn || finding.once ? [] : [opened(finding, before.number + 1, look, place)];
  });
  return { added, changed };
}

function newestOf(known: readonly Incident[]): Map<string, Incident> {
  const newest = new Map<string, Incident>();
  for (const incident of known) {
    const other = newest.get(incident.subject);
    if (other === undefined || other.number < incident.number) newest.set(incident.subject, incident);
  }
  return newest;
}

function opened(finding: Finding, number: number, look: Look, place: Place): Incident {
  const { subject, level, event, once, silent } = finding;
  const aside = isAside(finding, look);
  const { channel, scope, now } = place;
  return {
    key: `${channel}|${subject}|${number}`,
    id: place.newId(),
    channel,
    scope,
    subject,
    number,
    level,
    event,
    openedAt: now,
    endedAt: once ? now : undefined,
    fullAt: level >= full ? now : undefined,
    version: silent || aside ? 0 : 1,
    loud: true,
    aside,
    delivery: { sentVersion: 0, attempts: 0, nextTry: now },
    revision: 0,
  };
}

function ended(incident: Incident, { event, quiet }: Ending, now: Instant): Incident {
  const over = {
    ...incident,
    event: { ...event, since: incident.openedAt },
    endedAt: now,
    doubtedAt: undefined,
    snoozedUntil: undefined,
  };
  return incident.version === 0 ? over : withNews(over, !quiet);
}

/** Undefined, so that the two are the same when they are stored, where it is not. */
function isAside({ aside }: Finding, look: Look): true | undefined {
  return aside || look.aside ? true : undefined;
}

/** Undefined when nothing has changed that is worth storing. */
function continued(incident: Incident, finding: Finding, look: Look, now: Instant): Incident | undefined {
  const { subject, level, event } = finding;
  const doubtedAt = look.doubts.get(subject);
  const aside = isAside(finding, look);
  const next = { ...incident, level, event, doubtedAt, aside };
  if (level === incident.level) {
    if (incident.version > 0 && hasMoneyMoved(incident.event, event)) return withNews(next, false);
    const isSame = doubtedAt === incident.doubtedAt && aside === incident.aside;
    return isSame && !hasDrifted(incident.event, event) ? undefined : next;
  }
  if (level >= full && incident.level < full) next.fullAt = now;
  const isNews = level > incident.level && !aside;
  return isNews || incident.version > 0 ? withNews(next, isNews) : next;
}

/** The incident with one more version to tell. What nobody has been told yet stays as loud as it was. */
export function withNews(incident: Incident, loud: boolean): Incident {
  return {
    ...incident,
    version: incident.version + 1,
    loud: loud || (incident.loud && isUntold(incident)),
  };
}

/**
 * Whether a budget stands so differently from what its message says that the message is to be changed: by a tenth of its
 * ceiling, or with another ceiling.
 */
function hasMoneyMoved({ budget: before, money: spent }: AlertEvent, { budget, money }: AlertEvent): boolean {
  if (before === undefined || budget === undefined) return false;
  const moved = Math.abs((money?.usedMicros ?? 0) - (spent?.usedMicros ?? 0));
  return before.limitMicros !== budget.limitMicros || moved >= Math.max(1, budget.limitMicros / 10);
}

/** Whether the facts have changed by more than they do from one answer of a provider to the next. */
function hasDrifted(before: AlertEvent, after: AlertEvent): boolean {
  const [old, fresh] = [before.window, after.window];
  const [amountBefore = 0, amount = 0] = [before.amount?.used, after.amount?.used];
  const sameReset =
    old?.resetsAt === undefined || fresh?.resetsAt === undefined
      ? old?.resetsAt === fresh?.resetsAt
      : isSameReset(old.resetsAt, fresh.resetsAt);
  return (
    before.type !== after.type ||
    !sameReset ||
    Math.abs((fresh?.usedPercent ?? 0) - (old?.usedPercent ?? 0)) >= 1 ||
    Math.abs(amount - amountBefore) > amountBefore / 10
  );
}
