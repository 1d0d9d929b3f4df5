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
  /** Only followed for what comes after it: nobody is to be told of it here. */
  aside?: boolean | undefined;
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
  /** When what was looked at was so; absent: now. */
  at?: Instant | undefined;
  /** All that is found is only followed: people hear of it from another account of the same pool. */
  aside?: boolean | undefined;
}

/** What was posted of an incident without a word yet of whether it arrived. */
export interface Begun {
  /** By this the channel may know the post. */
  key: string;
  /** The incident as it was in the post. */
  version: number;
  level: number;
  event: AlertEvent;
  /** Whether its answer was lost. */
  lost?: boolean | undefined;
}

/** How the telling of an incident on its channel stands. */
export interface Delivery {
  /** The version that was told last; 0: none. */
  sentVersion: number;
  /** Where the message stands, for editing it. Incidents that share a message share this. */
  where?: string | undefined;
  /** When a new message about it was last posted. */
  sentAt?: Instant | undefined;
  /** When earlier ones were, within the hour before that. */
  sentBefore?: readonly Instant[] | undefined;
  /** Failed tries in a row. */
  attempts: number;
  /** Not before this instant. */
  nextTry: Instant;
  /** A post that may have arrived: its process is still at it, or has died since, or its answer was lost. */
  begun?: Begun | undefined;
  /** A process is at it until then. */
  leasedUntil?: Instant | undefined;
}

/** Something that one channel is to be told of, and what has come of that: a row of the outbox. */
export interface Incident {
  /** Unique: channel, subject and the how-manieth of that subject. */
  key: string;
  /** Short and unguessable, for buttons. */
  id: string;
  channel: string;
  /** What is looked at together, such as an account's id. */
  scope: string;
  subject: string;
  number: number;
  level: number;
  event: AlertEvent;
  openedAt: Instant;
  endedAt?: Instant | undefined;
  /** When it first looked over; see `Look.doubts`. */
  doubtedAt?: Instant | undefined;
  /** When its level last reached 100. */
  fullAt?: Instant | undefined;
  /** Grows with every change that the channel should see; 0: nothing to see. */
  version: number;
  /** Whether something of what is not told yet is worth a new message where the old one cannot be changed. */
  loud: boolean;
  /** Whether it is only followed; see `Finding.aside`. */
  aside?: boolean | undefined;
  delivery: Delivery;
  /** Who has taken it on, as the platform calls them. */
  takenBy?: string | undefined;
  /** Nothing is told until then. */
  snoozedUntil?: Instant | undefined;
  /** Who wanted that, as the platform calls them. */
  snoozedBy?: string | undefined;
  /** Its message is to show what somebody has done with it, though what has grown waits for the end of a snooze. */
  show?: true | undefined;
  /** For compare and swap: grows with every stored change. */
  revision: number;
}

/** Whether an incident still goes on. */
export function isOpen(incident: Incident): boolean {
  return incident.endedAt === undefined;
}

const hour = 3_600_000;

/**
 * Whether another process has judged by something newer than `at`. What lies far ahead comes of a clock that went wrong,
 * and must not silence everything until then.
 */
export function isOutrun(known: readonly Incident[], at: Instant, now: Instant): boolean {
  return known.some(({ event }) => event.at > at && event.at < now + hour);
}
