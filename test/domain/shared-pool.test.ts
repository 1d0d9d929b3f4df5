import { describe, expect, it } from "vitest";
import type { Quota, Snapshot } from "../../src/core/domain/quota.ts";
import { findSharedPools, nextSamples, type PoolEvidence } from "../../src/core/domain/shared-pool.ts";
import { quota, snapshot, start } from "../fakes/core.ts";

const minute = 60_000;
const resetsAt = start + 120 * minute;

/** The snapshot of an account after these reads, each a list of windows. */
function afterReads(account: string, reads: Quota[][], rest: Partial<Snapshot> = {}): Snapshot {
  const samples = reads.reduce<NonNullable<Snapshot["samples"]>>(nextSamples, []);
  return snapshot(account, { readings: reads.at(-1) ?? [], samples, ...rest });
}

/** Reads of one window with these percentages used. */
const used = (...percentages: number[]) => percentages.map((used) => [quota({ used, resetsAt })]);

function pools(snapshots: Snapshot[], evidence: PoolEvidence = "auto"): string[] {
  return [...new Set(findSharedPools(snapshots, evidence).values())].map((accounts) => accounts.join(" "));
}

describe("accounts are one pool", () => {
  it("when they have the same owner at the same provider", () => {
    const owned = (account: string, owner: string, provider = "acme") =>
      snapshot(account, { owner, provider, readings: [quota({ used: account.length })] });
    expect(
      pools([owned("a", "x"), owned("b", "y"), owned("cc", "x"), owned("d", "x", "other"), snapshot("e")]),
    ).toEqual(["a cc"]);
  });

  it("when they had the same numbers and resets in three reads", () => {
    expect(pools([afterReads("a", used(10, 20, 30)), afterReads("b", used(10, 20, 30))])).toEqual(["a b"]);
    expect(pools([afterReads("a", used(20, 30)), afterReads("b", used(20, 30))])).toEqual([]);
    expect(pools([afterReads("a", used(10, 20, 30)), afterReads("b", used(11, 20, 30))])).toEqual([]);
  });

  it("also when one of them was read before the other began", () => {
    expect(pools([afterReads("a", used(5, 6, 10, 20, 30)), afterReads("b", used(10, 20, 30))])).toEqual([
      "a b",
    ]);
  });

  it("also when their resets differ by up to ten minutes, as providers compute them anew", () => {
    const shifted = (minutes: number) =>
      [10, 20, 30].map((used) => [quota({ used, resetsAt: resetsAt + minutes * minute })]);
    expect(pools([afterReads("a", used(10, 20, 30)), afterReads("b", shifted(10))])).toEqual(["a b"]);
    expect(pools([afterReads("a", used(10, 20, 30)), afterReads("b", shifted(11))])).toEqual([]);
  });

  it("only when all their windows agree, in whichever order they come", () => {
    const weekly = (used: number) => quota({ id: "weekly", used, resetsAt: resetsAt + 9_000 * minute });
    const reads = (used: number) => [1, 2, 3].map((step) => [quota({ used: step, resetsAt }), weekly(used)]);
    const turned = reads(50).map((windows) => windows.toReversed());
    expect(pools([afterReads("a", reads(50)), afterReads("b", turned)])).toEqual(["a b"]);
    expect(pools([afterReads("a", reads(50)), afterReads("b", reads(51))])).toEqual([]);
    expect(pools([afterReads("a", reads(50)), afterReads("b", used(1, 2, 3))])).toEqual([]);
  });

  it("never over providers", () => {
    const elsewhere = afterReads("b", used(10, 20, 30), { provider: "other" });
    expect(pools([afterReads("a", used(10, 20, 30)), elsewhere])).toEqual([]);
  });

  it.each<[string, Quota[][]]>([
    ["nobody has used", used(0, 0, 0, 0)],
    ["are used up", used(100, 100, 100, 100)],
    ["tell no reset", [1, 2, 3].map((used) => [quota({ used })])],
    ["tell no use", [1, 2, 3].map(() => [quota({ used: undefined, resetsAt })])],
  ])("not because of windows that %s", (_, reads) => {
    expect(pools([afterReads("a", reads), afterReads("b", reads)])).toEqual([]);
  });

  it("still when the pool is exhausted and when it starts over", () => {
    for (const reads of [used(10, 20, 30, 100, 100, 100, 100), used(10, 20, 30, 100, 0, 0, 0)]) {
      expect(pools([afterReads("a", reads), afterReads("b", reads)])).toEqual(["a b"]);
    }
  });

  it("no longer as soon as their numbers differ, and again after three more reads", () => {
    const reads = (...last: number[]) => used(10, 20, 30, ...last);
    expect(pools([afterReads("a", reads(40)), afterReads("b", reads(41))])).toEqual([]);
    expect(pools([afterReads("a", reads(100)), afterReads("b", reads(0))])).toEqual([]);
    expect(pools([afterReads("a", reads(40, 50, 60)), afterReads("b", reads(41, 50, 60))])).toEqual([]);
    expect(pools([afterReads("a", reads(40, 50, 60, 70)), afterReads("b", reads(41, 50, 60, 70))])).toEqual([
      "a b",
    ]);
  });

  it("only while they can be read", () => {
    const failing = afterReads("b", used(10, 20, 30), { state: "auth_expired", owner: "x" });
    expect(pools([afterReads("a", used(10, 20, 30), { owner: "x" }), failing])).toEqual([]);
  });

  it("by their owner alone, or not at all, where that is configured", () => {
    const alike = [afterReads("a", used(10, 20, 30)), afterReads("b", used(10, 20, 30))];
    const owned = [snapshot("c", { owner: "x" }), snapshot("d", { owner: "x" })];
    expect(pools([...alike, ...owned], "auto")).toEqual(["a b", "c d"]);
    expect(pools([...alike, ...owned], "owner")).toEqual(["c d"]);
    expect(pools([...alike, ...owned], "off")).toEqual([]);
  });
});

it("no more than three samples are kept", () => {
  expect(afterReads("a", used(1, 2, 3, 4, 5)).samples).toHaveLength(3);
});
