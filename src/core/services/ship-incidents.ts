import { failed, isHeldBack, isUntold, type Shipment, told, waitAfter } from "../domain/delivery.ts";
import { type Delivery, type Incident, isOpen } from "../domain/incident.ts";
import type { Message } from "../domain/message.ts";
import { isAppError } from "../errors.ts";
import type { Channel, Clock, Log, Outbox } from "../ports.ts";
import { createChannelCalls } from "./channel-calls.ts";
import { type Claimed, createClaims } from "./claim-incidents.ts";

export interface ShipIncidentsOptions {
  outbox: Pick<Outbox, "change" | "find">;
  /** What a message about these says. */
  compose(incidents: readonly Incident[]): Message;
  /** What is added below a message when something in it has changed. */
  details(incidents: readonly Incident[]): Message;
  /** Says that a channel refuses, with why; called once, until it takes something again. */
  onRefusal(channel: string, reason: string | undefined): void;
  clock: Clock;
  log: Log;
  /** Runs work after so many milliseconds of real time; the handle calls it off. */
  later(milliseconds: number, work: () => void): () => void;
}

export interface ShipIncidents {
  /**
   * Sends one shipment and writes down what has come of it.
   *
   * @returns milliseconds after which the channel is to be looked at anew instead of being sent more; undefined when it
   * may have the next shipment
   */
  ship(channel: Channel, shipment: Shipment): Promise<number | undefined>;
  /** Writes down what could not be written before. Throws store_unavailable while it still cannot. */
  catchUp(channel: string): Promise<void>;
}

/** Milliseconds until a channel that refuses is tried again: somebody may have let the bot in. */
const refusedWait = 3_600_000;
const soon = 150;

/**
 * Brings planned messages to channels, once among all replicas: whoever has claimed an incident tells it. That a post
 * begins is written down before it does, so that a process that dies leaves word of what may have been posted.
 */
