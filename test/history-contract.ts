import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type QuotaSample, thinned } from "../src/core/domain/history.ts";
import type { History, Store } from "../src/core/ports.ts";
import { vandalise } from "./vandalise.ts";

const now = Date.UTC(2026, 10, 22, 12, 34);
const hour = 3_600_000;
const day = 24 * hour;
const always = { from: 0, to: now + day };

export function sampleOf(at: number, change: Partial<QuotaSample> = {}): QuotaSample {
  return { account: "team", reading: "weekly", kind: "quota", at, value: 12.5, limit: 100, ...change };
}

/** Samples of the last hundred days, all at times of their own. */
const anySamples: fc.Arbitrary<QuotaSample[]> = fc.uniqueArray(
  fc.record({
    at: fc
      .tuple(fc.constantFrom(day, 3 * day, 60 * day, 100 * day), fc.integer({ min: 0, max: 100_000 }))
      .map(([span, part]) => now - Math.floor((span * part) / 100_000)),
    account: fc.constantFrom("team", "claude-lan", "__proto__"),
    reading: fc.constantFrom("session", "weekly"),
    kind: fc.constantFrom("quota", "balance", "spend"),
    value: fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
    limit: fc.option(fc.nat(), { nil: undefined }),
    resetsAt: fc.option(fc.nat({ max: 2 ** 42 }), { nil: undefined }),
  }),
  { selector: ({ at }) => at, maxLength: 150 },
);

/** What every history promises. */
export function checkHistory(
  name: string,
  open: () => Promise<{ store: Store; reopen?: (() => Promise<Store>) | undefined }>,
  runs: number,
) {
  const ofTeam = (history: History) => history.samples({ account: "team", ...always });

  describe(`${name} as a history`, () => {
    it("has no samples at first", async () => {
      const { history } = (await open()).store;
      expect(await ofTeam(history)).toEqual([]);
      await history.thin(now);
      await history.add([]);
      expect(await ofTeam(history)).toEqual([]);
    });

    it("gives back the samples of an account, a reading and a span, oldest first", async () => {
      const { history } = (await open()).store;
      const times = [5, 1, 3, 2, 4].map((days) => now - days * day);
      for (const at of times) {
        await history.add([
          sampleOf(at),
          sampleOf(at + 1, { reading: "session", resetsAt: now }),
          sampleOf(at, { account: "other" }),
        ]);
      }
      const asked = { account: "team", reading: "weekly", from: now - 4 * day, to: now - day };
      const expected = [4, 3, 2].map((days) => sampleOf(now - days * day));
      expect(await history.samples(asked)).toEqual(expected);
      expect((await ofTeam(history)).map(({ at }) => at)).toEqual(
        times.flatMap((at) => [at, at + 1]).sort((a, b) => a - b),
      );
    });

    it("shares nothing with who wrote and who reads", async () => {
      const { history } = (await open()).store;
      const written = sampleOf(now);
      const call = history.add([written]);
      vandalise(written);
      await call;
      for (const sample of await ofTeam(history)) vandalise(sample);
      expect(await ofTeam(history)).toEqual([sampleOf(now)]);
    });

    it("thins what is old, and only that, and keeps it over a restart", async () => {
      await fc.assert(
        fc.asyncProperty(anySamples, anySamples, async (samples, more) => {
          const { store, reopen } = await open();
          const isNew = ({ at }: QuotaSample) => !samples.some((sample) => sample.at === at);
          const all = [...samples];
          const check = async ({ history }: Store, expected: readonly QuotaSample[]) => {
            for (const account of ["team", "claude-lan", "__proto__"]) {
              const those = expected.filter((sample) => sample.account === account);
              const found = await history.samples({ account, ...always });
              expect(found).toEqual(those.sort((a, b) => a.at - b.at));
            }
          };
          const thin = (some: readonly QuotaSample[]) =>
            ["team", "claude-lan", "__proto__"].flatMap((account) =>
              thinned(
                some.filter((sample) => sample.account === account),
                now,
              ),
            );

          await store.history.add(samples);
          await check(store, all);
          await store.history.thin(now);
          await check(store, thin(all));
          const later = reopen === undefined ? store : await reopen();
          await check(later, thin(all));
          await later.history.thin(now);
          const late = more.filter(isNew);
          await later.history.add(late);
          await later.history.thin(now);
          await check(later, thin([...thin(all), ...late]));
          await later.close();
        }),
        { numRuns: runs },
      );
    });

    it("refuses samples once it is closed", async () => {
      const { store } = await open();
      await store.close();
      await expect(store.history.add([sampleOf(now)])).rejects.toMatchObject({ code: "store_unavailable" });
    });
  });
}
