import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Verdict } from "../../src/core/domain/availability.ts";
import {
  byWorth,
  type Candidate,
  type Choice,
  chooseAlong,
  chooseAmong,
  usableNow,
} from "../../src/core/domain/route.ts";
import { start } from "../fakes/core.ts";

const minute = 60_000;
const hour = 60 * minute;

function verdict(rest: Partial<Verdict> = {}): Verdict {
  const usable = { hindrances: [], caveats: [], changesAt: start + hour };
  return { available: true, left: 50, knownAt: start, ...usable, ...rest };
}

function candidate(key: string, rest: Partial<Candidate> = {}, judged: Partial<Verdict> = {}): Candidate {
  return { key, account: key, basis: "combo", billing: "subscription", verdict: verdict(judged), ...rest };
}

const out = (until?: number): Partial<Verdict> => ({
  available: false,
  until,
  left: 0,
  hindrances: [{ code: "exhausted", window: "weekly", until }],
});

describe("the choice along a combo", () => {
  it("is the first that can be used, and stays the same object while it is", () => {
    const chain = [candidate("a", {}, out(start + hour)), candidate("b"), candidate("c")];
    const choice = chooseAlong(chain, undefined, start);
    expect(choice).toEqual({ key: "b", since: start, awaited: { a: start + hour } });
    expect(chooseAlong(chain, choice, start + minute)).toBe(choice);
  });

  it("does not care how much more a later member has", () => {
    const choice: Choice = { key: "a", since: start, awaited: {} };
    expect(
      chooseAlong([candidate("a", {}, { left: 1 }), candidate("b", {}, { left: 99 })], choice, start),
    ).toBe(choice);
  });

  it("moves on when its member is used up, and stays where it is when nobody else can be used", () => {
    const choice: Choice = { key: "a", since: start, awaited: {} };
    const used = candidate("a", {}, out(start + 5 * hour));
    expect(chooseAlong([used, candidate("b")], choice, start + minute)?.key).toBe("b");
    expect(chooseAlong([used, candidate("b", {}, out())], choice, start + minute)).toBe(choice);
    expect(chooseAlong([used], undefined, start)).toBeUndefined();
  });

  it("sits out what ends within two minutes: another one stands in, nothing is switched", () => {
    const choice: Choice = { key: "a", since: start, awaited: {} };
    const chain = [candidate("a", {}, out(start + 2 * minute)), candidate("b")];
    expect(chooseAlong(chain, choice, start)).toBe(choice);
    expect(usableNow(chain, choice)?.key).toBe("b");
    expect(chooseAlong(chain, choice, start - 1)?.key).toBe("b");
  });

  it("goes back to an earlier member only when it has clearly recovered", () => {
    const choice: Choice = { key: "b", since: start, awaited: { a: start + hour } };
    const back = (now: number, judged: Partial<Verdict>) =>
      chooseAlong([candidate("a", {}, judged), candidate("b")], choice, now)?.key;
    // Seen before the switch: the same numbers that it was left for.
    expect(back(start + minute, { left: 20, knownAt: start - minute })).toBe("b");
    expect(back(start + minute, { left: 4.9, knownAt: start + minute })).toBe("b");
    expect(back(start + minute, { left: 5, knownAt: start + minute })).toBe("a");
    // Its window has started over, and nobody has read it since.
    expect(back(start + minute, { left: undefined })).toBe("b");
    expect(back(start + hour, { left: undefined })).toBe("a");
    expect(back(start + hour, { left: 30, knownAt: start - minute })).toBe("a");
  });

  it("goes back to one whose end nobody knew as soon as it can be used again", () => {
    const choice: Choice = { key: "b", since: start, awaited: { a: null } };
    expect(
      chooseAlong([candidate("a", {}, { left: undefined }), candidate("b")], choice, start + 1)?.key,
    ).toBe("a");
    expect(chooseAlong([candidate("a", {}, { left: 80 }), candidate("b")], choice, start + 1)).toBe(choice);
  });

  it("goes back to one that only a budget kept away as soon as it does not, whatever is known of it", () => {
    const until = start + 30 * 24 * hour;
    const spared: Partial<Verdict> = {
      ...{ available: false, until, left: undefined },
      hindrances: [{ code: "budget", budget: "monthly", to: "free", until }],
    };
    const before: Choice = { key: "a", since: start, awaited: {} };
    const choice = chooseAlong([candidate("a", {}, spared), candidate("b")], before, start);
    expect(choice?.key).toBe("b");
    const later = start + minute;
    for (const judged of [{ left: undefined }, { left: 50, knownAt: start - hour }, { left: 3 }]) {
      expect(chooseAlong([candidate("a", {}, judged), candidate("b")], choice, later)?.key).toBe("a");
    }
    // What is used up as well has to recover all the same.
    const both = { ...spared, hindrances: [...(spared.hindrances ?? []), ...(out(until).hindrances ?? [])] };
    const other = chooseAlong([candidate("a", {}, both), candidate("b")], before, start);
    expect(chooseAlong([candidate("a", {}, { left: undefined }), candidate("b")], other, later)).toBe(other);
  });

  it("goes to a member that was written in front of it since", () => {
    const choice: Choice = { key: "b", since: start, awaited: {} };
    expect(chooseAlong([candidate("new"), candidate("b")], choice, start + minute)?.key).toBe("new");
    expect(chooseAlong([candidate("c")], choice, start + minute)?.key).toBe("c");
  });

  it("does not flap, however the numbers of two members go to and fro around nothing", () => {
    const left = fc.integer({ min: 0, max: 8 });
    fc.assert(
      fc.property(fc.array(fc.record({ a: left, b: left }), { maxLength: 60 }), (readings) => {
        let choice: Choice | undefined;
        let now = start;
        for (const reading of readings) {
          now += 10 * minute;
          const chain = (["a", "b"] as const).map((key) =>
            candidate(key, {}, { knownAt: now, left: reading[key], ...(reading[key] === 0 ? out() : {}) }),
          );
          const before = choice;
          choice = chooseAlong(chain, before, now);
          if (before === undefined || choice?.key === before.key) continue;
          // Every switch has its reason: what it left is used up, or what it goes back to has 5 % or more.
          const isBack = choice?.key === "a";
          expect(isBack ? reading.a >= 5 || reading.b === 0 : reading.a === 0).toBe(true);
        }
      }),
    );
  });
});

