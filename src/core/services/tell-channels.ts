import {
  isUntold,
  leased,
  notTold,
  planShipments,
  type Shipment,
  told,
  waitAfter,
} from "../domain/delivery.ts";
import type { Incident } from "../domain/incident.ts";
import type { Message } from "../domain/message.ts";
import type { Instant } from "../domain/quota.ts";
import { AppError, isAppError } from "../errors.ts";
import type { Channel, Clock, Log, Outbox } from "../ports.ts";

export interface TellChannelsOptions {
  outbox: Pick<Outbox, "change" | "find">;
  /** The channel of an id; undefined when this process cannot post to it. */
  channelOf(id: string): Channel | undefined;
  /** What a message about these says; `buttons` only where they do something. */
  compose(incidents: readonly Incident[]): Message;
  /** What is added below a message when something in it has changed. */
  details(incidents: readonly Incident[]): Message;
  /** When the quiet hours of a channel end; undefined outside them. */
  quietUntil(channel: string, now: Instant): Instant | undefined;
  isUrgent(incident: Incident): boolean;
  /** New messages in an hour and channel, at the most. */
  mostPosts: number;
  /** Says that a channel refuses, with why; called once, until it takes something again. */
  onRefusal(channel: string, reason: string | undefined): void;
  clock: Clock;
  log: Log;
  /** Runs work after so many milliseconds of real time; the handle calls it off. */
  later(milliseconds: number, work: () => void): () => void;
}

export interface TellChannels {
  /** Something is there for a channel: it is told in a moment, together with what else comes meanwhile. */
  wake(channel: string): void;
  /** Looks at all channels for what is due. */
  sweep(): Promise<void>;
  /** Starts nothing more; resolves when the posts under way have ended. */
  stop(): Promise<void>;
}

/** What comes within so many milliseconds goes into one message. */
const together = 150;
/** Milliseconds that one post may take before another process may try. */
const lease = 60_000;
/** Milliseconds until a channel that refuses is tried again: somebody may have let the bot in. */
const refusedWait = 3_600_000;
const slowest = 20_000;

/**
 * Brings what is in the outbox to the channels: one message for what comes together, changed in place as it goes on,
 * tried again after failures, once among all replicas.
 */
