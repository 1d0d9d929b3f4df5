import { describe, expect, it } from "vitest";
import {
  findOften,
  findProjections,
  findRunaways,
  isErratic,
  type Projected,
} from "../../src/core/domain/account-findings.ts";
import type { QuotaSample } from "../../src/core/domain/history.ts";
import type { Instant, Quota } from "../../src/core/domain/quota.ts";
import { quota, start } from "../fakes/core.ts";
import { createMemory, days, hours, incident, look, minutes } from "../fakes/incident-memory.ts";

const reset = start + 5 * hours;

describe("A window that runs out before its reset", () => {
  function createWatch() {
    const memory = createMemory();
    return (at: Instant, used: number | undefined, resetsAt: Instant = reset, runsOut = true): string[] => {
      const reading = quota({ used, resetsAt });
      const projected: Projected = {
        ...{ reading, usedPercent: used ?? 0, basis: "the last hour" },
        runsOut: { at: at + hours, beforeReset: hours },
      };
      const about = { account: "a", firstSight: false, known: memory.known(), readings: [reading] };
      const found = findProjections({ ...about, at, projections: runsOut ? [projected] : [] });
      return memory.take(look(found), at);
    };
  }

  it("is told once in its window, however often it comes and goes", () => {
    const see = createWatch();
    expect(see(start, 60)).toEqual(["quota.running_out"]);
    expect(see(start + 10 * minutes, 62, reset, false)).toEqual([]);
    expect(see(start + 20 * minutes, 70)).toEqual([]);
    expect(see(start + 30 * minutes, 71, reset, false)).toEqual([]);
  });

  it("is over when it has run out, and not told again in its window", () => {
    const see = createWatch();
    see(start, 60);
    expect(see(start + 30 * minutes, 100)).toEqual(["over: quota.running_out"]);
    expect(see(start + 40 * minutes, 97)).toEqual([]);
    expect(see(reset + hours, 60, reset + 5 * hours)).toEqual(["quota.running_out"]);
  });

  it("is told anew in the next window", () => {
    const see = createWatch();
    see(start, 60);
    const next = reset + 5 * hours;
    expect(see(reset + minutes, 3, next, false)).toEqual(["over: quota.running_out"]);
    expect(see(reset + hours, 60, next)).toEqual(["quota.running_out"]);
  });

  it("is told anew in a window that began early, when it has got as far as the last one", () => {
    const see = createWatch();
    see(start, 60);
    const next = start + 6 * hours;
    expect(see(start + hours, 0, next, false)).toEqual(["over: quota.running_out"]);
    expect(see(start + 2 * hours, 65, next)).toEqual(["quota.running_out"]);
  });

  it("is over also where the next window tells its reset before its use", () => {
    const see = createWatch();
    see(start, 60);
    const next = reset + 5 * hours;
    expect(see(reset + minutes, undefined, next, false)).toEqual([]);
    expect(see(reset + 10 * minutes, 3, next, false)).toEqual(["over: quota.running_out"]);
  });

  it("is told anew also where the first look into the next window finds it again", () => {
    const see = createWatch();
    see(start, 60);
    const told = ["over: quota.running_out", "quota.running_out"];
    expect(see(reset + hours, 60, reset + 5 * hours)).toEqual(told);
  });

  it("is over with an early reset, but not because the reset moved", () => {
    const see = createWatch();
    see(start, 60);
    expect(see(start + 10 * minutes, 62, reset + hours, false)).toEqual([]);
    expect(see(start + 20 * minutes, 0, reset + 2 * hours, false)).toEqual(["over: quota.running_out"]);
  });

  it("is not told before half is used, nor when nothing is left", () => {
    const see = createWatch();
    expect(see(start, 49)).toEqual([]);
    expect(see(start, 100)).toEqual([]);
  });
});

