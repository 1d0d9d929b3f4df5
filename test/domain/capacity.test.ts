import { describe, expect, it } from "vitest";
import {
  countsTo,
  lookAtWindow,
  risesOf,
  type TokensPerPercent,
  tokensPerPercent,
} from "../../src/core/domain/capacity.ts";
import type { QuotaSample } from "../../src/core/domain/history.ts";
import type { Quota } from "../../src/core/domain/quota.ts";
import { quota, start } from "../fakes/core.ts";

const hour = 3_600_000;
const later = start + hour;

function look(rest: Partial<Quota>, facts: { spent?: number; perPercent?: TokensPerPercent } = {}) {
  return lookAtWindow(quota(rest), { now: start, spent: 0, perPercent: undefined, ...facts });
}

describe("what a window leaves", () => {
  it("is its limit less what was told and what came since, if it counts tokens", () => {
    const window = { unit: "tokens", used: 400, limit: 1000, resetsAt: later };
    expect(look(window, { spent: 100 })).toEqual({
      ...{ kind: "tokens", tokens: 500, basis: "told", resetsAt: later },
    });
    expect(look(window, { spent: 5000 })).toMatchObject({ tokens: 0 });
  });

  it("is what is left in percent at the measured size of one", () => {
    const perPercent = { tokens: 12_300, points: 37.6 };
    expect(look({ used: 40 }, { spent: 8_000, perPercent })).toEqual({
      kind: "tokens",
      tokens: 730_000,
      basis: "1% = 12,300 tokens, measured over 37%",
    });
  });

  it("is nobody's guess where a percent has no measure, or the use is not told", () => {
    expect(look({ used: 40 })).toEqual({ kind: "unknown" });
    expect(look({ unit: "tokens", used: undefined, limit: 1000 })).toEqual({ kind: "unknown" });
    expect(look({ used: undefined }, { perPercent: { tokens: 10, points: 9 } })).toEqual({ kind: "unknown" });
  });

  it.each(["percent", "requests", "tokens", "usd"])("is nothing once it is used up, in %s", (unit) => {
    expect(look({ unit, used: 100, limit: 100, resetsAt: later })).toEqual({
      ...{ kind: "tokens", tokens: 0, basis: "used up", resetsAt: later },
    });
  });

  it("is all of it when it has started over since it was read", () => {
    const over = { used: 100, limit: 100, resetsAt: start };
    expect(look(over, { perPercent: { tokens: 10, points: 9 }, spent: 30 })).toMatchObject({
      ...{ kind: "tokens", tokens: 970, resetsAt: undefined },
    });
  });

  it("says nothing of tokens while it counts something else, or the rate of minutes", () => {
    expect(look({ unit: "requests", used: 3, limit: 10 })).toEqual({ kind: "other" });
    expect(look({ unit: "tokens", used: 10, limit: 10, windowSeconds: 60 })).toEqual({ kind: "other" });
  });
});

describe("a window counts", () => {
  const account = ["a", "b"];
  it("what its accounts use, for its models, and what does not tell its model", () => {
    expect(countsTo({ accounts: account }, { account: "b", model: "x" })).toBe(true);
    expect(countsTo({ accounts: account }, { account: "c" })).toBe(false);
    expect(countsTo({ accounts: account, models: ["x"] }, { account: "a", model: "x" })).toBe(true);
    expect(countsTo({ accounts: account, models: ["x"] }, { account: "a", model: "y" })).toBe(false);
    expect(countsTo({ accounts: account, models: ["x"] }, { account: "a" })).toBe(true);
  });
});

describe("the rises of a window", () => {
  const sample = (minutes: number, value: number, resetsAt: number | undefined = later): QuotaSample => ({
    ...{ account: "a", reading: "session", kind: "quota", value, limit: 100, resetsAt },
    at: start + minutes * 60_000,
  });

  it("are told run by run, the newest first", () => {
    const next = later + 5 * hour;
    const samples = [sample(0, 10), sample(10, 12), sample(20, 30), sample(70, 2, next), sample(90, 9, next)];
    expect(risesOf(samples)).toEqual([
      { from: start + 70 * 60_000, to: start + 90 * 60_000, points: 7 },
      { from: start, to: start + 20 * 60_000, points: 20 },
    ]);
  });

  it("end where use fell, or the reset is another, even if the number went on", () => {
    expect(risesOf([sample(0, 10), sample(1, 15), sample(2, 11), sample(3, 14)])).toMatchObject([
      ...[{ points: 3 }, { points: 5 }],
    ]);
    expect(risesOf([sample(0, 10), sample(1, 50, later + 5 * hour)])).toEqual([]);
  });

  it("end before the limit, beyond which use raises nothing", () => {
    expect(risesOf([sample(0, 90), sample(1, 96), sample(2, 100), sample(3, 100)])).toMatchObject([
      { to: start + 60_000, points: 6 },
    ]);
  });
});

describe("a percent in tokens", () => {
  it("is measured over 5 points of rise, with tokens to go by", () => {
    expect(
      tokensPerPercent([
        { points: 2, tokens: 250 },
        { points: 3, tokens: 260 },
      ]),
    ).toEqual({
      ...{ tokens: 102, points: 5 },
    });
    expect(tokensPerPercent([{ points: 4.9, tokens: 1_000 }])).toBeUndefined();
    expect(tokensPerPercent([{ points: 40, tokens: 0 }])).toBeUndefined();
  });
});
