import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Outbox } from "../../src/core/ports.ts";
import { createMemoryOutbox } from "../fakes/alert-house.ts";
import type { Plot } from "../fakes/alert-plot.ts";
import {
  checkReplicas,
  faultsOfHistory,
  plainPlot,
  replicaTroubles,
  worstPlot,
} from "../outbox-scenarios.ts";

/** More histories than a quick run of all tests has time for: ALERT_RUNS=100 plays 100 times as many. */
const times = Number(process.env.ALERT_RUNS ?? 1);
const minutes = 60_000;

/** Nothing goes wrong but what delays a channel, so that it can be told to the second when it must be told. */
const steady = {
  accounts: fc.integer({ min: 1, max: 2 }),
  days: fc.integer({ min: 1, max: 2 }),
  interval: fc.constantFrom(15, 20, 30),
  sweep: fc.constantFrom(30, 45),
  replicas: fc.constant(1),
  mostPosts: fc.constantFrom(1, 2, 10),
  jitter: fc.constant(0),
  outages: fc.boolean(),
  restarts: fc.constantFrom(false as const, false as const, "told" as const, "killed" as const),
  weather: fc.constant(false),
  storms: fc.constant(false),
  quiet: fc.boolean(),
  deletions: fc.boolean(),
  glitches: fc.boolean(),
  gaps: fc.boolean(),
  moves: fc.constant(false),
  early: fc.constant(false),
  rates: fc.boolean(),
};
const plots: Record<string, fc.Arbitrary<Plot>> = {
  "in which little goes wrong": fc.record(steady),
  "in which anything may go wrong": fc.record({
    ...steady,
    jitter: fc.constantFrom(0, 1000, 4.5 * minutes),
    weather: fc.boolean(),
    storms: fc.boolean(),
    moves: fc.boolean(),
    early: fc.boolean(),
  }),
};

async function faultsAlone(plot: Plot, seed: number): Promise<string[]> {
  const outbox = createMemoryOutbox();
  return await faultsOfHistory(plot, seed, () => outbox);
}

describe("Every alert that is due is told on every channel, once and in time, and none that is not", () => {
  it.each(Object.entries(plots))(
    "in any short history %s",
    async (_name, plot) => {
      const property = fc.asyncProperty(plot, fc.nat(), async (played, seed) => {
        expect(await faultsAlone(played, seed)).toEqual([]);
      });
      await fc.assert(property, { numRuns: 10 * times });
    },
    3_600_000,
  );

  it("in a month of 40 accounts", async () => {
    for (let seed = 1; seed <= times; seed += 1) {
      const month = { ...worstPlot, accounts: 40, days: 30, interval: 180, sweep: 360 };
      expect(await faultsAlone(month, seed)).toEqual([]);
    }
  }, 3_600_000);
});

describe("Processes that share an outbox", () => {
  it.each(replicaTroubles)(
    "tell everything once, %s",
    async (_name, plot) => {
      for (let seed = 1; seed <= 2 * times; seed += 1) {
        const outbox = createMemoryOutbox();
        const options = { seed, replicas: 2 + (seed % 2), plot };
        expect(await checkReplicas(() => outbox, options)).toEqual([]);
      }
    },
    3_600_000,
  );
});

describe("The judge of all this", () => {
  const judged = (outbox: Outbox) => faultsOfHistory({ ...plainPlot, glitches: true }, 1, () => outbox);

  it("sees what is missing", async () => {
    const { put, ...rest } = createMemoryOutbox();
    const forgetful: Outbox = { ...rest, put: async (one) => one.subject.startsWith("quota|") || put(one) };
    expect((await judged(forgetful)).join()).toContain("missing: ");
  });

  it("sees what is told twice", async () => {
    const { change, ...rest } = createMemoryOutbox();
    let marks = 0;
    const unmarked: Outbox = {
      ...rest,
      async change(one) {
        if (one.delivery.sentVersion > 0) marks += 1;
        return marks % 3 === 2 || (await change(one));
      },
    };
    expect((await judged(unmarked)).join()).toContain("told twice");
  });

  it("sees what is false", async () => {
    const { put, ...rest } = createMemoryOutbox();
    const boastful: Outbox = {
      ...rest,
      put: (one) => put({ ...one, level: one.level === 80 ? 100 : one.level }),
    };
    expect((await judged(boastful)).join()).toContain("false: ");
  });
});
