import { describe, expect, it } from "vitest";
import { afterReport, isLeftToReports } from "../../src/core/domain/pushed.ts";
import { quota, snapshot, start } from "../fakes/core.ts";

const interval = 10 * 60_000;
const now = start + 2 * 60_000;
const report = { account: "a", provider: "acme", user: "lan", at: now, readings: [quota({ used: 55 })] };
const weekly = quota({ id: "weekly", label: "weekly", used: 90 });

describe("the snapshot after a report", () => {
  it("is all there is of an account that the bot has never read, and lets it be read at any time", () => {
    expect(afterReport(report, undefined, { interval, now })).toMatchObject({
      ...{ state: "ok", readings: report.readings, fetchedAt: now, pushedBy: { user: "lan" } },
      ...{ nextReadAt: now, failures: 0 },
    });
  });

  it("keeps the provider's floor, the credential and what a read alone tells", () => {
    const read = snapshot("a", { plan: "Max", readings: [quota(), weekly] });
    expect(afterReport(report, read, { interval, now })).toMatchObject({
      ...{
        plan: "Max",
        readings: [quota({ used: 55 }), weekly],
        fetchedAt: now,
        attemptedAt: read.attemptedAt,
      },
      ...{ nextReadAt: read.nextReadAt, credentialKey: "key" },
    });
  });

  it.each([
    ["has failed", { failures: 1, state: "error" as const }],
    ["is long past", { attemptedAt: start - 60 * 60_000 }],
  ])("has the report's windows alone when the last read %s", (_, rest) => {
    const read = snapshot("a", { readings: [quota(), weekly], ...rest });
    const after = afterReport(report, read, { interval, now });
    expect(after.readings).toEqual(report.readings);
    expect(after.state).toBe("ok");
    expect(after.message).toBeUndefined();
  });

  it("drops windows that only an earlier report told", () => {
    const first = afterReport({ ...report, readings: [weekly] }, undefined, { interval, now: start });
    expect(afterReport(report, first, { interval, now }).readings).toEqual(report.readings);
  });
});

describe("reading", () => {
  const failing = snapshot("a", { state: "auth_expired", failures: 3, readings: [] });
  const reported = afterReport(report, failing, { interval, now });

  it("is left to the machines that report while the bot's own reads fail and the report is recent", () => {
    expect(isLeftToReports(reported, interval, now + 29 * 60_000)).toBe(true);
    expect(isLeftToReports(reported, interval, now + 31 * 60_000)).toBe(false);
  });

  it("goes on where it works, and where nobody reports", () => {
    const well = afterReport(report, snapshot("a"), { interval, now });
    expect(isLeftToReports(well, interval, now)).toBe(false);
    expect(isLeftToReports(failing, interval, now)).toBe(false);
  });
});