describe("the choice among accounts that serve a model", () => {
  it("is the best by cost, freshness, what is left and price", () => {
    const all = [
      candidate("blocked", { billing: "free" }, out(start + hour)),
      candidate("dear", { billing: "paid", price: 9 }, { left: 50 }),
      candidate("cheap", { billing: "paid", price: 3 }, { left: 50 }),
      candidate("roomy paid", { billing: "prepaid", price: 9 }, { left: 90 }),
      candidate("unknown", {}, { left: undefined }),
      candidate("stale", {}, { left: 99, caveats: [{ code: "stale", at: start }] }),
      candidate("less", {}, { left: 30 }),
      candidate("more", {}, { left: 60 }),
    ];
    expect(all.sort(byWorth).map(({ key }) => key)).toEqual([
      "more",
      "less",
      "unknown",
      "stale",
      "roomy paid",
      "cheap",
      "dear",
      "blocked",
    ]);
  });

  it("stays until another one has 10 % more, costs nothing where it does, or it cannot be used", () => {
    const choice: Choice = { key: "a", since: start, awaited: {} };
    const other = (rest: Partial<Candidate>, judged: Partial<Verdict>, own: Partial<Candidate> = {}) =>
      chooseAmong([candidate("a", own, { left: 50 }), candidate("b", rest, judged)], choice, start + 1)?.key;
    expect(other({}, { left: 59 })).toBe("a");
    expect(other({}, { left: 60 })).toBe("b");
    expect(other({}, { left: 1 }, { billing: "paid" })).toBe("b");
    expect(other({ billing: "paid" }, { left: 99 })).toBe("a");
    const gone = [candidate("a", {}, out(start + hour)), candidate("b", { billing: "paid" }, { left: 1 })];
    expect(chooseAmong(gone, choice, start + 1)?.key).toBe("b");
    expect(chooseAmong([candidate("a", {}, out(start + hour))], choice, start + 1)).toBe(choice);
    expect(chooseAmong([], undefined, start)).toBeUndefined();
  });

  it("never switches twice without the numbers having moved by 10 % in between", () => {
    const left = fc.integer({ min: 20, max: 29 });
    fc.assert(
      fc.property(fc.array(fc.tuple(left, left), { minLength: 1, maxLength: 60 }), (readings) => {
        let choice: Choice | undefined;
        const keys = new Set<string | undefined>();
        for (const [a, b] of readings) {
          choice = chooseAmong(
            [candidate("a", {}, { left: a }), candidate("b", {}, { left: b })],
            choice,
            start,
          );
          keys.add(choice?.key);
        }
        expect(keys.size).toBe(1);
      }),
    );
  });
});
