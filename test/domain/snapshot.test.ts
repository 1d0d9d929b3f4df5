import { describe, expect, it } from "vitest";
import { afterFailure, afterSuccess, isDue } from "../../src/core/domain/snapshot.ts";
import { quota, start } from "../fakes/core.ts";

const minute = 60_000;
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
