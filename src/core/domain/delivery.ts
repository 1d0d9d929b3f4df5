import type { Incident } from "./incident.ts";
import type { Instant } from "./quota.ts";

/** What a channel should be sent now. */
export type Shipment =
  /** A new message about these. */
  | { kind: "post"; incidents: readonly Incident[] }
  /** Nothing: a change not worth a new message, and the old one cannot be changed. */
  | { kind: "none"; incidents: readonly Incident[] }
  /** The message at `where` tells of `incidents`, of which those in `news` have changed. */
  | { kind: "edit"; where: string; incidents: readonly Incident[]; news: readonly Incident[] };

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

/** When an incident may be told at the earliest; undefined when there is nothing to tell. */
export function dueAt(incident: Incident): Instant | undefined {
  if (!isUntold(incident)) return undefined;
  const { nextTry, leasedUntil = 0 } = incident.delivery;
  return Math.max(nextTry, leasedUntil, incident.snoozedUntil ?? 0);
}

const hour = 3_600_000;

/**
 * What one channel is to be sent now: changes of messages that stand there one by one, everything new in one message.
 * While any of its incidents waits after a failure the channel is left alone. Quiet hours and the hourly cap hold back
 * new messages; changes of old ones disturb nobody.
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
  const waits = untold.map((incident) => dueAt(incident) ?? now).filter((due) => due > now);
  const failing = untold.filter(({ delivery }) => delivery.attempts > 0 && delivery.nextTry > now);
  if (failing.length > 0)
    return { shipments: [], waitUntil: Math.max(...failing.map((one) => one.delivery.nextTry)) };
  const due = untold.filter((incident) => (dueAt(incident) ?? now) <= now);

  const edited = manners.edits ? due.filter(({ delivery }) => delivery.where !== undefined) : [];
  const shipments: Shipment[] = [...new Set(edited.map(({ delivery }) => delivery.where))].flatMap(
    (where): Shipment[] => {
      if (where === undefined) return [];
      const sharing = incidents.filter(({ delivery }) => delivery.where === where);
      return [
        {
          kind: "edit",
          where,
          incidents: sharing,
          news: edited.filter((one) => one.delivery.where === where),
        },
      ];
    },
  );

  const rest = due.filter((incident) => !edited.includes(incident));
  const passed = rest.filter(({ loud, delivery }) => !loud && delivery.sentVersion > 0);
  if (passed.length > 0) shipments.push({ kind: "none", incidents: passed });
  const fresh = rest.filter((incident) => !passed.includes(incident));
  const quiet = manners.quietUntil !== undefined;
  const allowed = fresh.filter((incident) => !quiet || manners.isUrgent(incident));
  if (fresh.length > allowed.length && manners.quietUntil !== undefined) waits.push(manners.quietUntil);
  const posts = manners.recentPosts.filter((instant) => instant > now - hour);
  if (allowed.length > 0) {
    const oldest = Math.min(...posts);
    if (posts.length >= manners.mostPosts) waits.push(oldest + hour);
    else shipments.push({ kind: "post", incidents: allowed });
  }
  return { shipments, waitUntil: waits.length === 0 ? undefined : Math.min(...waits) };
}

/** The incident once the channel has been told. */
export function told(incident: Incident, where: string | undefined, now: Instant): Incident {
  const { sentAt } = incident.delivery;
  return {
    ...incident,
    delivery: {
      sentVersion: incident.version,
      where,
      sentAt: sentAt ?? now,
      attempts: 0,
      nextTry: now,
    },
  };
}

/** The incident after a try that failed, to be tried again at `nextTry`; `unsure`: it may have arrived. */
export function notTold(incident: Incident, nextTry: Instant, unsure: boolean): Incident {
  const attempts = incident.delivery.attempts + 1;
  return {
    ...incident,
    delivery: { ...incident.delivery, attempts, nextTry, unsure, leasedUntil: undefined },
  };
}

/** The incident while a process tells the channel of it. */
export function leased(incident: Incident, until: Instant): Incident {
  return { ...incident, delivery: { ...incident.delivery, leasedUntil: until } };
}

/** Milliseconds to wait after so many failed tries in a row: from 5 s, doubling, up to 5 min. */
export function waitAfter(attempts: number): number {
  return Math.min(5_000 * 2 ** Math.max(0, attempts - 1), 300_000);
}
