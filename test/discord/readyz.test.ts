import { expect, it } from "vitest";
import { createHealth } from "../../src/core/services/health.ts";
import { createStoreCheck } from "../../src/core/services/store-check.ts";
import { createMemoryStore } from "../../src/stores/memory.ts";
import { saying } from "../fakes/discord/bot.ts";
import { useDiscord } from "./harness.ts";

const { discord, connect } = useDiscord();

it("the bot is not ready while Discord is away, and ready again when it is back", async () => {
  const bot = await connect(async function* () {
    yield saying("fine");
  });
  const clock = { now: () => Date.now() };
  const store = createMemoryStore();
  const health = createHealth({
    ...{ clock, outbox: store.outbox, store: createStoreCheck({ store, clock }) },
    ...{ accounts: [], channels: [], snapshot: () => undefined },
    connections: { discord: bot.health },
    jobs: () => [{ name: "read", dueAt: clock.now() }],
  });
  const soon = { timeout: 12_000, interval: 100 };
  expect((await health.look()).ok).toBe(true);
  await discord().down();
  await expect.poll(async () => (await health.look()).ok, soon).toBe(false);
  expect((await health.look()).checks).toContainEqual(
    expect.objectContaining({
      ...{ name: "discord", ok: false, vital: true },
      message: expect.stringContaining("not connected: Discord"),
    }),
  );
  await discord().up();
  await expect.poll(async () => (await health.look()).ok, soon).toBe(true);
}, 30_000);
