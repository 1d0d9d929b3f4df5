import { expect, it } from "vitest";
import { createAlerts } from "../../src/app/alerts.ts";
import { createClockwork } from "../../src/app/clockwork.ts";
import { createCore } from "../../src/app/core.ts";
import type { Channel } from "../../src/core/ports.ts";
import { createMemoryStore } from "../../src/stores/memory.ts";
import { account, createKeptLog, createManualClock, quota } from "../fakes/core.ts";

const minute = 60_000;

/** A bot as it is put together, over a clock that stands still and with a clockwork that is not wound up. */
function setUp(channels: readonly Channel[]) {
  const clock = createManualClock();
  const accounts = [account("glm-main"), account("glm-spare")];
  const happened: string[] = [];
  let used = 50;
  const core = createCore({
    ...{ providers: [], clock, log: createKeptLog(), store: createMemoryStore() },
    ...{ accounts, timezone: "UTC", sharedPools: "off", budgets: [] },
    reader: {
      async read({ id }) {
        happened.push(`read ${id}`);
        return { readings: [quota({ used, resetsAt: clock.now() + 180 * minute })] };
      },
      credentialKey: async () => "key",
      minInterval: () => 0,
    },
  });
  const parts = {
    ...core,
    billingOf: () => "subscription" as const,
    channelOf: (id: string) => channels.find((channel) => channel.id === id),
    settings: {
      rules: [{ accounts: ["*"], at: [80, 90], resets: true, channels: channels.map(({ id }) => id) }],
      anomaly: { factor: 2, minimumUsd: 1, minimumDays: 3 },
      ...{ postsPerHour: 20, quietHours: [] },
    },
  };
  const alerts = createAlerts(parts);
  const sweep = async () => void happened.push("sweep");
  createClockwork({
    ...{ ...parts, ...alerts, raise: { ...alerts.raise, sweep }, tell: { ...alerts.tell, sweep } },
    ...{ digests: { sendDue: sweep } as never, routing: { sweep } },
    ...{ keepRecords: 0, everySeconds: 30, wallClock: core.clock, shared: false },
  });
  return {
    happened,
    /** Reads all accounts a while later, of which so much is used then. */
    async read(percent: number) {
      used = percent;
      clock.advance(15 * minute);
      await core.readQuotas.read(accounts, "due");
    },
  };
}

it("what a read shows is posted because of that read: no sweep, and no time on the clock, comes between", async () => {
  const posted: string[] = [];
  const house = setUp([
    { id: "slack:#hangs", post: () => new Promise(() => {}) },
    {
      id: "slack:#works",
      async post(message) {
        house.happened.push("post");
        posted.push(message.title);
        return "1";
      },
    },
  ]);
  await house.read(50);
  await house.read(85);
  await expect.poll(() => posted).toHaveLength(1);
  expect(house.happened.slice(2)).toEqual(["read glm-main", "read glm-spare", "post"]);
  // A channel that does not answer keeps neither a read nor another channel.
  await house.read(95);
  await expect.poll(() => posted).toHaveLength(2);
});
