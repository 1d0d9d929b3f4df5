import type { AlertEvent } from "../domain/event.ts";
import { type Incident, isOpen } from "../domain/incident.ts";
import type { Instant } from "../domain/quota.ts";
import { isReminder } from "../domain/reminder.ts";

/** Something that is so now, whichever channels were told of it. */
export interface Standing {
  event: AlertEvent;
  /** Since when, on the channel that was told first. */
  openedAt: Instant;
  /** Of the incident that goes furthest. */
  key: string;
  /** Of the incidents of all channels. */
  keys: ReadonlySet<string>;
}

/** What has become of what was so before. */
export interface Movements {
  raised: readonly Standing[];
  changed: readonly Standing[];
  ended: readonly Standing[];
}

/** What is so, by subject. Every channel has incidents of its own; here what they are about counts once. */
export function standingsOf(incidents: readonly Incident[]): ReadonlyMap<string, Standing> {
  const bySubject = new Map<string, Incident[]>();
  for (const incident of incidents) {
    if (!isOpen(incident) || !isForAll(incident)) continue;
    const group = bySubject.get(incident.subject);
    if (group === undefined) bySubject.set(incident.subject, [incident]);
    else group.push(incident);
  }
  return new Map([...bySubject].map(([subject, group]) => [subject, standingOf(group)]));
}

/** Whether an incident was worth telling, and to more than one person. */
export function isForAll(incident: Incident): boolean {
  return incident.version > 0 && !incident.aside && !isReminder(incident);
}

/** What people were told once, and was over with that. */
export function isNews({ openedAt, endedAt }: Incident): boolean {
  return openedAt === endedAt;
}

/** What has become of what was so `before`. What ended and began anew meanwhile is both ended and raised. */
export function compareStandings(
  before: ReadonlyMap<string, Standing>,
  after: ReadonlyMap<string, Standing>,
): Movements {
  const raised: Standing[] = [];
  const changed: Standing[] = [];
  const ended: Standing[] = [];
  for (const [subject, old] of before) {
    const next = after.get(subject);
    if (next === undefined || !isSame(old, next)) ended.push(old);
  }
  for (const [subject, next] of after) {
    const old = before.get(subject);
    if (old === undefined || !isSame(old, next)) raised.push(next);
    else if (looks(old) !== looks(next)) changed.push(next);
  }
  return { raised, changed, ended };
}

/** Whether it has gone on: else none of its incidents is among the later ones. */
function isSame(old: Standing, next: Standing): boolean {
  return [...old.keys].some((key) => next.keys.has(key));
}

function looks({ event }: Standing): string {
  return JSON.stringify({ ...event, at: 0 });
}

function standingOf(group: readonly Incident[]): Standing {
  const furthest = group.reduce((a, b) => (goesFurther(b, a) ? b : a));
  return {
    event: furthest.event,
    openedAt: Math.min(...group.map(({ openedAt }) => openedAt)),
    key: furthest.key,
    keys: new Set(group.map(({ key }) => key)),
  };
}

function goesFurther(a: Incident, b: Incident): boolean {
  return a.level > b.level || (a.level === b.level && a.key < b.key);
}
