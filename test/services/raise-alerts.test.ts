import { describe, expect, it } from "vitest";
import type { Reading, Snapshot } from "../../src/core/domain/quota.ts";
import { createRaiseAlerts } from "../../src/core/services/raise-alerts.ts";
import { createMemoryStore } from "../../src/stores/memory.ts";
import { createKeptChannel, createKeptLog, quota, snapshot, start } from "../fakes/core.ts";

const hour = 3_600_000;
const reset = start + hour;

interface Setup {
  windows?: readonly string[];
  store?: ReturnType<typeof createMemoryStore>;
  sharers?: (account: string) => readonly string[];
  readingsOf?: (snapshot: Snapshot) => readonly Reading[];
}

function setUp(rest: Setup = {}) {
  const channel = createKeptChannel("slack:#ai");
  const other = createKeptChannel("discord:1");
  const store = rest.store ?? createMemoryStore();
  const log = createKeptLog();
  const rule = {
    accounts: new Set(["a", "b"]),
    thresholds: [80, 90, 100],
    resets: true,
    windows: rest.windows,
  };
  const alerts = createRaiseAlerts({
    rules: [
      { ...rule, channel },
      { ...rule, channel: other },
    ],
    settings: store.settings,
    readingsOf: rest.readingsOf ?? (({ readings }) => readings),
    sharers: rest.sharers ?? ((account) => [account]),
    describe: () => ({ name: "Lan's Max", providerName: "Claude" }),
    log,
  });
  return { alerts, channel, other, store, log };
}

const at = (used: number, rest: Parameters<typeof quota>[0] = {}) =>
  snapshot("a", { readings: [quota({ used, resetsAt: reset, ...rest })] });
const titles = (channel: ReturnType<typeof createKeptChannel>) =>
  channel.posts.map((message) => message.title);

describe("alerts after a read", () => {
  it("are posted to every channel of the rule, once", async () => {
    const { alerts, channel, other } = setUp();
    await alerts.afterRead(at(85), at(70));
    await alerts.afterRead(at(86), at(85));
    expect(titles(channel)).toEqual(["Lan's Max has used 85%"]);
    expect(titles(other)).toEqual(["Lan's Max has used 85%"]);
  });

  it("are remembered across restarts", async () => {
    const { alerts, store } = setUp();
    await alerts.afterRead(at(85), at(70));
    const again = setUp({ store });
    await again.alerts.afterRead(at(86), at(85));
    expect(titles(again.channel)).toEqual([]);
  });

  it("stay due for a channel that fails, and for that one alone", async () => {
    const { alerts, channel, other, log } = setUp();
    channel.broken = true;
    await alerts.afterRead(at(85), at(70));
    channel.broken = false;
    await alerts.afterRead(at(86), at(85));
    expect(titles(channel)).toEqual(["Lan's Max has used 86%"]);
    expect(titles(other)).toEqual(["Lan's Max has used 85%"]);
    expect(log.lines).toHaveLength(1);
  });

  it("are decided one after the other, however fast reads end", async () => {
    const { alerts, channel } = setUp();
    await Promise.all([85, 86, 87].map((used) => alerts.afterRead(at(used), at(70))));
    expect(titles(channel)).toHaveLength(1);
  });

  it("say nothing of a failed read, nor of an account the rule is not about", async () => {
    const { alerts, channel } = setUp();
    await alerts.afterRead({ ...at(85), state: "error" }, at(70));
    await alerts.afterRead({ ...at(85), account: "c" }, at(70));
    expect(titles(channel)).toEqual([]);
  });

  it("are about the rule's windows alone", async () => {
    const { alerts, channel } = setUp({ windows: ["weekly"] });
    await alerts.afterRead(at(85), at(70));
    expect(titles(channel)).toEqual([]);
    await alerts.afterRead(at(85, { id: "w", label: "weekly" }), at(70));
    expect(titles(channel)).toEqual(["Lan's Max has used 85%"]);
  });
});

it("a confirmed reset of a window that was low is told once", async () => {
  const { alerts, channel } = setUp();
  await alerts.afterRead(at(100), undefined);
  const back = { ...at(2, { resetsAt: reset + 5 * hour }), fetchedAt: reset + 60_000 };
  await alerts.afterRead(back, at(100));
  await alerts.afterRead({ ...back, fetchedAt: reset + 120_000 }, back);
  expect(titles(channel)).toEqual(["Lan's Max is exhausted", "Lan's Max is back"]);
});

describe("of accounts that share a pool", () => {
  /** The accounts count as one pool from `join()` on. */
  function setUpShared() {
    let together = false;
    const parts = setUp({ sharers: (account) => (together ? ["a", "b"] : [account]) });
    const join = () => {
      together = true;
    };
    const ofB = (used: number, rest = {}) => ({ ...at(used, rest), account: "b" });
    return { ...parts, join, ofB };
  }

  it("one exhausted pool is told once", async () => {
    const { alerts, channel, join, ofB } = setUpShared();
    join();
    await alerts.afterRead(at(100), at(70));
    await alerts.afterRead(ofB(100), ofB(70));
    await alerts.afterRead(at(100), at(100));
    expect(titles(channel)).toEqual(["Lan's Max is exhausted"]);
  });

  it("it is told once also when only the second read shows that they share", async () => {
    const { alerts, channel, join, ofB } = setUpShared();
    await alerts.afterRead(ofB(100), ofB(97));
    join();
    await alerts.afterRead(at(100), at(97));
    expect(titles(channel)).toEqual(["Lan's Max is exhausted"]);
  });

  it("what was told is not told again when they fall apart", async () => {
    const { alerts, channel, ofB } = setUpShared();
    const together = setUp({ sharers: () => ["a", "b"] });
    await together.alerts.afterRead(at(85), at(70));
    await together.alerts.afterRead(ofB(85), ofB(70));
    const apart = setUp({ store: together.store });
    await apart.alerts.afterRead(ofB(86), ofB(85));
    expect(titles(apart.channel)).toEqual([]);
    await alerts.afterRead(at(85), at(70));
    await alerts.afterRead(ofB(85), ofB(70));
    expect(titles(channel)).toHaveLength(2);
  });

  it("its reset is told once, whoever is read first", async () => {
    const { alerts, channel, join, ofB } = setUpShared();
    const back = { ...at(2, { resetsAt: reset + 5 * hour }), fetchedAt: reset + 60_000 };
    await alerts.afterRead({ ...back, account: "b" }, ofB(100));
    join();
    await alerts.afterRead(back, at(100));
    expect(titles(channel)).toEqual(["Lan's Max is back"]);
  });

  it("the reset after that is told again", async () => {
    const { alerts, channel, join } = setUpShared();
    join();
    for (const turn of [1, 2]) {
      const resetsAt = reset + turn * 5 * hour;
      const before = at(85, { resetsAt });
      await alerts.afterRead(
        { ...at(2, { resetsAt: resetsAt + 5 * hour }), fetchedAt: resetsAt + 1 },
        before,
      );
    }
    expect(titles(channel)).toEqual(["Lan's Max is back", "Lan's Max is back"]);
  });
});

it("alerts see the team's own windows", async () => {
  const { alerts, channel } = setUp({
    readingsOf: () => [quota({ id: "daily-tokens", label: "daily", used: 91 })],
  });
  await alerts.afterRead(at(10), at(10));
  expect(titles(channel)).toEqual(["Lan's Max has used 91%"]);
});
