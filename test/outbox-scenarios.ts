import type { Outbox } from "../src/core/ports.ts";
import { playHistory } from "./fakes/alert-history.ts";
import { createTime, type Time, turnOver } from "./fakes/alert-house.ts";
import { faultsOf } from "./fakes/alert-oracle.ts";
import type { Plot } from "./fakes/alert-plot.ts";
import { createRandom, type Random } from "./fakes/random.ts";

/** A plot in which nothing goes wrong. */
export const plainPlot: Plot = {
  ...{ accounts: 2, days: 2, interval: 15, sweep: 30, replicas: 1, mostPosts: 4 },
  ...{ outages: false, restarts: false, weather: false, storms: false },
  ...{ quiet: false, deletions: false, rates: false },
  ...{ jitter: 0, glitches: false, gaps: false, moves: false, early: false },
};

export const worstPlot: Plot = {
  ...plainPlot,
  ...{ outages: true, restarts: "killed", weather: true, storms: true },
  ...{ quiet: true, deletions: true, rates: true },
  ...{ jitter: 4 * 60_000, glitches: true, gaps: true, moves: true, early: true },
};

/** What befalls processes that share an outbox. */
export const replicaTroubles: [string, Partial<Plot>][] = [
  ["while all is well", { days: 1 }],
  ["while they are stopped and started", { ...worstPlot, days: 1, restarts: "told" }],
  ["while they are killed", { ...worstPlot, days: 1 }],
];

/** Histories begin before the nights in which Berlin's clocks are set back, and forth. */
const seasons = ["2026-10-24T06:00:00Z", "2027-03-27T06:00:00Z"].map((text) => Date.parse(text));

/** Plays a history that a seed repeats, and tells what is wrong with what channels were told in it. */
export async function faultsOfHistory(
  plot: Plot,
  seed: number,
  outboxOf: (replica: number) => Promise<Outbox> | Outbox,
): Promise<string[]> {
  const random = createRandom(seed);
  const calls = createCalls();
  const time = createTime(random.one(seasons), calls.settled);
  const isShared = plot.replicas > 1;
  const history = await playHistory(plot, {
    random,
    time,
    outboxOf: async (replica) => {
      const outbox = calls.through(await outboxOf(replica));
      return isShared ? slowed(outbox, time, random) : outbox;
    },
  });
  return faultsOf(history);
}

/**
 * Has several processes share an outbox, with calls of it that take their time and so overtake each other: everything
 * due is told, once; where a process is killed between a post and its mark, and the channel cannot look for the post, at
 * most twice.
 *
 * @param openOutbox the same outbox, as each of the processes opens it
 * @returns what is wrong; nothing
 */
export async function checkReplicas(
  openOutbox: (replica: number) => Promise<Outbox> | Outbox,
  options: { seed: number; replicas: number; plot?: Partial<Plot> | undefined },
): Promise<string[]> {
  const { seed, replicas, plot } = options;
  return await faultsOfHistory({ ...plainPlot, ...plot, replicas }, seed, openOutbox);
}

/** Knows when all calls of an outbox that have begun have ended, however long they take. */
function createCalls() {
  const underWay = new Set<Promise<unknown>>();
  function known<Result>(call: Promise<Result>): Promise<Result> {
    underWay.add(call);
    const forget = () => void underWay.delete(call);
    call.then(forget, forget);
    return call;
  }
  return {
    through: (outbox: Outbox): Outbox => ({
      put: (incident) => known(outbox.put(incident)),
      change: (incident) => known(outbox.change(incident)),
      find: (query) => known(outbox.find(query)),
      prune: (before) => known(outbox.prune(before)),
    }),
    async settled(): Promise<void> {
      await turnOver();
      while (underWay.size > 0) {
        await Promise.allSettled(underWay);
        await turnOver();
      }
    },
  };
}

/** An outbox that is asked later than one asks, and answers later than it has done it. */
function slowed(outbox: Outbox, time: Time, random: Random): Outbox {
  const pause = () =>
    new Promise<void>((resolve) => {
      time.later(random.chance(0.1) ? random.between(0, 2000) : random.between(0, 20), resolve);
    });
  async function slowly<Result>(call: () => Promise<Result>): Promise<Result> {
    await pause();
    const result = await call();
    await pause();
    return result;
  }
  return {
    put: (incident) => slowly(() => outbox.put(incident)),
    change: (incident) => slowly(() => outbox.change(incident)),
    find: (query) => slowly(() => outbox.find(query)),
    prune: (before) => slowly(() => outbox.prune(before)),
  };
}
