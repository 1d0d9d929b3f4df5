import { describe, expect, it } from "vitest";
import type { Instant, Snapshot } from "../../src/core/domain/quota.ts";
import { findAccountState } from "../../src/core/domain/state-findings.ts";
import { snapshot, start } from "../fakes/core.ts";
import { createMemory, hours, minutes } from "../fakes/incident-memory.ts";

const interval = 10 * minutes;

/** Looks at an account with reads that went so; minutes since the start. */
function createWatch() {
  const memory = createMemory("a#state");
  let awakeSince: Instant = start;
  return {
    memory,
    restart(minute: number) {
      awakeSince = start + minute * minutes;
    },
    look(minute: number, rest: Partial<Snapshot>): string[] {
      const now = start + minute * minutes;
      const seen = snapshot("a", { attemptedAt: now, ...rest });
      const known = memory.known();
      return memory.take(
        findAccountState({ account: "a", snapshot: seen, interval, now, awakeSince, known }),
        now,
      );
    },
    well(minute: number): string[] {
      return this.look(minute, { fetchedAt: start + minute * minutes });
    },
    fails(minute: number, state: Snapshot["state"] = "error"): string[] {
      return this.look(minute, { state, fetchedAt: start, failures: 1 });
    },
  };
}

describe("An account that needs a person", () => {
  it.each([
    ["auth_expired", "account.signed_out"],
    ["forbidden", "account.forbidden"],
    ["needs_action", "account.needs_action"],
  ] as const)("since it is %s is told once, and once it is well again", (state, event) => {
    const watch = createWatch();
    expect(watch.well(0)).toEqual([]);
    expect(watch.fails(10, state)).toEqual([event]);
    expect(watch.fails(20, state)).toEqual([]);
    expect(watch.well(30)).toEqual(["over: account.recovered"]);
    expect(watch.well(40)).toEqual([]);
    expect(watch.fails(50, state)).toEqual([event]);
  });

  it("in another way than before is told that too", () => {
    const watch = createWatch();
    watch.fails(10, "auth_expired");
    expect(watch.fails(20, "forbidden")).toEqual(["over: account.signed_out", "account.forbidden"]);
  });

  it("is neither well nor told again while reads fail otherwise", () => {
    const watch = createWatch();
    watch.fails(10, "auth_expired");
    expect(
      [watch.fails(20), watch.fails(25, "rate_limited"), watch.fails(30, "auth_expired")].flat(),
    ).toEqual([]);
    expect(watch.well(40)).toEqual(["over: account.recovered"]);
  });

  it("is over without being well when there is nothing to read any more", () => {
    const watch = createWatch();
    watch.fails(10, "auth_expired");
    expect(watch.fails(20, "retired")).toEqual(["over: account.signed_out"]);
  });

  it("from the first read on is only noted", () => {
    const watch = createWatch();
    const never = { fetchedAt: undefined, failures: 1, readings: [] } as const;
    expect(watch.look(0, { ...never, state: "auth_expired" })).toEqual([]);
    expect(watch.look(10, { ...never, state: "auth_expired" })).toEqual([]);
    expect(watch.well(20)).toEqual([]);
    expect(watch.fails(30, "auth_expired")).toEqual(["account.signed_out"]);
  });

  it("is judged by the newest read, whichever process made it", () => {
    const watch = createWatch();
    watch.fails(10, "auth_expired");
    expect(watch.well(20)).toEqual(["over: account.recovered"]);
    const older = { state: "auth_expired", attemptedAt: start + 10 * minutes, failures: 1 } as const;
    expect(watch.look(21, older)).toEqual([]);
  });
});

describe("Numbers that grow old", () => {
  it("are told once, when they are older than half an hour and three reads, and when they are fresh again", () => {
    const watch = createWatch();
    watch.well(0);
    expect(watch.fails(30)).toEqual([]);
    expect(watch.fails(31)).toEqual(["source.stale"]);
    expect(watch.fails(300)).toEqual([]);
    expect(watch.well(310)).toEqual(["over: source.recovered"]);
  });

  it("are not told where everybody knows why", () => {
    const watch = createWatch();
    watch.fails(10, "auth_expired");
    expect(watch.fails(60, "auth_expired")).toEqual([]);
    expect(watch.fails(60, "retired")).toEqual(["over: account.signed_out"]);
  });

  it("are not fresh because the account needs a person by now", () => {
    const watch = createWatch();
    watch.fails(31);
    expect(watch.fails(40, "auth_expired")).toEqual(["account.signed_out"]);
    expect(watch.memory.open()).toHaveLength(2);
    expect(watch.well(50)).toEqual(["over: source.recovered", "over: account.recovered"]);
  });

  it("of an account without any are not missed", () => {
    const watch = createWatch();
    expect(watch.look(100, { state: "error", fetchedAt: undefined, failures: 9 })).toEqual([]);
  });

  it("are not held against a source while nobody was there to read", () => {
    const watch = createWatch();
    watch.well(0);
    watch.restart(10 * 60);
    const unread = { fetchedAt: start, attemptedAt: start };
    expect(watch.look(10 * 60, unread)).toEqual([]);
    expect(watch.look(10 * 60 + 30, unread)).toEqual([]);
    expect(watch.look(10 * 60 + 31, unread)).toEqual(["source.stale"]);
  });

  it("stay told over a restart", () => {
    const watch = createWatch();
    watch.fails(31);
    watch.restart(40);
    expect(watch.look(41, { fetchedAt: start, attemptedAt: start })).toEqual([]);
    expect(watch.memory.open()).toHaveLength(1);
  });
});

it("An interval of hours needs three reads to fail", () => {
  const memory = createMemory("a#state");
  const seen = { state: "error", fetchedAt: start, failures: 2 } as const;
  const at = (now: Instant) =>
    memory.take(
      findAccountState({
        ...{ account: "a", interval: hours, now, awakeSince: start, known: memory.known() },
        snapshot: snapshot("a", { ...seen, attemptedAt: now }),
      }),
      now,
    );
  expect(at(start + 3 * hours)).toEqual([]);
  expect(at(start + 3 * hours + 1)).toEqual(["source.stale"]);
});
