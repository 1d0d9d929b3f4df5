import type { AlertEvent } from "./event.ts";
import type { Instant } from "./quota.ts";

/** Something that is so, as found now, whoever has been told of it. */
export interface Finding {
  /** What it is about, the same from look to look: "quota|claude-lan||session". */
  subject: string;
  /** How far it has gone; people are told again when it grows. 1 where there are no steps. */
  level: number;
  event: AlertEvent;
  /** News: told once for its subject, and over with that. */
  once?: boolean | undefined;
  /** Not told unless it grows: it was so when we first looked. */
  silent?: boolean | undefined;
}

/** How something ended. */
export interface Ending {
  event: AlertEvent;
  /** Only worth changing a message that stands there already, not a new one. */
  quiet?: boolean | undefined;
}

/** What one look at a scope has found. What is open and neither found nor held has ended. */
export interface Look {
  findings: readonly Finding[];
  /** How what has ended did so, by subject. Something can end and be found anew in one look. */
  endings: ReadonlyMap<string, Ending>;
  /** Subjects of which this look knows nothing: they stay as they are. */
  held: ReadonlySet<string>;
  /** Subjects that looked over, and when; the next look decides. */
  doubts: ReadonlyMap<string, Instant>;
}

/** How the telling of an incident on its channel stands. */
export interface Delivery {
  /** The version that was told last; 0: none. */
  sentVersion: number;
  /** Where the message stands, for editing it. Incidents that share a message share this. */
  where?: string | undefined;
  /** When a message was first posted. */
  sentAt?: Instant | undefined;
  /** Failed tries in a row. */
  attempts: number;
  /** Not before this instant. */
  nextTry: Instant;
  /** Whether the last try may have arrived: its answer was lost. */
  unsure?: boolean | undefined;
  /** A process is at it until then; one that has died is known by an instant in the past. */
  leasedUntil?: Instant | undefined;
}

/** Something that one channel is to be told of, and what has come of that: a row of the outbox. */
export interface Incident {
  /** Unique: channel, subject and the how-manieth of that subject. */
  key: string;
  /** Short and unguessable, for buttons. */
  id: string;
  channel: string;
  /** What is looked at together: an account's id, or "budgets". */
  scope: string;
  subject: string;
  number: number;
  level: number;
  event: AlertEvent;
  openedAt: Instant;
  endedAt?: Instant | undefined;
  /** When it first looked over; see `Look.doubts`. */
  doubtedAt?: Instant | undefined;
  /** Grows with every change that the channel should see; 0: nothing to see. */
  version: number;
  /** Whether the newest version is worth a new message where the old one cannot be changed. */
  loud: boolean;
  delivery: Delivery;
  /** Who has taken it on, as the platform calls them. */
  takenBy?: string | undefined;
  /** Nothing is told until then. */
  snoozedUntil?: Instant | undefined;
  /** For compare and swap: grows with every stored change. */
  revision: number;
}

/** Whether an incident still goes on. */
export function isOpen(incident: Incident): boolean {
  return incident.endedAt === undefined;
}

/** What has to be stored after a look. */
export interface Changes {
  added: readonly Incident[];
  changed: readonly Incident[];
}

/**
 * Compares what is known of a scope on one channel with what a look has found. The same look again changes nothing.
 *
 * @param known incidents of the scope and channel: all open ones, and the newest of each other subject found
 */
export function reconcile(
  known: readonly Incident[],
  look: Look,
  facts: { channel: string; scope: string; now: Instant; newId: () => string },
): Changes {
  const added: Incident[] = [];
  const changed: Incident[] = [];
  const newest = new Map<string, Incident>();
  for (const incident of known) {
    const other = newest.get(incident.subject);
    if (other === undefined || other.number < incident.number) newest.set(incident.subject, incident);
  }
  const found = new Map(look.findings.map((finding) => [finding.subject, finding]));

  for (const incident of newest.values()) {
    const { subject } = incident;
    if (!isOpen(incident) || look.held.has(subject)) continue;
    const ending = look.endings.get(subject);
    const finding = found.get(subject);
    if (ending !== undefined || finding === undefined) {
      changed.push(ended(incident, ending ?? { event: incident.event, quiet: true }, facts.now));
      continue;
    }
    const next = continued(incident, finding, look.doubts.get(subject));
    if (next !== undefined) changed.push(next);
  }
  for (const finding of found.values()) {
    const before = newest.get(finding.subject);
    const over = before !== undefined && (!isOpen(before) || look.endings.has(finding.subject));
    if (before === undefined || (over && !finding.once)) {
      added.push(opened(finding, (before?.number ?? 0) + 1, facts));
    }
  }
  return { added, changed };
}

function opened(
  finding: Finding,
  number: number,
  facts: { channel: string; scope: string; now: Instant; newId: () => string },
): Incident {
  const { subject, level, event, once, silent } = finding;
  const { channel, scope, now } = facts;
  return {
    key: `${channel}|${subject}|${number}`,
    id: facts.newId(),
    channel,
    scope,
    subject,
    number,
    level,
    event,
    openedAt: now,
    endedAt: once ? now : undefined,
    version: silent ? 0 : 1,
    loud: true,
    delivery: { sentVersion: 0, attempts: 0, nextTry: now },
    revision: 0,
  };
}

function ended(incident: Incident, { event, quiet }: Ending, now: Instant): Incident {
  const told = incident.version > 0;
  return {
    ...incident,
    event: { ...event, since: incident.openedAt },
    endedAt: now,
    doubtedAt: undefined,
    snoozedUntil: undefined,
    version: told ? incident.version + 1 : 0,
    loud: told && !quiet,
  };
}

/** Undefined when nothing has changed that is worth storing. */
function continued(
  incident: Incident,
  { level, event }: Finding,
  doubtedAt: Instant | undefined,
): Incident | undefined {
  if (level > incident.level) {
    return { ...incident, level, event, doubtedAt, version: incident.version + 1, loud: true };
  }
  const same =
    level === incident.level &&
    doubtedAt === incident.doubtedAt &&
    Math.abs((event.window?.usedPercent ?? 0) - (incident.event.window?.usedPercent ?? 0)) < 1 &&
    event.window?.resetsAt === incident.event.window?.resetsAt;
  return same ? undefined : { ...incident, level, event, doubtedAt };
}
