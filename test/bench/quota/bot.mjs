import { createCore } from "../../../dist/app/core.js";
import { createHttpServer } from "../../../dist/http/server.js";
import { limitReportBody } from "../../../dist/ingest/limits/limit-report.js";
import { pushedSnapshotBody } from "../../../dist/ingest/pushed-snapshot.js";
import { usageRecordSchema } from "../../../dist/ingest/usage-record-schema.js";
import { createMemoryStore } from "../../../dist/stores/memory.js";

// The bot with so many accounts, each read an hour long every five minutes, so that every quota has its pace.

const count = Number(process.argv[2]);
const minute = 60_000;
let ahead = 0;
const clock = { now: () => Date.now() - 60 * minute + ahead };
const log = { debug() {}, info() {}, warn: console.error, error: console.error };
const accounts = Array.from({ length: count }, (_, index) => ({
  ...{ id: `account-${index}`, provider: `provider-${index % 20}`, interval: 10 * minute, tags: [] },
}));
const resets = { five: Date.now() + 100 * minute, week: Date.now() + 3 * 24 * 60 * minute };
let rounds = 0;
const reader = {
  minInterval: () => minute,
  credentialKey: async () => "key",
  read: async ({ id }) => {
    const used = 10 + rounds + (Number(id.slice(8)) % 40);
    const percent = { kind: "quota", unit: "percent", limit: 100 };
    return {
      plan: "Max 20x",
      readings: [
        { ...percent, id: "session", label: "5-hour", windowSeconds: 18_000, used, resetsAt: resets.five },
        {
          ...percent,
          id: "weekly",
          label: "Week",
          windowSeconds: 604_800,
          used: used / 2,
          resetsAt: resets.week,
        },
        { kind: "balance", id: "credits", label: "Credits", unit: "usd", remaining: 12.5 },
      ],
    };
  },
};
const core = createCore({
  ...{ accounts, reader, clock, log, store: createMemoryStore(), timezone: "UTC", providers: [] },
  ...{ budgets: [], sharedPools: "auto" },
});
for (; rounds <= 12; rounds += 1) {
  await core.readQuotas.read(accounts, "allowed");
  await core.trails.keep(accounts.map(({ id }) => id));
  ahead += 5 * minute;
}
ahead = 60 * minute;
const server = createHttpServer({
  ...{ ...core, log, host: "127.0.0.1", port: 0, version: "0" },
  observe() {},
  keys: [{ name: "load", key: "key-of-the-load", scopes: ["read"] }],
  bodies: { usageRecord: usageRecordSchema, snapshot: pushedSnapshotBody, limit: limitReportBody },
  ...{ otlp: {}, feed: {}, health: {}, metrics: {}, taskSizes: {}, allocations: {}, routing: {} },
});
await server.start();
console.log(new URL(server.url()).port);
