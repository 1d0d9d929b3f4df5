import { createUsage } from "../../../dist/app/usage.js";
import { createDays } from "../../../dist/core/domain/day.js";
import { createHttpServer } from "../../../dist/http/server.js";
import { providers } from "../../../dist/providers/index.js";
import { openLowdbStore } from "../../../dist/stores/lowdb.js";

// All of the bot that a reported record passes: HTTP, key, record, price, ledger on disk.

const clock = { now: () => Date.now() };
const log = { debug() {}, info() {}, warn: console.error, error: console.error };
const store = await openLowdbStore({ folder: process.argv[2], log, clock });
const accounts = [{ id: "glm-main", provider: "zai", interval: 600_000, tags: [] }];
const { recordUsage, parseUsageRecords } = await createUsage(
  { accounts, billing: {}, prices: [], privacy: { users: "keep" } },
  { days: createDays("Asia/Ho_Chi_Minh"), providers, clock, log, store, onRecorded() {} },
);
const server = createHttpServer({
  ...{ host: "127.0.0.1", port: 0, log },
  keys: [{ name: "load", key: "key-of-the-load", scopes: ["ingest"] }],
  recordUsage: ({ text, contentType }, caller) =>
    recordUsage.record(parseUsageRecords(text, contentType), caller),
  otlp: {},
});
await server.start();
console.log(new URL(server.url()).port);
