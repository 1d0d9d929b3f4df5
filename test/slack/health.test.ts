import { expect, it } from "vitest";
import { createHealth } from "../../src/core/services/health.ts";
import { createStoreCheck } from "../../src/core/services/store-check.ts";
import { readyzAnswer, readyzRoute } from "../../src/http/readyz-route.ts";
import { createMemoryStore } from "../../src/stores/memory.ts";
import { titled } from "../fakes/slack/stubs.ts";
import { answering, setUp } from "./setup.ts";

it("readyz flips when Slack's socket drops, and back when it is there again", async () => {
  const { fake, slack } = await setUp({ answer: answering(titled("Quota")) });
  const clock = { now: () => Date.now() };
  const store = createMemoryStore();
  const health = createHealth({
    ...{ clock, outbox: store.outbox, store: createStoreCheck({ store, clock }) },
    ...{ accounts: [], channels: [], snapshot: () => undefined },
    connections: { slack: slack.health },
    jobs: () => [{ name: "read", dueAt: clock.now() }],
  });
  const route = readyzRoute({ health });
  async function readyz() {
    const answer = await route(undefined as never);
    return { status: answer.status, slack: readyzAnswer.parse(await answer.json()).checks.slack };
  }
  const soon = { timeout: 8_000, interval: 100 };
  expect(await readyz()).toMatchObject({ status: 200, slack: { ok: true, message: "connected" } });
  const lost = new Date().toISOString();
  await fake.vanish();
  await expect.poll(async () => (await readyz()).status, soon).toBe(503);
  const { slack: told } = await readyz();
  expect(told).toMatchObject({ ok: false, message: expect.stringContaining("not connected: ") });
  expect(told?.since && told.since >= lost).toBe(true);
  await fake.comeBack();
  await expect.poll(readyz, soon).toMatchObject({ status: 200, slack: { ok: true } });
}, 20_000);
