import { describe, expect, it } from "vitest";
import type { ConfiguredWindow } from "../../src/core/domain/configured-window.ts";
import { createWindowUse } from "../../src/core/services/window-use.ts";
import { account, createKeptLog, createManualClock, start } from "../fakes/core.ts";
import { createSpending } from "../fakes/spending.ts";

const minute = 60_000;
const hour = 60 * minute;
const utc = (text: string) => Date.parse(`${text}Z`);
const daily: ConfiguredWindow = { id: "daily", unit: "tokens", limit: 1_000, resets: { at: "00:00" } };
const rolling: ConfiguredWindow = { id: "rolling", unit: "requests", limit: 50, rolling: 5 * hour };

function setUp(windows: ConfiguredWindow[] = [daily, rolling], now = start, timezone = "UTC") {
  const ledger = createSpending();
  const clock = createManualClock(now);
  const log = createKeptLog();
  const accounts = [account("a", { windows }), account("b", { windows }), account("bare")];
  const changes: string[] = [];
  let goOn = () => {};
  const pause = () =>
    new Promise<void>((resolve) => {
      goOn = resolve;
    });
  const use = createWindowUse({ ledger, accounts, clock, timezone, log, pause });
  use.onChange((changed) => changes.push(changed));
  const used = (id: string, of = "a") => use.countedOf(of, { id })?.used;
  return { ledger, clock, log, use, used, changes, goOn: () => goOn() };
}

describe("what the ledger says that windows have used", () => {
  it("is unknown of an account without any record, and nothing when none is of the window", async () => {
    const { ledger, use, used } = setUp();
    ledger.add("a", start - 30 * hour, { tokens: 700 });
    await use.refresh();
    expect([used("daily"), used("rolling"), used("daily", "b")]).toEqual([0, 0, undefined]);
  });

  it("is counted over each window's own span, up to now", async () => {
    const { ledger, use, used } = setUp();
    ledger.add("a", utc("2026-11-21T23:59"), { tokens: 1 });
    ledger.add("a", utc("2026-11-22T00:00"), { tokens: 20 });
    ledger.add("a", start - 1, { tokens: 300 });
    ledger.add("a", start + hour, { tokens: 4_000 });
    ledger.add("b", start - 1, { tokens: 50_000 });
    await use.refresh();
    expect(use.countedOf("a", daily)).toEqual({ used: 320, atLeast: false, at: start });
    expect(used("rolling")).toBe(3);
  });

  it.each([
    ["spring, 23 hours", "2026-03-28T23:00", "2026-03-29T22:00"],
    ["autumn, 25 hours", "2026-10-24T22:00", "2026-10-25T23:00"],
  ])("is of the team's day when the clocks change: %s", async (_, from, to) => {
    const { ledger, use, used } = setUp([daily], utc(to) - 1, "Europe/Berlin");
    for (const at of [utc(from) - 1, utc(from), utc(to) - 2]) ledger.add("a", at, { tokens: 1 });
    await use.refresh();
    expect(used("daily")).toBe(2);
  });

  it("begins anew with the window", async () => {
    const { ledger, clock, use, used } = setUp([daily], utc("2026-11-22T23:59:50"));
    ledger.add("a", clock.now() - minute, { tokens: 900 });
    await use.refresh();
    clock.advance(10_000);
    expect(used("daily")).toBeUndefined();
    await use.refresh();
    expect(used("daily")).toBe(0);
  });

  it("counts a record of the future when its time has come, and one that is late to its own day", async () => {
    const { ledger, clock, use, used } = setUp([daily]);
    ledger.add("a", start + hour, { tokens: 5 });
    await use.refresh();
    expect(used("daily")).toBe(0);
    clock.advance(hour + 1);
    ledger.add("a", start - 24 * hour, { tokens: 70 });
    await use.refresh();
    expect(used("daily")).toBe(5);
  });

  it("lets go of what a rolling window has left behind", async () => {
    const { ledger, clock, use, used } = setUp([rolling]);
    ledger.add("a", start - 4 * hour, {});
    await use.refresh();
    clock.advance(hour + minute);
    await use.refresh();
    expect(used("rolling")).toBe(0);
  });
});

describe("the ledger", () => {
  it("is asked again when half a minute has passed, and only for accounts with windows", async () => {
    const { ledger, clock, use } = setUp([daily]);
    await Promise.all([use.refresh(), use.refresh([{ id: "a" }, { id: "bare" }])]);
    await use.refresh();
    expect(ledger.asked).toEqual(["a", "b"]);
    clock.advance(30_000);
    await use.refresh([{ id: "b" }]);
    expect(ledger.asked).toEqual(["a", "b", "b"]);
  });

  it("is asked at once when records arrive, and once more for all that arrive meanwhile", async () => {
    const { ledger, use, used, changes, goOn } = setUp([daily]);
    await use.refresh();
    ledger.asked.length = 0;
    for (let count = 1; count <= 50; count++) {
      ledger.add("a", start - 1, { tokens: 1 });
      use.recorded([{ account: "a" }, { account: "bare" }, { account: "unassigned" }]);
    }
    await expect.poll(() => used("daily")).toBe(50);
    ledger.add("a", start - 1, { tokens: 1 });
    use.recorded([{ account: "a" }]);
    use.recorded([{ account: "a" }]);
    const askedBefore = ledger.asked.length;
    goOn();
    await expect.poll(() => used("daily")).toBe(51);
    expect(askedBefore).toBe(1);
    expect(ledger.asked).toEqual(["a", "a"]);
    expect(changes).toEqual(["a", "a"]);
  });

  it("is asked again for records that arrive while it answers", async () => {
    const { ledger, use, used } = setUp([daily]);
    let answer = () => {};
    const answering = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const { spent } = ledger;
    ledger.spent = async (...asked) => {
      const sum = await spent.apply(ledger, asked);
      await answering;
      return sum;
    };
    const asking = use.refresh([{ id: "a" }]);
    await expect.poll(() => ledger.asked).toEqual(["a"]);
    ledger.add("a", start - 1, { tokens: 9 });
    use.recorded([{ account: "a" }]);
    answer();
    await asking;
    await expect.poll(() => used("daily")).toBe(9);
  });

  it("that fails leaves what was known for a few minutes, and is said once", async () => {
    const { ledger, clock, log, use, used } = setUp([daily]);
    ledger.add("a", start - 1, { tokens: 9 });
    await use.refresh();
    ledger.broken = true;
    clock.advance(4 * minute);
    await use.refresh();
    expect(used("daily")).toBe(9);
    clock.advance(2 * minute);
    await use.refresh();
    expect(used("daily")).toBeUndefined();
    expect(log.lines).toHaveLength(1);
    ledger.broken = false;
    await use.refresh();
    expect(used("daily")).toBe(9);
  });
});

it("a change of use is told, and nothing else is", async () => {
  const { ledger, clock, use, changes } = setUp();
  ledger.add("a", start - 1, { tokens: 9 });
  await use.refresh();
  clock.advance(minute);
  await use.refresh();
  expect(changes).toEqual(["a"]);
});
