import { describe, expect, it } from "vitest";
import { findOverage } from "../../src/core/domain/overage-findings.ts";
import type { Reading } from "../../src/core/domain/quota.ts";
import { quota, start } from "../fakes/core.ts";
import { createMemory, days, minutes } from "../fakes/incident-memory.ts";

const monthEnd = start + 8 * days;

function createWatch() {
  const memory = createMemory();
  const see = (minute: number, readings: readonly Reading[], firstSight = false): string[] => {
    const at = start + minute * minutes;
    return memory.take(findOverage({ account: "a", at, firstSight, readings, open: memory.open() }), at);
  };
  return {
    memory,
    see,
    spent: (minute: number, used: number, resetsAt = monthEnd) => see(minute, [extra(used, resetsAt)]),
  };
}

function extra(used: number, resetsAt: number | undefined): Reading {
  return { kind: "spend", id: "extra", label: "Extra usage", unit: "usd", used, limit: 50, resetsAt };
}

const afterMonth = 8 * 24 * 60 + 10;

describe("Money beyond a subscription", () => {
  it("is told at its first cent, once in a month", () => {
    const { spent } = createWatch();
    expect(spent(0, 0)).toEqual([]);
    expect(spent(10, 0.01)).toEqual(["overage.started"]);
    expect(spent(20, 7)).toEqual([]);
    expect(spent(30, 30)).toEqual([]);
    expect(spent(afterMonth, 0, monthEnd + 30 * days)).toEqual(["over: overage.started"]);
    expect(spent(afterMonth + 10, 0, monthEnd + 30 * days)).toEqual([]);
    expect(spent(afterMonth + 20, 2, monthEnd + 30 * days)).toEqual(["overage.started"]);
  });

  it("is told anew for a month that begins with some", () => {
    const { spent } = createWatch();
    spent(10, 12);
    const told = ["over: overage.started", "overage.started"];
    expect(spent(afterMonth, 3, monthEnd + 30 * days)).toEqual(told);
  });

  it("is told anew at the second look for a month that begins with more", () => {
    const { spent } = createWatch();
    spent(10, 2);
    expect(spent(afterMonth, 3, monthEnd + 30 * days)).toEqual([]);
    const told = ["over: overage.started", "overage.started"];
    expect(spent(afterMonth + 10, 3, monthEnd + 30 * days)).toEqual(told);
  });

  it("of a counter without a reset is over at the second look", () => {
    const { see } = createWatch();
    see(0, [extra(12, undefined)]);
    expect(see(10, [extra(0, undefined)])).toEqual([]);
    expect(see(20, [extra(0, undefined)])).toEqual(["over: overage.started"]);
  });

  it("is not over for one wrong answer, nor while it is not told", () => {
    const { spent, see } = createWatch();
    spent(0, 12);
    expect([spent(10, 0), spent(20, 12), see(30, [quota()]), see(40, []), spent(50, 13)].flat()).toEqual([]);
  });

  it("that was there when the account was first seen is only noted", () => {
    const { see, memory } = createWatch();
    expect(see(0, [extra(3, monthEnd)], true)).toEqual([]);
    expect(memory.open()).toHaveLength(1);
    expect(see(10, [extra(9, monthEnd)])).toEqual([]);
  });
});
