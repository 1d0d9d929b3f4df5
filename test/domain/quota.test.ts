import { describe, expect, it } from "vitest";
import { bindingQuotas, remainingPercent, tightestQuota, usedPercent } from "../../src/core/domain/quota.ts";
import { quota } from "../fakes/core.ts";

describe("percentages of a quota", () => {
  it("keep what is used above the limit and never leave less than nothing", () => {
    expect(usedPercent({ used: 2005, limit: 2000 })).toBeCloseTo(100.25);
    expect(remainingPercent({ used: 2005, limit: 2000 })).toBe(0);
  });

  it("are unknown when a number is missing", () => {
    expect(usedPercent({ limit: 100 })).toBeUndefined();
    expect(usedPercent({ used: 5 })).toBeUndefined();
    expect(remainingPercent({ used: 5 })).toBeUndefined();
  });
});

describe("a limit of 0", () => {
  it("leaves nothing, and no part of it can be used", () => {
    expect(remainingPercent({ used: 0, limit: 0 })).toBe(0);
    expect(usedPercent({ used: 0, limit: 0 })).toBeUndefined();
  });
});

describe("the binding quota", () => {
  const session = quota({ id: "session", used: 37 });
  const weekly = quota({ id: "weekly", label: "weekly", used: 41 });
  const scoped = quota({ id: "weekly-fable", label: "weekly", scope: "Fable", used: 69 });

  it("is the window with the least left, in each pool", () => {
    expect([...bindingQuotas([session, weekly, scoped])]).toEqual([weekly, scoped]);
  });

  it("is never a window whose use is unknown", () => {
    expect([...bindingQuotas([quota({ id: "a", used: undefined }), session])]).toEqual([session]);
  });

  it("is the one that blocks longer when two have equally little left", () => {
    const short = quota({ id: "session", used: 100, resetsAt: 1_000 });
    const long = quota({ id: "weekly", used: 100, resetsAt: 9_000 });
    expect([...bindingQuotas([short, long])]).toEqual([long]);
    expect([...bindingQuotas([long, short])]).toEqual([long]);
  });

  it("is the one that the provider says it is, alone, whatever is left elsewhere", () => {
    const told = { ...session, binds: true };
    expect([...bindingQuotas([told, weekly, scoped])]).toEqual([told]);
  });

  it("of the account is the tightest over all pools", () => {
    expect(tightestQuota([session, weekly, scoped])).toBe(scoped);
    expect(tightestQuota([])).toBeUndefined();
  });
});
