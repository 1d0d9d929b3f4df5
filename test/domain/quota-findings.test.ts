import { describe, expect, it } from "vitest";
import type { Instant, Quota } from "../../src/core/domain/quota.ts";
import { findQuotas } from "../../src/core/domain/quota-findings.ts";
import { quota, start } from "../fakes/core.ts";
import { createMemory, days, hours, minutes } from "../fakes/incident-memory.ts";

const reset = start + 5 * hours;

/** Looks at quotas again and again; each look answers with what a channel is told by it. */
function createWatch(setup: { at?: readonly number[]; resets?: boolean } = {}) {
  const memory = createMemory();
  const { at: thresholds = [80, 90, 100], resets = true } = setup;
  return {
    memory,
    see(at: Instant, readings: readonly Quota[], firstSight = false): string[] {
      const about = { account: "a", firstSight, thresholds: () => thresholds, resets };
      return memory.take(findQuotas({ ...about, at, readings, open: memory.open() }), at);
    },
    /** One window with this use, and the reset that it tells. */
    use(at: Instant, used: number, resetsAt: Instant | undefined = reset): string[] {
      return this.see(at, [quota({ used, resetsAt })]);
    },
  };
}

describe("A window that is used up", () => {
  it("is told at each threshold, once", () => {
    const { use } = bound(createWatch());
    expect(use(0, 79)).toEqual([]);
    expect(use(10, 80)).toEqual(["quota.low 80"]);
    expect(use(10, 80)).toEqual([]);
    expect(use(20, 85)).toEqual([]);
    expect(use(30, 91)).toEqual(["quota.low 90"]);
    expect(use(40, 100)).toEqual(["quota.exhausted 100"]);
    expect(use(50, 103)).toEqual([]);
  });

  it("is told once, for the highest, when it jumps over several thresholds", () => {
    const { use } = bound(createWatch());
    expect(use(0, 10)).toEqual([]);
    expect(use(10, 95)).toEqual(["quota.low 90"]);
    expect(use(20, 100)).toEqual(["quota.exhausted 100"]);
  });

  it("is told at thresholds beyond the limit too", () => {
    const { use } = bound(createWatch({ at: [100, 150] }));
    expect(use(0, 120)).toEqual(["quota.exhausted 100"]);
    expect(use(10, 150)).toEqual(["quota.exhausted 150"]);
  });

  it("says nothing of a threshold that the rule does not name", () => {
    const { use } = bound(createWatch({ at: [50] }));
    expect(use(0, 49)).toEqual([]);
    expect(use(10, 100)).toEqual(["quota.low 50"]);
    expect(use(20, 100)).toEqual([]);
  });

  it("arms a threshold again only 5 points below it", () => {
    const { use } = bound(createWatch());
    expect(use(0, 91)).toEqual(["quota.low 90"]);
    expect(use(10, 85.1)).toEqual([]);
    expect(use(20, 91)).toEqual([]);
    expect(use(30, 85)).toEqual(["quota.low 80"]);
    expect(use(40, 90)).toEqual(["quota.low 90"]);
  });

  it("is over when use falls 5 points below the lowest threshold, without being back", () => {
    const { use } = bound(createWatch());
    use(0, 80);
    expect(use(10, 75.1)).toEqual([]);
    expect(use(20, 75)).toEqual(["over: quota.recovered 80"]);
    expect(use(30, 80)).toEqual(["quota.low 80"]);
  });
});