export function createShipIncidents(options: ShipIncidentsOptions): ShipIncidents {
  const { clock, log } = options;
  const claims = createClaims(options);
  const calls = createChannelCalls(options.later);
  /** Channels that refuse. */
  const refusing = new Set<string>();

  async function edit(channel: Channel, { where, incidents }: Extract<Shipment, { kind: "edit" }>) {
    const mine = await claims.claimAll(incidents);
    if (mine === undefined) return soon;
    const now = clock.now();
    // What a snooze holds back is not told by this: the message shows the snooze, and tells it when that is over.
    const current = mine.map(({ before }) => (isHeldBack(before, now) ? { ...before, loud: false } : before));
    let isThere: boolean;
    try {
      isThere = await calls.edit(channel, where, options.compose(current));
    } catch (error) {
      return await settleFailure(channel, mine, error, false);
    }
    if (!isThere) {
      // What is worth a new message gets it, the rest has nowhere to be seen.
      await claims.settle(mine, ({ before: { loud, version, delivery } }) => {
        const seen = loud ? delivery.sentVersion : version;
        return { loud, shown: true, delivery: told(delivery, { where: undefined, version: seen }) };
      });
      return soon;
    }
    accepted(channel);
    await claims.settle(mine, ({ before }) => {
      const loud = isHeldBack(before, now);
      const version = loud ? before.delivery.sentVersion : before.version;
      return { loud, shown: true, delivery: told(before.delivery, { where, version }) };
    });
    await addDetails(channel, where, current);
    return undefined;
  }

  async function addDetails(channel: Channel, where: string, incidents: readonly Incident[]): Promise<void> {
    const news = incidents.filter((one) => isUntold(one) && (one.loud || !isOpen(one)));
    if (news.length === 0) return;
    await calls
      .reply(channel, where, options.details(news))
      .catch((error: unknown) =>
        log.warn({ channel: channel.id, error }, "Details could not be added to a message."),
      );
  }

  async function post(channel: Channel, incidents: readonly Incident[]) {
    const mine = await claims.begin(incidents);
    return mine.length === 0 ? soon : await send(channel, mine);
  }

  /** Finds out what has become of a post that may have arrived. */
  async function postAgain(channel: Channel, incidents: readonly Incident[], key: string) {
    const mine = await claims.claimAll(incidents);
    if (mine === undefined) return soon;
    let earlier: { known: boolean; where?: string | undefined };
    try {
      earlier = await calls.find(channel, key);
    } catch (error) {
      return await settleFailure(channel, mine, error, false);
    }
    const { known, where } = earlier;
    const isLost = mine.some(({ before }) => before.delivery.begun?.lost);
    if (!known && isLost) {
      log.warn({ channel: channel.id }, "Whether a post arrived cannot be told; it is not repeated.");
    }
    if (where !== undefined || (!known && isLost)) await settlePosted(mine, where);
    // Where a repeat is known by what it says, it has to say the same.
    else if (known && channel.edit === undefined) return (await send(channel, mine)) ?? soon;
    else await claims.settle(mine, ({ before }) => ({ loud: true, delivery: free(before.delivery) }));
    return soon;
  }

  /** Posts what was begun, as it was then. */
  async function send(channel: Channel, mine: readonly Claimed[]) {
    const incidents = mine.map(({ held }): Incident => {
      const { version, level, event } = held.delivery.begun ?? held;
      // What has come after a post had not ended before it.
      return { ...held, version, level, event, endedAt: version === held.version ? held.endedAt : undefined };
    });
    const key = mine[0]?.held.delivery.begun?.key;
    const events = incidents.map(({ event }) => event);
    let where: string;
    try {
      where = await calls.post(channel, options.compose(incidents), { key, events });
    } catch (error) {
      return await settleFailure(channel, mine, error, true);
    }
    accepted(channel);
    await settlePosted(mine, where);
    return undefined;
  }

  /** The channel has been told of what was begun, and of nothing that came after. */
  async function settlePosted(mine: readonly Claimed[], where: string | undefined): Promise<void> {
    const postedAt = clock.now();
    await claims.settle(mine, ({ before: { version, loud, delivery }, held }) => {
      const posted = held.delivery.begun?.version ?? version;
      return {
        loud: loud && posted < version,
        shown: posted >= version,
        delivery: told(delivery, { where, postedAt, version: posted }),
      };
    });
  }

  /**
   * @param mayHaveArrived whether what was begun may have arrived all the same, if its answer was lost
   * @returns milliseconds until the next try
   */
  async function settleFailure(
    channel: Channel,
    mine: readonly Claimed[],
    error: unknown,
    mayHaveArrived: boolean,
  ): Promise<number> {
    const refused = isAppError(error, "delivery_refused");
    if (refused) refuses(channel, error.message);
    else log.warn({ channel: channel.id, error }, "A post failed and is tried again.");
    const { retryAfter = 0, unsure = false } = isAppError(error) ? error.details : {};
    const attempts = Math.max(...mine.map(({ before }) => before.delivery.attempts)) + 1;
    const wait = refused ? refusedWait : Math.max(retryAfter, waitAfter(attempts));
    const nextTry = clock.now() + wait;
    await claims.settle(mine, ({ before, held }) => {
      const lost = mayHaveArrived && unsure ? held.delivery.begun : undefined;
      const begun = lost === undefined ? before.delivery.begun : { ...lost, lost: true };
      // What may have arrived is not news any more; what came after it is.
      const isNews = lost === undefined || lost.version < before.version;
      return { loud: before.loud && isNews, delivery: failed(before.delivery, nextTry, begun) };
    });
    return wait;
  }

  function refuses(channel: Channel, reason: string): void {
    if (refusing.has(channel.id)) return;
    refusing.add(channel.id);
    log.error({ channel: channel.id, reason }, "A channel refuses what is posted there.");
    options.onRefusal(channel.id, reason);
  }

  function accepted(channel: Channel): void {
    if (refusing.delete(channel.id)) options.onRefusal(channel.id, undefined);
  }

  return {
    async ship(channel, shipment) {
      if (shipment.kind === "edit") return await edit(channel, shipment);
      if (shipment.kind === "none") return await claims.pass(shipment.incidents).then(() => undefined);
      if (shipment.again === undefined) return await post(channel, shipment.incidents);
      return await postAgain(channel, shipment.incidents, shipment.again);
    },
    catchUp: claims.catchUp,
  };
}

/** Free to be told, as nothing of it was posted. */
function free(delivery: Delivery): Delivery {
  return { ...delivery, begun: undefined, leasedUntil: undefined };
}
