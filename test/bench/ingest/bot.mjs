import { createMoney } from "../../../dist/app/money.js";
import { createUsage } from "../../../dist/app/usage.js";
import { createDays } from "../../../dist/core/domain/day.js";
import { createHttpServer } from "../../../dist/http/server.js";
import { usageRecordSchema } from "../../../dist/ingest/usage-record-schema.js";
import { providers } from "../../../dist/providers/index.js";
import { openLowdbStore } from "../../../dist/stores/lowdb.js";

// All of the bot that a reported record passes: HTTP, key, record, price, ledger on disk.

const clock = { now: () => Date.now() };
const log = { debug() {}, info() {}, warn: console.error, error: console.error };
const store = await openLowdbStore({ folder: process.argv[2], log, clock });
const accounts = [{ id: "glm-main", provider: "zai", interval: 600_000, tags: [] }];
const config = { accounts, billing: {}, prices: [], privacy: { users: "keep" } };
const { recordUsage, parseUsageRecords } = await createUsage(config, {
  ...createMoney(config, { providers }),
  ...{ accounts, days: createDays("Asia/Ho_Chi_Minh"), providers, clock, log, store, onRecorded() {} },
});
const server = createHttpServer({
  ...{ host: "127.0.0.1", port: 0, log },
  keys: [{ name: "load", key: "key-of-the-load", scopes: ["ingest"] }],
  recordUsage: async ({ text, contentType }, caller) =>
    await recordUsage.record(await parseUsageRecords(text, contentType), caller),
  // Routes that nobody asks here.
  ...{ accounts, clock, version: "0", reports: {}, readQuotas: { onRead() {} } },
  bodies: { usageRecord: usageRecordSchema, snapshot: usageRecordSchema, limit: usageRecordSchema },
  ...{ otlp: {}, feed: {}, health: {}, metrics: {}, taskSizes: {}, allocations: {}, routing: {} },
});
await server.start();
console.log(new URL(server.url()).port);