describe("A window that starts over", () => {
  it("is told as back once its reset has passed and use has fallen", () => {
    const { use } = bound(createWatch());
    use(0, 100);
    expect(use(5 * 60 + 1, 3, reset + 5 * hours)).toEqual(["over: quota.reset 100", "quota.reset"]);
    expect(use(5 * 60 + 11, 4, reset + 5 * hours)).toEqual([]);
  });

  it("is not told as back apart from its end where nobody could be told before", () => {
    const watch = createWatch();
    const { use } = bound(watch);
    watch.memory.down = true;
    use(0, 100);
    expect(use(5 * 60 + 1, 3, reset + 5 * hours)).toEqual(["over: quota.reset 100"]);
  });

  it("is told as back also where a post that tells of it may have arrived", () => {
    const watch = createWatch();
    watch.memory.down = true;
    bound(watch).use(0, 100);
    const [open] = watch.memory.open();
    const begun = open && { key: "k", version: 1, level: 100, event: open.event };
    const told = findQuotas({
      ...{ account: "a", firstSight: false, thresholds: () => [80, 100], resets: true },
      ...{ at: reset + minutes, readings: [quota({ used: 0, resetsAt: reset + 5 * hours })] },
      open: open === undefined ? [] : [{ ...open, delivery: { ...open.delivery, begun } }],
    });
    expect(told.findings.map(({ event }) => event.type)).toEqual(["quota.reset"]);
  });

  it("is not told as back where the rule does not ask for it", () => {
    const { use } = bound(createWatch({ resets: false }));
    use(0, 100);
    expect(use(5 * 60 + 1, 3, reset + 5 * hours)).toEqual(["over: quota.reset 100"]);
  });

  it("is told as back also when it tells no reset any more", () => {
    const { use, see } = bound(createWatch());
    use(0, 100);
    expect(see(5 * 60 + 1, [quota({ used: 0 })])).toEqual(["over: quota.reset 100", "quota.reset"]);
  });

  it("is not over because its reset has passed", () => {
    const { use } = bound(createWatch());
    use(0, 100);
    expect(use(5 * 60 + 20, 100)).toEqual([]);
    expect(use(5 * 60 + 40, 0, reset + 5 * hours)).toEqual(["over: quota.reset 100", "quota.reset"]);
  });

  it("that is as full again is told anew at the second look, and not as back", () => {
    const { use } = bound(createWatch());
    use(0, 91);
    expect(use(24 * 60, 93, start + 25 * hours)).toEqual([]);
    expect(use(24 * 60, 93, start + 25 * hours)).toEqual([]);
    expect(use(24 * 60 + 10, 94, start + 25 * hours)).toEqual(["over: quota.reset 90", "quota.low 90"]);
  });

  it("that is fuller than before is told at once", () => {
    const { use } = bound(createWatch());
    use(0, 81);
    expect(use(24 * 60, 100, start + 25 * hours)).toEqual(["over: quota.low 80", "quota.exhausted 100"]);
  });

  it("with nothing left again is not told as back, but as exhausted once more", () => {
    const watch = createWatch();
    const { use } = bound(watch);
    use(0, 100);
    const next = reset + 5 * hours;
    expect(use(5 * 60 + 1, 100, next)).toEqual([]);
    expect(use(5 * 60 + 6, 100, next)).toEqual(["over: quota.exhausted 100", "quota.exhausted 100"]);
    expect(watch.memory.known()[0]?.event.blockedBy).toMatchObject({ id: "session", usedPercent: 100 });
  });

  it("that is less full, but not empty, is both back and told anew", () => {
    const { use } = bound(createWatch());
    use(0, 100);
    const told = ["over: quota.reset 100", "quota.low 80", "quota.reset"];
    expect(use(5 * 60 + 30, 80, reset + 5 * hours)).toEqual(told);
  });

  it("early is told at the second look", () => {
    const { use } = bound(createWatch());
    use(0, 95);
    expect(use(10, 0, start + 5 * hours + 10 * minutes)).toEqual([]);
    expect(use(20, 1, start + 5 * hours + 10 * minutes)).toEqual([
      "over: quota.reset_early 90",
      "quota.reset_early",
    ]);
  });

  it("without ever telling a reset is told as having room again, at the second look", () => {
    const { see } = bound(createWatch());
    see(0, [quota({ used: 100 })]);
    expect(see(10, [quota({ used: 2 })])).toEqual([]);
    expect(see(20, [quota({ used: 2 })])).toEqual(["over: quota.recovered 100", "quota.recovered"]);
  });

  it("is told once per window over many windows", () => {
    const { use } = bound(createWatch());
    const told: string[] = [];
    for (let window = 0; window < 10; window += 1) {
      for (let minute = 0; minute < 300; minute += 20) {
        told.push(...use(window * 300 + minute, minute / 2.9, reset + window * 5 * hours));
      }
    }
    expect(told.filter((one) => one === "quota.low 90")).toHaveLength(10);
    expect(told.filter((one) => one === "quota.reset")).toHaveLength(9);
    expect(told).toHaveLength(10 * 2 + 9 * 2);
  });
});

