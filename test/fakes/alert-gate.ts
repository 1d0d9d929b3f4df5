import type { Instant } from "../../src/core/domain/quota.ts";
import { AppError } from "../../src/core/errors.ts";
import type { Channel, Clock, Outbox } from "../../src/core/ports.ts";
import type { Time } from "./alert-house.ts";

/** What all processes work with can be away: then it answers with an error, sometimes after doing what it was asked. */
export interface Storms {
  isAway(): boolean;
  /** Whether what is asked now is done, although it is not told so. */
  isDone(): boolean;
}

/** A door that closes behind a process that is killed: nothing it has begun goes on, and nothing it asks is answered. */
export function createGate(clock: Clock) {
  let diedAt: Instant | undefined;
  const gate = {
    /** Dies at this many of its next steps outside. */
    fuse: Number.POSITIVE_INFINITY,
    /** Dies when its next post has arrived, before it hears of that. */
    isDoomed: false,
    get alive(): boolean {
      return diedAt === undefined;
    },
    get diedAt(): Instant | undefined {
      return diedAt;
    },
    die(): void {
      diedAt ??= clock.now();
    },
    step(): void {
      gate.fuse -= 1;
      if (gate.fuse <= 0) gate.die();
    },
    pass<Result>(work: () => Promise<Result>): Promise<Result> {
      return new Promise((resolve, reject) => {
        gate.step();
        if (!gate.alive) return;
        work().then(
          (result) => {
            gate.step();
            if (gate.alive) resolve(result);
          },
          (error) => {
            gate.step();
            if (gate.alive) reject(error);
          },
        );
      });
    },
  };
  return gate;
}

export type Gate = ReturnType<typeof createGate>;

/** The outbox as a process that may be killed sees it, in all weathers. */
export function outboxBehind(gate: Gate, outbox: Outbox, storms: Storms): Outbox {
  const ask = <Result>(work: () => Promise<Result>): Promise<Result> =>
    gate.pass(async () => {
      if (!storms.isAway()) return await work();
      if (storms.isDone()) await work();
      throw new AppError("store_unavailable", "The store is away.");
    });
  return {
    put: (incident) => ask(() => outbox.put(incident)),
    change: (incident) => ask(() => outbox.change(incident)),
    find: (query) => ask(() => outbox.find(query)),
    prune: (before) => ask(() => outbox.prune(before)),
  };
}

/**
 * A channel as a process that may be killed sees it.
 *
 * @param lag milliseconds that a call takes to arrive, and again to be answered
 */
export function channelBehind(gate: Gate, channel: Channel, time: Time, lag: () => number): Channel {
  const { edit, reply, find } = channel;
  const call = <Result>(work: () => Promise<Result>): Promise<Result> =>
    gate.pass(async () => {
      await wait(time, lag());
      const result = await work();
      await wait(time, lag());
      return result;
    });
  return {
    id: channel.id,
    post: (message, options) =>
      call(async () => {
        const where = await channel.post(message, options);
        if (gate.isDoomed) gate.die();
        return where;
      }),
    ...(edit && { edit: (where, message) => call(() => edit(where, message)) }),
    ...(reply && { reply: (where, message) => call(() => reply(where, message)) }),
    ...(find && { find: (key) => call(() => find(key)) }),
  };
}

function wait(time: Time, milliseconds: number): Promise<void> | undefined {
  return milliseconds === 0
    ? undefined
    : new Promise((resolve) => void time.later(milliseconds, () => resolve()));
}
