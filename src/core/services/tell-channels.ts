import { isUntold, planShipments } from "../domain/delivery.ts";
import type { Incident } from "../domain/incident.ts";
import type { Instant } from "../domain/quota.ts";
import type { Channel } from "../ports.ts";
import { createShipIncidents, type ShipIncidentsOptions } from "./ship-incidents.ts";
import { createTurns } from "./turns.ts";

export interface TellChannelsOptions extends ShipIncidentsOptions {
  /** The channel of an id; undefined when this process cannot post to it. */
  channelOf(id: string): Channel | undefined;
  /** When the quiet hours of a channel end; undefined outside them. */
  quietUntil(channel: string, now: Instant): Instant | undefined;
  isUrgent(incident: Incident): boolean;
  /** New messages in an hour and channel, at the most. */
  mostPosts: number;
}

export interface TellChannels {
  /** Something is there for a channel: it is told in a moment, together with what else comes meanwhile. */
  wake(channel: string): void;
  /** Looks at all channels for what is due. Never throws. */
  sweep(): Promise<void>;
  /** Starts nothing more; resolves when the posts under way have ended. */
  stop(): Promise<void>;
}

/** What comes within so many milliseconds of each other goes into one message, which waits no longer than that. */
const together = 150;
const longestGathering = 450;
const hour = 3_600_000;
/** A channel with something to tell is looked at after so many milliseconds at the latest. */
const longestWait = 60_000;

/**
 * Brings what is in the outbox to the channels: one message for what comes together, changed in place as it goes on,
 * tried again after failures, once among all replicas.
 */
export function createTellChannels(options: TellChannelsOptions): TellChannels {
  const { outbox, clock, log } = options;
  const { ship, catchUp } = createShipIncidents(options);
  const waiting = new Map<string, { until: Instant; since: Instant; callOff: () => void }>();
  const turns = createTurns((channel, error) =>
    log.error({ channel, error }, "A channel could not be told; it is tried again."),
  );
  let stopped = false;

  function soon(channel: string, milliseconds: number): void {
    const other = waiting.get(channel);
    if (other === undefined || other.until > clock.now() + milliseconds) start(channel, milliseconds);
  }

  function start(channel: string, milliseconds: number, since = clock.now()): void {
    if (stopped) return;
    waiting.get(channel)?.callOff();
    const callOff = options.later(milliseconds, () => {
      waiting.delete(channel);
      void turns.run(channel, () => tell(channel));
    });
    waiting.set(channel, { until: clock.now() + milliseconds, since, callOff });
  }

  function wake(channel: string): void {
    const now = clock.now();
    const other = waiting.get(channel);
    // What is told in a moment waits for what comes together with it.
    const isSoon = other !== undefined && other.until <= now + together;
    if (isSoon && now + together <= other.since + longestGathering) start(channel, together, other.since);
    else soon(channel, together);
  }

  async function tell(id: string): Promise<void> {
    const channel = options.channelOf(id);
    if (channel === undefined || stopped) return;
    await catchUp(id);
    const incidents = await outbox.find({ channel: id, untold: true });
    if (!incidents.some(isUntold)) return;
    const now = clock.now();
    const recent = await outbox.find({ channel: id, sentSince: now - hour });
    const manners = {
      edits: channel.edit !== undefined,
      quietUntil: options.quietUntil(id, now),
      isUrgent: options.isUrgent,
      recentPosts: [
        ...new Set(recent.flatMap(({ delivery }) => [...(delivery.sentBefore ?? []), delivery.sentAt ?? 0])),
      ],
      mostPosts: options.mostPosts,
    };
    const { shipments, waitUntil } = planShipments(incidents, manners, now);
    if (waitUntil !== undefined) soon(id, Math.min(Math.max(waitUntil - now, together), longestWait));
    for (const shipment of shipments) {
      const wait = stopped ? 0 : await ship(channel, shipment);
      if (wait !== undefined) return soon(id, Math.min(wait, longestWait));
    }
  }

  return {
    wake,
    async sweep() {
      try {
        const untold = await outbox.find({ untold: true });
        const channels = new Set(untold.map(({ channel }) => channel));
        await Promise.all([...channels].map((channel) => turns.run(channel, () => tell(channel))));
      } catch (error) {
        log.error({ error }, "Channels could not be told; it is tried again.");
      }
    },
    async stop() {
      stopped = true;
      for (const { callOff } of waiting.values()) callOff();
      waiting.clear();
      await turns.settled();
    },
  };
}
