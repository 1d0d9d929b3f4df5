import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { follow, type QuotaSample, samplesAlong, type Trail } from "../../src/core/domain/history.ts";
import { start } from "../fakes/core.ts";

const minute = 60_000;
const sample = (minutes: number, value: number, rest: Partial<QuotaSample> = {}): QuotaSample => ({
  account: "a",
  reading: "session",
  kind: "quota",
  at: start + minutes * minute,
  value,
  limit: 100,
  ...rest,
});

/** What is stored of samples that come one after the other. */
function storedOf(samples: readonly QuotaSample[], spacing = 0): QuotaSample[] {
  let trail: Trail = { kept: [] };
  return samples.flatMap((one) => {
    const step = follow(trail, one, spacing);
    trail = step.trail;
    return step.stored;
  });
}

/** The value at an instant, by a line between the samples around it. */
function valueAt(samples: readonly QuotaSample[], at: number): number {
  const after = samples.find((one) => one.at >= at);
  const before = samples.findLast((one) => one.at <= at);
  if (before === undefined || after === undefined) return (after ?? before)?.value ?? Number.NaN;
  if (before.at === after.at) return before.value;
  return before.value + ((after.value - before.value) * (at - before.at)) / (after.at - before.at);
}

describe("a trail of samples", () => {
  it("takes a moved reset or another limit for news, a jittering reset not", () => {
    const resetsAt = start + 300 * minute;
    const found = storedOf([
      sample(0, 40, { resetsAt }),
      sample(5, 40, { resetsAt: resetsAt + 9 * minute }),
      sample(10, 40, { resetsAt: resetsAt + 11 * minute }),
      sample(15, 40, { resetsAt: resetsAt + 11 * minute, limit: 200 }),
    ]);
    expect(found.map(({ at }) => (at - start) / minute)).toEqual([0, 5, 10, 15]);
    expect(storedOf([sample(0, 40, { resetsAt }), sample(5, 40, { resetsAt: resetsAt - 1 })])).toHaveLength(
      1,
    );
  });

  it("leaves out what is not newer than what it knows", () => {
    expect(storedOf([sample(5, 1), sample(5, 2), sample(4, 3)])).toEqual([sample(5, 1)]);
  });

  it("says at every instant that was sampled what the sample said, though it stores few of them", () => {
    const steps = fc.array(
      fc.record({ after: fc.integer({ min: 1, max: 50 }), by: fc.constantFrom(0, 0, 0, 1, 7, -5) }),
      { minLength: 1, maxLength: 60 },
    );
    fc.assert(
      fc.property(steps, (found) => {
        let [minutes, value] = [0, 50];
        const all = found.map(({ after, by }) => {
          minutes += after;
          value += by;
          return sample(minutes, value);
        });
        const stored = storedOf(all);
        for (const { at, value } of all) {
          if (at <= (stored.at(-1)?.at ?? 0)) expect(valueAt(stored, at)).toBe(value);
          else expect(stored.at(-1)?.value).toBe(value);
        }
      }),
    );
  });

  it("tells the newest sample even when it is not stored", () => {
    const first = follow({ kept: [] }, sample(0, 40), 0);
    const second = follow(first.trail, sample(5, 40), 0);
    expect(samplesAlong(second.trail)).toEqual([sample(0, 40), sample(5, 40)]);
  });
});
