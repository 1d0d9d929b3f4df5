import { describe, expect, it } from "vitest";
import { createRaiseAlerts } from "../../src/core/services/raise-alerts.ts";
import { createMemoryStore } from "../../src/stores/memory.ts";
import { createKeptChannel, createKeptLog, quota, snapshot, start } from "../fakes/core.ts";

const hour = 3_600_000;
const reset = start + hour;

function setUp(rest: { windows?: readonly string[]; store?: ReturnType<typeof createMemoryStore> } = {}) {
  const channel = createKeptChannel("slack:#ai");
  const other = createKeptChannel("discord:1");
  const store = rest.store ?? createMemoryStore();
  const log = createKeptLog();
  const rule = { accounts: new Set(["a"]), thresholds: [80, 90, 100], resets: true, windows: rest.windows };
  const alerts = createRaiseAlerts({
    rules: [
      { ...rule, channel },
      { ...rule, channel: other },
    ],
    settings: store.settings,
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
    await alerts.afterRead({ ...at(85), account: "b" }, at(70));
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
  const back = { ...at(2, { resetsAt: reset + 5 * hour }), attemptedAt: reset + 60_000 };
  await alerts.afterRead(back, at(100));
  await alerts.afterRead({ ...back, attemptedAt: reset + 120_000 }, back);
  expect(titles(channel)).toEqual(["Lan's Max is exhausted", "Lan's Max is back"]);
});