export function createTellChannels(options: TellChannelsOptions): TellChannels {
  const { outbox, clock, log } = options;
  const waiting = new Map<string, () => void>();
  const underWay = new Map<string, Promise<void>>();
  /** Why channels refuse, as said. */
  const refusals = new Map<string, string>();
  let stopped = false;

  function soon(channel: string, milliseconds: number): void {
    if (stopped) return;
    waiting.get(channel)?.();
    waiting.set(
      channel,
      options.later(milliseconds, () => {
        waiting.delete(channel);
        void run(channel);
      }),
    );
  }

  /** One run of a channel at a time; what comes meanwhile has the next. */
  function run(channel: string): Promise<void> {
    const before = underWay.get(channel) ?? Promise.resolve();
    const turn = before
      .then(() => tell(channel))
      .catch((error) => log.error({ channel, error }, "A channel could not be told; it is tried again."));
    underWay.set(channel, turn);
    return turn.finally(() => {
      if (underWay.get(channel) === turn) underWay.delete(channel);
    });
  }

  async function tell(id: string): Promise<void> {
    const channel = options.channelOf(id);
    if (channel === undefined || stopped) return;
    const incidents = await outbox.find({ channel: id, untold: true });
    if (!incidents.some(isUntold)) return;
    const now = clock.now();
    const recent = await outbox.find({ channel: id, sentSince: now - 3_600_000 });
    const { shipments, waitUntil } = planShipments(
      incidents,
      {
        edits: channel.edit !== undefined,
        quietUntil: options.quietUntil(id, now),
        isUrgent: options.isUrgent,
        recentPosts: [...new Set(recent.map(({ delivery }) => delivery.sentAt ?? 0))],
        mostPosts: options.mostPosts,
      },
      now,
    );
    for (const shipment of shipments) await ship(channel, shipment);
    if (waitUntil !== undefined) soon(id, Math.min(Math.max(waitUntil - clock.now(), together), 60_000));
  }

  async function ship(channel: Channel, shipment: Shipment): Promise<void> {
    const news = shipment.kind === "edit" ? shipment.news : shipment.incidents;
    const until = clock.now() + lease;
    const mine: Incident[] = [];
    for (const incident of news) {
      if (await outbox.change(leased(incident, until))) {
        mine.push({ ...incident, revision: incident.revision + 1 });
      }
    }
    if (mine.length === 0) return;
    try {
      const where = await send(channel, shipment, mine);
      const at = clock.now();
      await settle(mine, (incident) => told(incident, where, at));
      if (refusals.delete(channel.id)) options.onRefusal(channel.id, undefined);
    } catch (error) {
      await settleFailure(channel, mine, error);
    }
  }

  /** Where the message stands; undefined when there is none, or nobody knows. */
  async function send(
    channel: Channel,
    shipment: Shipment,
    mine: readonly Incident[],
  ): Promise<string | undefined> {
    if (shipment.kind === "none") return undefined;
    if (shipment.kind === "edit") {
      const current = shipment.incidents.map((one) => mine.find(({ key }) => key === one.key) ?? one);
      if (await edit(channel, shipment.where, options.compose(current))) {
        await addDetails(channel, shipment.where, mine);
        return shipment.where;
      }
      // Somebody has deleted the message: only what is worth a new one is told anew.
      if (!mine.some(({ loud }) => loud)) return undefined;
    }
    return await post(channel, mine);
  }

  /** Posts, unless an earlier try has done so: then that message is brought up to date. */
  async function post(channel: Channel, mine: readonly Incident[]): Promise<string | undefined> {
    const message = options.compose(mine);
    const key = postKey(mine);
    const lost = mine.some(({ delivery }) => delivery.unsure);
    const died = mine.some(({ delivery }) => delivery.leasedUntil !== undefined);
    if (lost || died) {
      const earlier = await lookFor(channel, key);
      if (earlier.where !== undefined && (await edit(channel, earlier.where, message))) return earlier.where;
      if (!earlier.known && lost) {
        log.warn({ channel: channel.id }, "Whether a post arrived cannot be told; it is not repeated.");
        return undefined;
      }
    }
    return await within(slowest, channel.post(message, { key, events: mine.map(({ event }) => event) }));
  }

  async function lookFor(
    channel: Channel,
    key: string,
  ): Promise<{ known: boolean; where?: string | undefined }> {
    if (channel.find === undefined) return { known: false };
    try {
      return { known: true, where: await within(slowest, channel.find(key)) };
    } catch (error) {
      if (isAppError(error, "delivery_refused")) return { known: false };
      throw error;
    }
  }

  async function addDetails(channel: Channel, where: string, mine: readonly Incident[]): Promise<void> {
    if (channel.reply === undefined) return;
    await within(slowest, channel.reply(where, options.details(mine))).catch((error: unknown) =>
      log.warn({ channel: channel.id, error }, "Details could not be added to a message."),
    );
  }

  /** False when the message is not there any more. */
  async function edit(channel: Channel, where: string, message: Message): Promise<boolean> {
    try {
      await within(slowest, channel.edit?.(where, message) ?? Promise.resolve());
      return true;
    } catch (error) {
      if (isAppError(error, "delivery_refused")) return false;
      throw error;
    }
  }

  async function settleFailure(channel: Channel, mine: readonly Incident[], error: unknown): Promise<void> {
    const refused = isAppError(error, "delivery_refused");
    const reason = isAppError(error) ? error.message : "it failed in a way that is not foreseen";
    const asked = isAppError(error) ? (error.details.retryAfter ?? 0) : 0;
    if (refused && refusals.get(channel.id) !== reason) {
      refusals.set(channel.id, reason);
      log.error({ channel: channel.id, reason }, "A channel refuses what is posted there.");
      options.onRefusal(channel.id, reason);
    }
    if (!refused) log.warn({ channel: channel.id, error }, "A post failed and is tried again.");
    const attempts = Math.max(...mine.map(({ delivery }) => delivery.attempts)) + 1;
    const wait = refused ? refusedWait : Math.max(asked, waitAfter(attempts));
    const nextTry = clock.now() + wait;
    const unsure = isAppError(error) && error.details.unsure === true;
    await settle(mine, (incident) => notTold(incident, nextTry, unsure));
    soon(channel.id, Math.min(wait, 60_000));
  }

  /** Writes down how it went, over whatever has changed in the meantime. */
  async function settle(mine: readonly Incident[], how: (incident: Incident) => Incident): Promise<void> {
    for (const incident of mine) {
      const { delivery } = how(incident);
      let current: Incident | undefined = incident;
      while (current !== undefined && !(await outbox.change({ ...current, delivery }))) {
        [current] = await outbox.find({ key: incident.key });
      }
    }
  }

  return {
    wake: (channel) => soon(channel, together),
    async sweep() {
      const untold = await outbox.find({ untold: true });
      const channels = new Set(untold.map(({ channel }) => channel));
      await Promise.all([...channels].map((channel) => run(channel)));
    },
    async stop() {
      stopped = true;
      for (const callOff of waiting.values()) callOff();
      waiting.clear();
      await Promise.all(underWay.values());
    },
  };

  function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const callOff = options.later(milliseconds, () =>
        reject(new AppError("delivery_failed", "The channel does not answer.", { unsure: true })),
      );
      work.then(resolve, reject).finally(callOff);
    });
  }
}

/** The same for each try: that of the incident which has waited longest. At most 25 characters. */
function postKey(mine: readonly Incident[]): string {
  const [oldest] = [...mine].sort((a, b) => a.openedAt - b.openedAt || (a.id < b.id ? -1 : 1));
  return `${oldest?.id}.${oldest?.delivery.sentVersion}`;
}
