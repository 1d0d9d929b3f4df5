import { type AlertEvent, type EventType, severityOf } from "../domain/event.ts";
import { type Incident, isOpen } from "../domain/incident.ts";
import type { Instant } from "../domain/quota.ts";
import { isReminder } from "../domain/reminder.ts";

/** Something that has begun or ended. */
export interface Change {
  event: AlertEvent;
  openedAt: Instant;
  /** Absent: it goes on. */
  endedAt?: Instant | undefined;
  /** How often it has been so since; 1 is usual. */
  times: number;
}

/** A window that was used this far when its account was first seen; nobody was told then. */
export interface FirstSeen {
  account: string;
  window: NonNullable<AlertEvent["window"]>;
}

/** What goes on and has a place of its own in every digest. */
const toldElsewhere: ReadonlySet<EventType> = new Set([
  "quota.low",
  "quota.exhausted",
  "account.signed_out",
  "account.forbidden",
  "account.needs_action",
  "budget.reached",
  "budget.projected",
  "budget.exceeded",
]);

/**
 * What people were told of that has begun or ended since an instant, each subject once whatever the channels: the worst
 * first, what goes on before what is over, the newest first.
 */
export function changesSince(incidents: readonly Incident[], since: Instant): Change[] {
  const bySubject = new Map<string, Incident[]>();
  for (const incident of incidents) {
    if (isWorthSaying(incident, since)) {
      bySubject.set(incident.subject, [...(bySubject.get(incident.subject) ?? []), incident]);
    }
  }
  const changes = [...bySubject.values()].flatMap((same): Change[] => {
    const [newest] = [...same].sort((a, b) => b.openedAt - a.openedAt || b.level - a.level);
    if (newest === undefined) return [];
    const { event, openedAt, endedAt, channel } = newest;
    return [{ event, openedAt, endedAt, times: same.filter((one) => one.channel === channel).length }];
  });
  return changes.sort((a, b) => rank(a) - rank(b) || b.openedAt - a.openedAt);
}

function isWorthSaying(incident: Incident, since: Instant): boolean {
  const { version, event, openedAt, endedAt } = incident;
  if (version === 0 || isReminder(incident)) return false;
  if (endedAt === undefined) return openedAt >= since && !toldElsewhere.has(event.type);
  const isNews = endedAt === openedAt;
  if (isNews && severityOf(event.type) === "info") return false;
  // How budgets stand has a place of its own; that one was raised, or its period is over, goes without saying.
  return endedAt >= since && !event.type.startsWith("budget.");
}

function rank({ event, endedAt }: Change): number {
  const severity = { critical: 0, warning: 1, info: 2 }[severityOf(event.type)];
  return endedAt === undefined || severity === 0 ? severity : severity + 2;
}

/** What was so already when an account was first seen since an instant, and is still, the most used first. */
export function firstSeenSince(incidents: readonly Incident[], since: Instant): FirstSeen[] {
  const told = new Set(incidents.filter(({ version }) => version > 0).map(({ subject }) => subject));
  const found = new Map<string, FirstSeen>();
  for (const incident of incidents) {
    const { subject, version, openedAt, event, aside } = incident;
    const { account, window } = event;
    const silent = version === 0 && !aside && isOpen(incident) && openedAt >= since && !told.has(subject);
    if (!silent || event.type !== "quota.low" || account === undefined) continue;
    if (window !== undefined) found.set(subject, { account, window });
  }
  return [...found.values()].sort((a, b) => (b.window.usedPercent ?? 0) - (a.window.usedPercent ?? 0));
}
