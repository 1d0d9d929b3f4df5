import { describe, expect, it } from "vitest";
import type { QuotaSample } from "../../src/core/domain/history.ts";
import type { Reading, Snapshot } from "../../src/core/domain/quota.ts";
import type { History } from "../../src/core/ports.ts";
import { createKeepHistory } from "../../src/core/services/keep-history.ts";
import { createKeptLog, createManualClock, quota, snapshot, start } from "../fakes/core.ts";

const minute = 60_000;
const hour = 60 * minute;
const session = { kind: "quota", id: "session" } as const;

type KeptHistory = Pick<History, "add" | "samples"> & { stored: QuotaSample[]; broken: boolean };

function createKeptHistory(stored: QuotaSample[] = []): KeptHistory {
  return {
    stored,
    broken: false,
    async add(samples) {
      if (this.broken) throw new Error("The history is away.");
      stored.push(...samples);
    },
    async samples({ account, from, to }) {
      if (this.broken) throw new Error("The history is away.");
      return stored.filter((sample) => sample.account === account && sample.at >= from && sample.at < to);
    },
  };
}

function setUp(history = createKeptHistory(), clock = createManualClock()) {
  const log = createKeptLog();
  let current: Snapshot = snapshot("a");
  let own: readonly Reading[] = [];
  const kept = createKeepHistory({
    history,
    readQuotas: { snapshot: (account) => (account === "a" ? current : undefined) },
    readingsOf: (account) => [...(account === "a" ? current.readings : []), ...own],
    clock,
    log,
  });
  return {
    ...{ history, clock, log, kept },
    async read(used: number | undefined, rest: Partial<Snapshot> = {}) {
      current = snapshot("a", { readings: [quota({ used })], fetchedAt: clock.now(), ...rest });
      await kept.keep(["a"]);
    },
    count(used: number) {
      own = [quota({ id: "daily", used, counted: { at: clock.now(), atLeast: false } })];
    },
    recent: () => kept.recent("a", session).map(({ at, value }) => [(at - start) / minute, value]),
    stored: () => history.stored.map(({ reading, at, value }) => [reading, (at - start) / minute, value]),
  };
}

describe("the history of an account", () => {
  it("keeps what every read said", async () => {
    const { read, history, clock } = setUp();
    const resetsAt = start + hour;
    const balance = { kind: "balance", id: "credits", label: "Credits", unit: "usd", remaining: 7 } as const;
    await read(40, { readings: [quota({ resetsAt }), balance, quota({ id: "week", used: undefined })] });
    clock.advance(5 * minute);
    await read(50);
    expect(history.stored).toEqual([
      { account: "a", reading: "session", kind: "quota", at: start, value: 40, limit: 100, resetsAt },
      { account: "a", reading: "credits", kind: "balance", at: start, value: 7 },
      expect.objectContaining({ reading: "session", at: start + 5 * minute, value: 50 }),
    ]);
  });

  it("keeps a read that says the same once an hour, and the last one before a change", async () => {
    const { read, clock, stored, recent } = setUp();
    for (let count = 0; count < 15; count++) {
      await read(40);
      clock.advance(10 * minute);
    }
    await read(41);
    const kept = [0, 60, 120, 140].map((at) => ["session", at, 40]);
    expect(stored()).toEqual([...kept, ["session", 150, 41]]);
    clock.advance(10 * minute);
    await read(41);
    expect(recent().slice(-2)).toEqual([
      [150, 41],
      [160, 41],
    ]);
  });

  it("does not keep a read twice, nor a failed one", async () => {
    const { read, clock, stored } = setUp();
    await read(40);
    clock.advance(2 * hour);
    await read(40, { fetchedAt: start, state: "error" });
    expect(stored()).toEqual([["session", 0, 40]]);
  });

  it("keeps windows that are counted every 5 minutes at most, also of an account that was never read", async () => {
    const { kept, count, clock, stored } = setUp();
    for (let minutes = 0; minutes < 12; minutes++) {
      count(minutes);
      await kept.keep(["pushed"]);
      clock.advance(minute);
    }
    expect(stored()).toEqual([
      ["daily", 0, 0],
      ["daily", 5, 5],
      ["daily", 10, 10],
    ]);
    expect(kept.recent("pushed", { kind: "quota", id: "daily" }).at(-1)?.value).toBe(11);
  });

  it("is at hand again after a restart, for the last hours", async () => {
    const before = setUp();
    await before.read(10);
    before.clock.advance(5 * hour);
    await before.read(20);
    before.clock.advance(2 * hour);
    const after = setUp(before.history, before.clock);
    await after.kept.load([{ id: "a" }]);
    expect(after.recent()).toEqual([[300, 20]]);
    await after.read(20);
    expect(before.history.stored).toHaveLength(3);
  });

  it("holds a hundred samples of a reading at most", async () => {
    const { read, clock, recent } = setUp();
    for (let count = 0; count < 130; count++) {
      await read(count);
      clock.advance(minute);
    }
    expect(recent()).toHaveLength(100);
    expect(recent().at(-1)).toEqual([129, 129]);
  });

  it("that cannot be reached is logged; what is read meanwhile stays at hand, and joins the rest later", async () => {
    const { read, clock, history, log, recent } = setUp(
      createKeptHistory([
        { account: "a", reading: "session", kind: "quota", at: start - minute, value: 5, limit: 100 },
      ]),
    );
    history.broken = true;
    await read(10);
    expect(recent()).toEqual([[0, 10]]);
    expect(log.lines.map(({ level }) => level)).toEqual(["warn", "warn"]);
    history.broken = false;
    clock.advance(5 * minute);
    await read(20);
    expect(recent()).toEqual([
      [-1, 5],
      [0, 10],
      [5, 20],
    ]);
  });
});
