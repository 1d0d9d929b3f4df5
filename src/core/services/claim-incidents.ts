import { told } from "../domain/delivery.ts";
import type { Delivery, Incident } from "../domain/incident.ts";
import type { Clock, Log, Outbox } from "../ports.ts";

/** An incident that this process alone tells for a while. */
export interface Claimed {
  /** As it was. */
  before: Incident;
  /** As it is stored since. */
  held: Incident;
}

/**
 * What has come of telling one; `loud`: what is not told of it is worth a new message; `shown`: its message shows what
 * people have done with it.
 */
export interface Outcome {
  delivery: Delivery;
  loud?: boolean | undefined;
  shown?: boolean | undefined;
}

/** The right to tell incidents, given to one process at a time through the outbox. */
export interface Claims {
  /** Takes all of the incidents, or, when somebody else has changed one of them meanwhile, none. */
  claimAll(incidents: readonly Incident[]): Promise<Claimed[] | undefined>;
  /**
   * Takes those of the incidents that nobody else has changed meanwhile, to post them: what is posted, and under which
   * key, is kept with them in case that this process dies.
   */
  begin(incidents: readonly Incident[]): Promise<Claimed[]>;
  /**
   * Writes down what has come of them, over whatever has changed in the meantime, and lets them go. What cannot be
   * written is kept for `catchUp`, so that nothing is told again because the store was away.
   */
  settle(claimed: readonly Claimed[], outcome: (one: Claimed) => Outcome): Promise<void>;
  /** Notes that these need no telling. */
  pass(incidents: readonly Incident[]): Promise<void>;
  /** Writes down what could not be written before. Throws store_unavailable while it still cannot. */
  catchUp(channel: string): Promise<void>;
}

/** Milliseconds until another process may take over from one that has died. */
const lease = 60_000;

export function createClaims(options: {
  outbox: Pick<Outbox, "change" | "find">;
  clock: Clock;
  log: Log;
}): Claims {
  const { outbox, clock, log } = options;
  /** Writes yet to be made, by channel and incident. */
  const pending = new Map<string, Map<string, () => Promise<void>>>();

  async function take(incidents: readonly Incident[], key?: string): Promise<Claimed[]> {
    const leasedUntil = clock.now() + lease;
    const taken = incidents.map(async (before): Promise<Claimed[]> => {
      const { version, level, event, delivery, revision } = before;
      const next =
        key === undefined
          ? { ...before, delivery: { ...delivery, leasedUntil } }
          : // What is begun is not loud any more, so that what comes too late for it is known from it.
            {
              ...before,
              loud: false,
              delivery: { ...delivery, begun: { key, version, level, event }, leasedUntil },
            };
      return (await outbox.change(next)) ? [{ before, held: { ...next, revision: revision + 1 } }] : [];
    });
    return (await Promise.all(taken)).flat();
  }

  async function write({ held }: Claimed, { delivery, loud = false, shown }: Outcome): Promise<void> {
    let current: Incident | undefined = held;
    while (current !== undefined) {
      // This process was away for so long that another has taken over: it knows better, unless this one got further.
      const isTaken = current.delivery.leasedUntil !== held.delivery.leasedUntil;
      if (isTaken && delivery.sentVersion <= current.delivery.sentVersion) return;
      const isNewer = current.version > held.version;
      const show = shown && !isNewer ? undefined : current.show;
      if (await outbox.change({ ...current, delivery, show, loud: loud || (isNewer && current.loud) }))
        return;
      [current] = await outbox.find({ key: held.key });
    }
  }

  async function settle(claimed: readonly Claimed[], outcome: (one: Claimed) => Outcome): Promise<void> {
    const writes = claimed.map(async (one) => {
      const come = outcome(one);
      const { channel, key } = one.before;
      await write(one, come).catch((error: unknown) => {
        log.warn({ channel, error }, "What a channel was told could not be written down yet.");
        const ofChannel = pending.get(channel) ?? new Map<string, () => Promise<void>>();
        pending.set(
          channel,
          ofChannel.set(key, () => write(one, come)),
        );
      });
    });
    await Promise.all(writes);
  }

  return {
    async claimAll(incidents) {
      const [first, ...others] = incidents;
      if (first === undefined) return [];
      // Of several processes, whoever gets the first gets the rest.
      const mine = await take([first]);
      if (mine.length > 0) mine.push(...(await take(others)));
      if (mine.length === incidents.length) return mine;
      await settle(mine, ({ before }) => before);
      return undefined;
    },
    async begin(incidents) {
      const ordered = [...incidents].sort((a, b) => a.openedAt - b.openedAt);
      for (const [index, incident] of ordered.entries()) {
        // Whoever has this incident has the key.
        const key = `${incident.id}.${incident.version}`;
        const first = await take([incident], key);
        if (first.length > 0) return [...first, ...(await take(ordered.slice(index + 1), key))];
      }
      return [];
    },
    settle,
    async pass(incidents) {
      const passed = incidents.map((incident) => {
        const { version, delivery } = incident;
        return outbox.change({ ...incident, delivery: told(delivery, { version, where: delivery.where }) });
      });
      await Promise.all(passed);
    },
    async catchUp(channel) {
      const ofChannel = pending.get(channel) ?? new Map<string, () => Promise<void>>();
      for (const [key, write] of ofChannel) {
        await write();
        ofChannel.delete(key);
      }
    },
  };
}
