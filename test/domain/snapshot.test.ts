import { describe, expect, it } from "vitest";
import { afterReport } from "../../src/core/domain/pushed.ts";
import { afterFailure, afterSuccess, isDue } from "../../src/core/domain/snapshot.ts";
import { quota, start } from "../fakes/core.ts";

const minute = 60_000;
const hour = 60 * minute;
const attempt = { account: "a", provider: "acme", at: start, credentialKey: "key", floor: 5 * minute };
const found = { readings: [quota({ resetsAt: start + minute })], owner: "5f0c1e" };

describe("a snapshot", () => {
  it("collects samples over reads and failures, and begins anew with another credential", () => {
    const first = afterSuccess(attempt, undefined, found);
    const second = afterSuccess(attempt, first, found);
    const failed = afterFailure(attempt, second, { state: "error", message: "Down.", random: 0 });
    const third = afterSuccess(attempt, failed, found);
    expect([first, second, failed, third].map(({ samples }) => samples?.length)).toEqual([1, 2, 2, 3]);
    expect(afterSuccess({ ...attempt, credentialKey: "other" }, third, found).samples).toHaveLength(1);
  });

  it("keeps the owner while reads fail or do not tell it, unless the credential is another", () => {
    const first = afterSuccess(attempt, undefined, found);
    const failed = afterFailure(attempt, first, { state: "error", message: "Down.", random: 0 });
    expect(failed.owner).toBe("5f0c1e");
    expect(afterSuccess(attempt, failed, { readings: [] }).owner).toBe("5f0c1e");
    expect(
      afterSuccess({ ...attempt, credentialKey: "other" }, first, { readings: [] }).owner,
    ).toBeUndefined();
  });

  it("knows since when there are numbers, over reads, failures and reports", () => {
    const never = afterFailure(attempt, undefined, { state: "error", message: "Down.", random: 0 });
    const first = afterSuccess({ ...attempt, at: start + minute }, never, found);
    const failed = afterFailure(attempt, first, { state: "error", message: "Down.", random: 0 });
    const second = afterSuccess({ ...attempt, at: start + 2 * minute }, failed, found);
    const report = { account: "a", provider: "acme", at: start + 3 * minute, readings: found.readings };
    const reported = afterReport(report, second, { interval: minute, now: start });
    const all = [never, first, failed, second, reported].map(({ knownSince }) => knownSince);
    expect(all).toEqual([undefined, ...Array.from({ length: 4 }, () => start + minute)]);
    // As stored before this was kept.
    const old = { ...first, knownSince: undefined };
    expect(afterSuccess({ ...attempt, at: start + hour }, old, found).knownSince).toBe(start + minute);
  });

  it("of a service that has ended says so, has no numbers and is never due", () => {
    const snapshot = afterSuccess(attempt, undefined, { readings: [], retired: "Ended on 2026-04-17." });
    expect(snapshot).toMatchObject({ state: "retired", message: "Ended on 2026-04-17.", readings: [] });
    expect(snapshot.fetchedAt).toBeUndefined();
    expect(isDue(snapshot, minute, start + 1_000_000 * minute)).toBe(false);
  });

  it("of a service that is ending keeps the numbers it still tells", () => {
    const snapshot = afterSuccess(attempt, undefined, { ...found, retired: "Ends soon." });
    expect(snapshot).toMatchObject({ state: "retired", readings: found.readings, fetchedAt: start });
  });
});