describe("A reset that is told a little differently each time", () => {
  it.each([1000, 60_000, 4 * minutes, 9 * minutes])("by up to %d ms is one and the same", (jitter) => {
    const { use } = bound(createWatch());
    use(0, 85);
    for (let look = 1; look < 29; look += 1) {
      const off = look % 2 ? jitter : -jitter;
      expect(use(look * 10, 85 + look / 100, reset + off)).toEqual([]);
    }
    expect(use(5 * 60 - 1, 86, reset - jitter)).toEqual([]);
    const after = [use(5 * 60 + 10, 0, reset + 5 * hours), use(5 * 60 + 20, 0, reset + 5 * hours)].flat();
    expect(after).toEqual([expect.stringMatching(/^over: /), expect.stringMatching(/^quota.reset/)]);
  });

  it("goes with its window when it moves", () => {
    const { use } = bound(createWatch());
    use(0, 85);
    expect(use(10, 86, reset + 2 * hours)).toEqual([]);
    expect(use(5 * 60 + 10, 87, reset + 2 * hours)).toEqual([]);
    expect(use(7 * 60 + 10, 0, reset + 7 * hours)).toEqual(["over: quota.reset 80", "quota.reset"]);
  });

  it("goes with its window also when it moves in the last minute", () => {
    const { use } = bound(createWatch());
    use(0, 85);
    expect(use(5 * 60 + 1, 86, reset + 3 * hours)).toEqual([]);
    expect(use(5 * 60 + 11, 86, reset + 3 * hours)).toEqual([]);
    expect(use(5 * 60 + 21, 91, reset + 3 * hours)).toEqual(["quota.low 90"]);
  });
});

describe("An answer that cannot be believed", () => {
  it("of no use at all, once, neither ends nor tells anything", () => {
    const { use } = bound(createWatch());
    use(0, 95);
    expect(use(10, 0)).toEqual([]);
    expect(use(20, 95)).toEqual([]);
    expect(use(30, 0)).toEqual([]);
    expect(use(40, 96)).toEqual([]);
    expect(use(50, 100)).toEqual(["quota.exhausted 100"]);
  });

  it("is not made surer by looking at it twice", () => {
    const { use } = bound(createWatch());
    use(0, 95);
    expect([use(10, 0), use(10, 0), use(10, 0)].flat()).toEqual([]);
  });

  it("of unknown use says nothing", () => {
    const { use, see } = bound(createWatch());
    use(0, 95);
    expect(see(10, [quota({ used: undefined, resetsAt: reset })])).toEqual([]);
    expect(see(5 * 60 + 10, [quota({ used: undefined, resetsAt: reset + 5 * hours })])).toEqual([]);
    expect(use(5 * 60 + 20, 95)).toEqual([]);
  });

  it("without the window says nothing of it, until a day after its reset", () => {
    const { use, see } = bound(createWatch());
    use(0, 95);
    expect(see(10, [])).toEqual([]);
    expect(see(5 * 60 + 24 * 60 - 1, [])).toEqual([]);
    expect(see(5 * 60 + 24 * 60, [])).toEqual(["over: quota.low 90"]);
  });
});

