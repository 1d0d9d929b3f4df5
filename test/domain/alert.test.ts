import { describe, expect, it } from "vitest";
import { type AlertMarks, decideAlerts } from "../../src/core/domain/alert.ts";
import { confirmedResets } from "../../src/core/domain/reset.ts";
import { quota, start } from "../fakes/core.ts";

const hour = 3_600_000;
const reset = start + hour;

/** Runs reads with these percentages through the decision, as if every post went out. */
function told(reads: { used: number; resetsAt?: number }[], firstSight = false): number[][] {
  let marks: AlertMarks = {};
  return reads.map(({ used, resetsAt = reset }, index) => {
    const decision = decideAlerts({
      account: "a",
      readings: [quota({ used, resetsAt })],
      firstSight: firstSight && index === 0,
      thresholds: [80, 90, 100],
      marks,
    });
    marks = {
      ...decision.marks,
      ...Object.fromEntries(decision.due.map((alert) => [alert.key, alert.mark])),
    };
    return decision.due.map((alert) => alert.threshold);
  });
}

describe("alerts", () => {
  it("are due once for each threshold as use grows", () => {
    expect(
      told([{ used: 70 }, { used: 81 }, { used: 85 }, { used: 90 }, { used: 95 }, { used: 100 }]),
    ).toEqual([[], [80], [], [90], [], [100]]);
  });

  it("are due only for the highest threshold of a jump, and never for the lower ones later", () => {
    expect(told([{ used: 70 }, { used: 97 }, { used: 96 }])).toEqual([[], [90], []]);
  });

  it("arm again in a new window, and a reset that jitters by minutes is no new window", () => {
    expect(
      told([
        { used: 85 },
        { used: 85, resetsAt: reset + 9 * 60_000 },
        { used: 85, resetsAt: reset + 5 * hour },
      ]),
    ).toEqual([[80], [], [80]]);
  });

  it("arm again after use has fallen 5 points below the threshold, not before", () => {
    expect(told([{ used: 81 }, { used: 76 }, { used: 81 }, { used: 75 }, { used: 81 }])).toEqual([
      [80],
      [],
      [],
      [],
      [80],
    ]);
  });

  it("are silent about what is passed already at first sight, except exhaustion", () => {
    expect(told([{ used: 93 }, { used: 94 }], true)).toEqual([[], []]);
    expect(told([{ used: 100 }, { used: 100 }], true)).toEqual([[100], []]);
  });

  it("stay due until somebody was told", () => {
    const read = {
      account: "a",
      readings: [quota({ used: 85, resetsAt: reset })],
      firstSight: false,
      thresholds: [80],
    };
    const first = decideAlerts({ ...read, marks: {} });
    const second = decideAlerts({ ...read, marks: first.marks });
    expect(second.due.map((alert) => alert.threshold)).toEqual([80]);
  });

  it("know nothing of windows whose use is unknown", () => {
    const unknown = quota({ used: undefined });
    expect(
      decideAlerts({ account: "a", readings: [unknown], firstSight: false, thresholds: [0, 80], marks: {} })
        .due,
    ).toEqual([]);
  });
});

describe("a reset", () => {
  const before = quota({ used: 95, resetsAt: reset });
  const after = quota({ used: 2, resetsAt: reset + 5 * hour });
  const facts = { now: reset + 60_000, threshold: 80 };

  it("is confirmed when its instant has passed and use has fallen", () => {
    expect(confirmedResets([before], [after], facts)).toEqual([{ quota: after, endedAt: reset }]);
  });

  it("is not confirmed before its instant, nor while use has not fallen", () => {
    expect(confirmedResets([before], [after], { ...facts, now: reset - 1 })).toEqual([]);
    expect(confirmedResets([before], [quota({ used: 95, resetsAt: reset + 5 * hour })], facts)).toEqual([]);
  });

  it("is no news when there was plenty left, or while a longer window of the pool is exhausted", () => {
    expect(confirmedResets([quota({ used: 30, resetsAt: reset })], [after], facts)).toEqual([]);
    expect(confirmedResets([before], [after, quota({ id: "weekly", used: 100 })], facts)).toEqual([]);
    expect(
      confirmedResets([before], [after, quota({ id: "weekly", scope: "Fable", used: 100 })], facts),
    ).toEqual([{ quota: after, endedAt: reset }]);
  });
});
