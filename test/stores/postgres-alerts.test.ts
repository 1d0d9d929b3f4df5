import { afterAll, describe, expect, it, onTestFinished } from "vitest";
import type { Outbox } from "../../src/core/ports.ts";
import { createPostgresStore, openPostgresStore } from "../../src/stores/postgres.ts";
import { startPglite } from "../fakes/pglite.ts";
import { findPostgres, type PostgresServer } from "../fakes/postgres.ts";
import { checkReplicas, replicaTroubles } from "../outbox-scenarios.ts";
import { recordingLog } from "./parts.ts";

/** More histories than a quick run of all tests has time for: ALERT_RUNS=10 plays 10 times as many. */
const times = Number(process.env.ALERT_RUNS ?? 1);

const inProcess = await startPglite();
const found = await findPostgres();
afterAll(() => Promise.all([inProcess.close(), found?.close()]));

/** Has two and three processes tell what is due over one outbox. */
function checkAlerts(openFor: () => Promise<() => Promise<Outbox>>): void {
  it.each(replicaTroubles)(
    "tell everything once, %s",
    async (name, troubles) => {
      const plot = { ...troubles, accounts: 1, interval: 30, sweep: 60 };
      for (let seed = name.length; seed < name.length + times; seed += 1) {
        const open = await openFor();
        expect(await checkReplicas(open, { seed, replicas: 2 + (seed % 2), plot })).toEqual([]);
      }
    },
    3_600_000,
  );
}

describe("Processes that share a Postgres in this process", () => {
  checkAlerts(async () => {
    const sql = await inProcess.empty();
    return async () => (await createPostgresStore({ sql, log: recordingLog() })).outbox;
  });
});

const skipped =
  found === undefined ? " (skipped: no Postgres is installed and TEST_POSTGRES_URL is not set)" : "";

describe.skipIf(found === undefined)(`Processes that share a Postgres on a server${skipped}`, () => {
  checkAlerts(async () => {
    const { url } = await (found as PostgresServer).empty();
    return async () => {
      const store = await openPostgresStore({ url, log: recordingLog() });
      onTestFinished(() => store.close());
      return store.outbox;
    };
  });
});