describe("A run on a window", () => {
  function createWatch() {
    const memory = createMemory();
    return (minute: number, points: number): string[] => {
      const rises = points > 0 ? [{ reading: quota(), usedPercent: 40, points, over: 600_000 }] : [];
      const at = start + minute * minutes;
      const top = { dimension: "agent", value: "ci", part: 0.8 };
      const findings = findRunaways({ account: "a", at, rises, open: memory.open(), top });
      for (const { event } of findings) expect(event).toMatchObject({ top, rise: { minutes: 15 } });
      return memory.take(look({ findings }), at);
    };
  }

  it("is told when use rises 15 points within 15 minutes, and once until it has become calm", () => {
    const see = createWatch();
    expect(see(0, 14.9)).toEqual([]);
    expect(see(5, 15)).toEqual(["quota.runaway"]);
    expect(see(10, 25)).toEqual([]);
    expect(see(15, 6)).toEqual([]);
    expect(see(20, 16)).toEqual([]);
    expect(see(25, 4)).toEqual(["over: quota.runaway"]);
    expect(see(30, 6)).toEqual([]);
    expect(see(35, 30)).toEqual(["quota.runaway"]);
  });

  it("that shows between reads further apart is told with the time between them", () => {
    const found = (points: number, over: number) =>
      findRunaways({
        ...{ account: "a", at: start, open: [] },
        rises: [{ reading: quota(), usedPercent: 40, points, over }],
      }).map(({ event }) => event.rise);
    expect(found(22.9, 25 * minutes)).toEqual([]);
    expect(found(26.4, 25 * minutes)).toEqual([{ points: 26, minutes: 25 }]);
    expect(found(15.1, 15 * minutes + 4_000)).toEqual([{ points: 15, minutes: 15 }]);
    expect(found(15, 5 * minutes)).toEqual([{ points: 15, minutes: 15 }]);
  });
});

describe("An answer that says far less than those around it", () => {
  const sample = (minute: number, value: number, resetsAt: Instant | undefined = reset): QuotaSample => ({
    ...{ account: "a", reading: "session", kind: "quota", limit: 100 },
    ...{ at: start + minute * minutes, value, resetsAt },
  });
  const erratic = (now: Quota, minute: number, samples: readonly QuotaSample[]) =>
    isErratic(now, samples, start + minute * minutes);
  const now = (used: number, resetsAt: Instant | undefined = reset) => quota({ used, resetsAt });

  it("makes the rate unknown, until that is two hours ago", () => {
    const glitch = [sample(0, 60), sample(10, 0), sample(20, 60)];
    expect(erratic(now(0), 10, glitch.slice(0, 1))).toBe(true);
    expect(erratic(now(60), 20, glitch.slice(0, 2))).toBe(true);
    expect(erratic(now(62), 30, glitch)).toBe(true);
    expect(erratic(now(70), 141, [...glitch, sample(21, 60)])).toBe(false);
    expect(erratic(now(60), 600, [sample(0, 60), sample(590, 0)])).toBe(true);
    expect(erratic(now(17), 20, [sample(0, 14), sample(10, 0)])).toBe(true);
  });

  it("is known from a reset by the reset that is told", () => {
    const next = reset + 5 * hours;
    expect(erratic(now(0, next), 10, [sample(0, 60)])).toBe(false);
    expect(erratic(now(30, next), 20, [sample(0, 60), sample(10, 0, next)])).toBe(false);
  });

  it("is known from use that falls a little, or goes on falling", () => {
    expect(erratic(now(56), 10, [sample(0, 60)])).toBe(false);
    expect(erratic(now(41), 20, [sample(0, 60), sample(10, 40)])).toBe(false);
    expect(erratic(quota({ used: 10, limit: undefined }), 10, [sample(0, 60)])).toBe(false);
  });
});

describe("An account that keeps running out", () => {
  const full = (number: number, fullAt: Instant) =>
    incident({ number, level: 80, fullAt, openedAt: fullAt - days, endedAt: fullAt + hours });

  it("is told when it has been exhausted five times within a week, and once in a week", () => {
    const memory = createMemory();
    const four = [0, 1, 2, 3].map((day) => full(day, start + day * days));
    const at = start + 4 * days;
    const see = (known: typeof four, now: Instant) => {
      const findings = findOften({ account: "a", at: now, known: [...known, ...memory.known()] });
      return memory.take(look({ findings }), now);
    };
    expect(see(four, at)).toEqual([]);
    const five = [...four, full(5, at)];
    expect(see(five, at)).toEqual(["quota.exhausted_often"]);
    expect(see(five, at + minutes)).toEqual([]);
    const more = [...five, ...[5, 6, 7, 8, 9, 10].map((day) => full(day + 10, start + day * days))];
    expect(see(more, start + 10 * days)).toEqual([]);
    expect(see(more, start + 11 * days + minutes)).toEqual(["quota.exhausted_often"]);
  });

  it("is not told of what happened more than a week ago", () => {
    const known = [0, 1, 2, 3, 8].map((day) => full(day, start + day * days));
    expect(findOften({ account: "a", at: start + 8 * days, known })).toEqual([]);
  });
});
