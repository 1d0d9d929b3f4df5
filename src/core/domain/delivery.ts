import type { Delivery, Incident } from "./incident.ts";
import type { Instant } from "./quota.ts";

/** What a channel should be sent now. */
export type Shipment =
  /** A new message about these; `again`: under this key it may have been posted already. */
  | { kind: "post"; incidents: readonly Incident[]; again?: string | undefined }
  /** The message at `where` tells of all these, some of which have changed. */
  | { kind: "edit"; where: string; incidents: readonly Incident[] }
  /** Nothing: a change not worth a new message, and the old one cannot be changed. */
  | { kind: "none"; incidents: readonly Incident[] };

/** How a channel wants to be told. */
export interface ChannelManners {
  /** Whether it can change a message that it has posted. */
  edits: boolean;
  /** When its quiet hours end; undefined outside them. */
  quietUntil?: Instant | undefined;
  /** Whether an incident breaks through quiet hours. */
  isUrgent(incident: Incident): boolean;
  /** Instants of its new messages of the last hour. */
  recentPosts: readonly Instant[];
  /** New messages in an hour, at the most. */
  mostPosts: number;
}

/** Whether there is something that the channel has not been told and should be. */
export function isUntold({ version, delivery }: Pick<Incident, "version" | "delivery">): boolean {
  return version > delivery.sentVersion;
}

/**
 * When an incident that has something to tell may be told at the earliest. A snooze holds back what is loud, not what
 * its message only shows, such as the snooze itself.
 */
export function dueAt({ delivery, loud, snoozedUntil = 0 }: Incident): Instant {
  return Math.max(delivery.nextTry, delivery.leasedUntil ?? 0, loud ? snoozedUntil : 0);
}

/** Whether something of an incident waits for the end of a snooze, whatever its message shows. */
export function isHeldBack({ loud, snoozedUntil = 0, ...incident }: Incident, now: Instant): boolean {
  return loud && isUntold(incident) && snoozedUntil > now;
}

const hour = 3_600_000;

/**
 * What one channel is to be sent now: changes of messages that stand there one by one, everything new in one message.
 * While any of its incidents waits after a failure the channel is left alone. Quiet hours and the hourly cap hold back
 * new messages; changes of old ones disturb nobody. What may have been posted already stays apart from what is new, so
 * that another try is the same message.
 *
 * @param incidents all of the channel that are untold or share a message with one that is
 * @returns what to send, and when to look again for what has to wait
 */
export function planShipments(
  incidents: readonly Incident[],
  manners: ChannelManners,
  now: Instant,
): { shipments: Shipment[]; waitUntil?: Instant | undefined } {
  const untold = incidents.filter((incident) => isUntold(incident));
  const retries = untold.flatMap(({ delivery }) => (delivery.attempts > 0 ? delivery.nextTry : []));
  const nextTry = Math.max(0, ...retries);
  if (nextTry > now) return { shipments: [], waitUntil: nextTry };
  const waits = untold.map(dueAt).filter((due) => due > now);
  const { edits, again, passed, fresh } = sorted(untold, manners.edits, now);
  const shipments: Shipment[] = [];
  for (const where of edits) {
    const sharing = incidents.filter(({ delivery }) => delivery.where === where);
    const free = Math.max(...sharing.map(({ delivery }) => delivery.leasedUntil ?? 0));
    if (free > now) waits.push(free);
    else shipments.push({ kind: "edit", where, incidents: sharing });
  }
  if (passed.length > 0) shipments.push({ kind: "none", incidents: passed });

  const { quietUntil } = manners;
  const mayPost = (incident: Incident) => quietUntil === undefined || manners.isUrgent(incident);
  const posts = [...again]
    .filter(([, group]) => group.some(mayPost))
    .map(([key, group]): Shipment => ({ kind: "post", incidents: group, again: key }));
  const allowed = fresh.filter(mayPost);
  const isHeld = posts.length < again.size || allowed.length < fresh.length;
  if (quietUntil !== undefined && isHeld) waits.push(quietUntil);
  if (allowed.length > 0) posts.push({ kind: "post", incidents: allowed });
  const recent = manners.recentPosts.filter((instant) => instant > now - hour);
  const room = Math.max(0, manners.mostPosts - recent.length);
  if (posts.length > room) waits.push(Math.min(now, ...recent) + hour);
  shipments.push(...posts.slice(0, room));
  return { shipments, waitUntil: waits.length === 0 ? undefined : Math.min(...waits) };
}

/** What is due, by how it is told. What may have been posted together is due together. */
function sorted(untold: readonly Incident[], canEdit: boolean, now: Instant) {
  const isDue = (incident: Incident) => dueAt(incident) <= now;
  const edits = new Set<string>();
  const again = new Map<string, Incident[]>();
  const passed: Incident[] = [];
  const fresh: Incident[] = [];
  for (const incident of untold) {
    const { where, begun, sentVersion } = incident.delivery;
    if (begun !== undefined) again.set(begun.key, [...(again.get(begun.key) ?? []), incident]);
    else if (canEdit && where !== undefined && incident.show) edits.add(where);
    else if (!isDue(incident)) continue;
    else if (canEdit && where !== undefined) edits.add(where);
    else if (!incident.loud && sentVersion > 0) passed.push(incident);
    else fresh.push(incident);
  }
  for (const [key, group] of again) if (!group.every(isDue)) again.delete(key);
  return { edits, again, passed, fresh };
}

/** The delivery once the channel has been told of a version; `postedAt`: in a new message. */
export function told(
  { sentAt, sentBefore, nextTry }: Delivery,
  news: { version: number; where: string | undefined; postedAt?: Instant | undefined },
): Delivery {
  const { version, where, postedAt } = news;
  const delivered = { sentVersion: version, where, sentAt, sentBefore, attempts: 0, nextTry };
  if (postedAt === undefined) return delivered;
  const before = [...(sentBefore ?? []), ...(sentAt === undefined ? [] : [sentAt])];
  const recent = before.filter((instant) => instant > postedAt - hour);
  return { ...delivered, sentAt: postedAt, sentBefore: recent.length === 0 ? undefined : recent };
}

/** The delivery after a try that failed, to be tried again at `nextTry`; `begun`: a post that may have arrived. */
export function failed(delivery: Delivery, nextTry: Instant, begun: Delivery["begun"]): Delivery {
  return { ...delivery, attempts: delivery.attempts + 1, nextTry, begun, leasedUntil: undefined };
}

/** Milliseconds to wait after so many failed tries in a row: from 5 s, doubling, up to 5 min. */
export function waitAfter(attempts: number): number {
  return Math.min(5_000 * 2 ** Math.max(0, attempts - 1), 300_000);
}