describe("What is so when an account is first seen", () => {
  it("is not told, and told when it grows", () => {
    const watch = createWatch();
    const { use } = bound(watch);
    expect(watch.see(start, [quota({ used: 85, resetsAt: reset })], true)).toEqual([]);
    expect(watch.memory.open()).toHaveLength(1);
    expect(use(10, 86)).toEqual([]);
    expect(use(20, 90)).toEqual(["quota.low 90"]);
  });

  it("is told when nothing is left", () => {
    expect(createWatch().see(start, [quota({ used: 100 })], true)).toEqual(["quota.exhausted 100"]);
  });

  it("is not told as back either", () => {
    const watch = createWatch();
    watch.see(start, [quota({ used: 85, resetsAt: reset })], true);
    expect(bound(watch).use(5 * 60 + 1, 0, reset + 5 * hours)).toEqual([]);
    expect(watch.memory.open()).toEqual([]);
  });
});

describe("A window that is back", () => {
  const weekly = (used: number, rest: Partial<Quota> = {}) =>
    quota({
      id: "weekly",
      label: "weekly",
      windowSeconds: 7 * 86_400,
      used,
      resetsAt: start + 3 * days,
      ...rest,
    });
  const session = (used: number, resetsAt: Instant, rest: Partial<Quota> = {}) =>
    quota({ used, resetsAt, ...rest });

  it("is not told while a longer window of its pool is exhausted, but that one is", () => {
    const watch = createWatch();
    const { see } = bound(watch);
    see(0, [session(100, reset), weekly(100)]);
    const blocked = see(5 * 60 + 10, [session(0, reset + 5 * hours), weekly(100)]);
    expect(blocked).toEqual(["over: quota.exhausted 100"]);
    expect(watch.memory.known()[0]?.event.blockedBy).toMatchObject({ label: "weekly" });
    const back = [session(0, reset + 5 * days), weekly(0, { resetsAt: start + 10 * days })];
    expect(see(3 * 24 * 60 + 10, back)).toEqual(["over: quota.reset 100", "quota.reset"]);
  });

  it("is told while only a shorter one is exhausted", () => {
    const { see } = bound(createWatch());
    see(0, [session(100, reset + 3 * days), weekly(100)]);
    const back = [session(100, reset + 3 * days), weekly(0, { resetsAt: start + 10 * days })];
    expect(see(3 * 24 * 60 + 10, back)).toContain("quota.reset");
  });

  it("is told while another pool is exhausted, but not while the whole account is", () => {
    const { see } = bound(createWatch());
    const opus = { id: "opus", scope: "opus" };
    see(0, [session(100, reset, opus), weekly(50), weekly(100, { id: "other", scope: "other" })]);
    const others = [weekly(50), weekly(100, { id: "other", scope: "other" })];
    expect(see(5 * 60 + 10, [session(0, reset + 5 * hours, opus), ...others])).toContain("quota.reset");
    see(5 * 60 + 20, [session(100, reset + 5 * hours, opus), weekly(100)]);
    const blocked = see(10 * 60 + 10, [session(0, reset + 10 * hours, opus), weekly(100)]);
    expect(blocked).toEqual(["over: quota.exhausted 100"]);
  });

  it("has no room again either, early or late, while a longer one is exhausted", () => {
    const { see } = bound(createWatch());
    see(0, [session(81, reset), weekly(100)]);
    expect(see(10, [session(70, reset), weekly(100)])).toEqual(["over: quota.low 80"]);
    see(20, [session(95, reset), weekly(100)]);
    see(30, [session(0, reset), weekly(100)]);
    expect(see(40, [session(0, reset), weekly(100)])).toEqual(["over: quota.low 90"]);
  });
});

/** With minutes since the start instead of instants. */
function bound(watch: ReturnType<typeof createWatch>) {
  return {
    use: (minute: number, used: number, resetsAt?: Instant) =>
      watch.use(start + minute * minutes, used, resetsAt ?? reset),
    see: (minute: number, readings: readonly Quota[]) => watch.see(start + minute * minutes, readings),
  };
}
