import { createDays } from "../../src/core/domain/day.ts";
import type { Reading } from "../../src/core/domain/quota.ts";
import { AppError } from "../../src/core/errors.ts";
import type { Outbox } from "../../src/core/ports.ts";
import { createReadingsOf } from "../../src/core/services/account-readings.ts";
import { createReadQuotas } from "../../src/core/services/read-quotas.ts";
import { createMeters } from "../../src/metrics/meters.ts";
import { createMetrics, type MetricsOptions } from "../../src/metrics/metrics.ts";
import { createMemoryStore } from "../../src/stores/memory.ts";
import { account, createKeptLog, createManualClock, quota, start } from "../fakes/core.ts";
import { incidentOf } from "../fakes/incidents.ts";
import { createRecords } from "./records.ts";

/** What accounts of the tests' team answer; a string is the code that their read fails with. */
const answers: Readonly<Record<string, readonly Reading[] | "provider_auth_rejected">> = {
  "claude-lan": [
    quota({ used: 37, resetsAt: start + 7_200_000 }),
    quota({ id: "weekly-opus", label: "weekly", scope: "opus", used: 30, limit: 40, unit: "hours" }),
    quota({ id: "unknown", label: "monthly", used: undefined }),
    { kind: "spend", id: "extra-usage", label: "Extra usage", unit: "usd", used: 12.33, limit: 50 },
  ],
  "router-main": [{ kind: "balance", id: "credits", label: "Credits", unit: "usd", remaining: 10 }],
  "over-limit": [quota({ used: 130 })],
  "signed-out": "provider_auth_rejected",
};

/** So many days with use let the rest of a period be told. */
const daysBefore = [15, 16, 17, 18, 19, 20, 21].map((day) => `2026-11-${day}`);

/** A team with metrics, over a store in memory; nothing has been read or recorded yet. */
export function createMetricsHouse(options: Partial<MetricsOptions> = {}) {
  const clock = createManualClock();
  const log = createKeptLog();
  const store = createMemoryStore();
  const meters = createMeters();
  const accounts = Object.keys(answers).map((id) => account(id));
  const readQuotas = createReadQuotas({
    accounts,
    reader: meters.watchReader({
      async read({ id }) {
        const answer = answers[id];
        if (typeof answer === "string") throw new AppError(answer, "Sign in again.");
        return { readings: answer ?? [] };
      },
      credentialKey: async () => "key",
      minInterval: () => 0,
    }),
    ...{ snapshots: store.snapshots, clock, log, random: () => 0 },
  });
  const metrics = createMetrics({
    ...{ accounts, readQuotas, clock, log, store, meters, version: "1.2.3", days: createDays("UTC") },
    readingsOf: createReadingsOf({ readQuotas, timezone: "UTC" }),
    budgets: { list: async () => [{ id: "daily", period: "day", usd: 5, at: [80] }] },
    health: () => [
      { name: "store", ok: true },
      { name: "slack", ok: false },
    ],
    jobs: () => [
      { name: "read", dueAt: clock.now() - 90_000 },
      { name: "sweep", endsBy: clock.now() + 1_000 },
    ],
    ...options,
  });
  const records = createRecords({ ledger: store.ledger, recorded: meters.usage.recorded });
  return {
    ...{ clock, log, store, meters, accounts, readQuotas, metrics, records },
    /** A day in which something of everything happens. */
    async live() {
      await readQuotas.read(accounts, "allowed");
      await records(daysBefore.map((day) => ({ day, costMicros: 1_000_000 })));
      await records([{ costMicros: 2_500_000, tokens: { input: 1_000, cacheRead: 50 } }]);
      await putIncidents(store.outbox);
      const channel = meters.watchChannel({ id: "slack:#ai", post: async () => "C1/2" });
      await channel.post({ title: "Hello", tone: "neutral", blocks: [] });
      metrics.observeRequest({ route: "/api/v1/quota", method: "GET", status: 200, seconds: 0.004 });
    },
    /** The series of a metric as `labels value` lines, as they are in the text. */
    async series(name: string) {
      const text = await metrics.text();
      return text.split("\n").filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
    },
  };
}

/** An alert told on two channels, one of which is yet to hear of it, one that is over, and somebody's reminder. */
async function putIncidents(outbox: Outbox): Promise<void> {
  await outbox.put(incidentOf("one"));
  const untold = { ...incidentOf("two").delivery, sentVersion: 0 };
  await outbox.put(incidentOf("two", { channel: "webhook:ops", delivery: untold }));
  await outbox.put(incidentOf("three", { subject: "quota|glm||weekly", endedAt: start }));
  await outbox.put(incidentOf("four", { subject: "remind|glm", scope: "glm#remind" }));
}
