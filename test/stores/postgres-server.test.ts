import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, describe, expect, it, onTestFinished } from "vitest";
import { openStore } from "../../src/app/store.ts";
import { type Config, loadConfig } from "../../src/config.ts";
import type { UsageRecord } from "../../src/core/domain/usage.ts";
import type { Store } from "../../src/core/ports.ts";
import { openPostgresStore } from "../../src/stores/postgres.ts";
import { findPostgres, type PostgresServer } from "../fakes/postgres.ts";
import { checkStore } from "../store-contract.ts";
import { clock, recordingLog, temporaryFolder } from "./parts.ts";
import { appendInTurn, batchesOf, expectRefusal, expectTotalsOf, recordsFrom } from "./postgres-records.ts";
import { programsOn } from "./program.ts";

const found = await findPostgres();
afterAll(() => found?.close());
const server = found as PostgresServer;
const start = found && (await programsOn("src/stores/postgres.ts"));
const skipped =
  found === undefined ? " (skipped: no Postgres is installed and TEST_POSTGRES_URL is not set)" : "";

async function openAt(url: string, patience?: number): Promise<Store> {
  const store = await openPostgresStore({ url, log: recordingLog(), patience });
  onTestFinished(() => store.close());
  return store;
}

describe.skipIf(found === undefined)(`on a server${skipped}`, () => {
  const open = async () => {
    const { url } = await server.empty();
    const store = await openAt(url);
    return {
      store,
      async reopen() {
        await store.close();
        return await openAt(url);
      },
    };
  };
  checkStore("Postgres", open, { runs: 8 });

  it("is prepared by one of three that open it at once", async () => {
    const { url } = await server.empty();
    const stores = await Promise.all([openAt(url), openAt(url), openAt(url)]);
    await Promise.all(stores.map((store, index) => store.settings.set(`replica ${index}`, index)));
    expect(await stores[0]?.settings.get("replica 2")).toBe(2);
  });

  it("is opened where the configuration names it by a variable", async () => {
    const { url } = await server.empty();
    const folder = await temporaryFolder();
    const yaml = `storage: { driver: postgres, url: "$\{DATABASE_URL}" }`;
    await writeFile(join(folder, "quotabot.yml"), yaml);
    const environment = { DATABASE_URL: url };
    const config = await loadConfig({ environment, cwd: folder, home: folder, providers: [] });
    const store = await openStore(config as Config, { clock, log: recordingLog() });
    await store.settings.set("digest", 1);
    await store.close();
    expect(await (await openAt(url)).settings.get("digest")).toBe(1);
  });

  it("adds up exactly what three replicas take in at once, each record once", async () => {
    const { url } = await server.empty();
    const replicas = await Promise.all([openAt(url), openAt(url), openAt(url)]);
    const records = recordsFrom(0, 1_000);
    const answers = await Promise.all(
      replicas.flatMap(({ ledger }, replica) =>
        batchesOf(records, replica).map((batch) => appendInTurn(ledger, [batch])),
      ),
    );
    expect(answers.flat().toSorted()).toEqual(records.map(({ id }) => id).toSorted());
    for (const { ledger } of replicas) await expectTotalsOf(ledger, records);
  });

  it("shows a reader each record once, whatever is added while it reads", async () => {
    const { url } = await server.empty();
    const [reader, ...writers] = await Promise.all([openAt(url), openAt(url), openAt(url)]);
    // Of one day: what is added to earlier days is behind the reader.
    const records = recordsFrom(0, 800).map((record): UsageRecord => ({ ...record, day: "2026-11-22" }));
    let added = false;
    const adding = Promise.all(
      writers.map(async ({ ledger }, writer) => {
        const own = records.filter((_, index) => index % writers.length === writer);
        for (let first = 0; first < own.length; first += 10)
          await ledger.append(own.slice(first, first + 10));
      }),
    ).then(() => {
      added = true;
    });
    const seen: string[] = [];
    let cursor: string | undefined;
    for (let all = false; !all; ) {
      const complete = added;
      const page = await reader?.ledger.records({ from: "2026-11-22", to: "2026-11-22", cursor, most: 20 });
      // The last page at present is read again as long as it can grow.
      all = complete && page?.cursor === undefined;
      if (all || page?.cursor !== undefined) seen.push(...(page?.records.map(({ id }) => id) ?? []));
      cursor = page?.cursor ?? cursor;
    }
    await adding;
    expect(seen.toSorted()).toEqual(records.map(({ id }) => id).toSorted());
  });

  it("loses nothing and doubles nothing when its connections are cut again and again", async () => {
    const { url, name } = await server.empty();
    const replicas = await Promise.all([openAt(url, 60_000), openAt(url, 60_000)]);
    const records = recordsFrom(0, 800);
    let done = false;
    const cutting = (async () => {
      for (; !done; await sleep(20 + 150 * Math.random())) {
        await server.run(
          `select pg_terminate_backend(pid) from pg_stat_activity where application_name = '${name}'`,
        );
      }
    })();
    const answers = await Promise.all(
      replicas.map(({ ledger }, replica) => appendInTurn(ledger, batchesOf(records, replica))),
    ).finally(() => {
      done = true;
    });
    await cutting;
    expect(answers.flat().toSorted()).toEqual(records.map(({ id }) => id).toSorted());
    for (const { ledger } of replicas) await expectTotalsOf(ledger, records);
  });

  it.skipIf(found?.stop === undefined)(
    "waits for a server that stops or crashes and comes back",
    async () => {
      const { url } = await server.empty();
      const replicas = await Promise.all([openAt(url, 60_000), openAt(url, 60_000)]);
      const records = recordsFrom(0, 800);
      const appending = Promise.all(
        replicas.map(({ ledger }, replica) => appendInTurn(ledger, batchesOf(records, replica))),
      );
      for (const how of ["crashed", "told", "crashed"] as const) {
        await sleep(50);
        await server.stop?.(how);
        await server.start?.();
      }
      const answers = await appending;
      expect(answers.flat().toSorted()).toEqual(records.map(({ id }) => id).toSorted());
      for (const { ledger } of replicas) await expectTotalsOf(ledger, records);
    },
  );

  it.skipIf(found?.stop === undefined)("says what to do when the server stays away", async () => {
    const { url } = await server.empty();
    const store = await openAt(url, 100);
    await store.check?.();
    await server.stop?.("told");
    const refusal = {
      code: "store_unavailable",
      message: expect.stringMatching(/^Cannot use Postgres \(.*check that it runs/),
    };
    await expect(store.check?.()).rejects.toMatchObject(refusal);
    await expect(store.ledger.append(recordsFrom(0, 2))).rejects.toMatchObject(refusal);
    await server.start?.();
    await store.check?.();
    expect(await store.ledger.append(recordsFrom(0, 2))).toEqual([true, true]);
  });

  it.skipIf(found?.stop === undefined).each([
    [
      "a wrong password",
      { user: "locked", password: "wrong-hush" },
      /the password in storage\.url is not accepted/,
    ],
    ["no password", { user: "locked" }, /the password in storage\.url is not accepted/],
    ["an unknown user", { user: "nobody-hush" }, /the password in storage\.url is not accepted/],
    ["an unknown database", { database: "absent-hush" }, /no database of the name in storage\.url/],
    ["a user who may not create tables", { user: "guest_hush" }, /Let it create tables/],
  ])("says what to do about %s, and tells nothing of the address", async (_, change, advice) => {
    await server.run(`do $$ begin
      create role locked login password 'right'; create role guest_hush login;
    exception when duplicate_object then end $$`);
    const { user = "quotabot", password = "", database = "postgres" } = change as Record<string, string>;
    const { url } = await server.empty();
    const { search } = new URL(url);
    const opening = openAt(`postgres://${user}:${password}@localhost/${database}${search}`);
    await expectRefusal(opening, advice);
  });

  it("takes in the same records of three processes exactly once, also when one is killed and starts again", async () => {
    const { url } = await server.empty();
    const records = recordsFrom(0, 900);
    const run = async (replica: number) => {
      const program = await start?.(appender, url);
      program?.say(JSON.stringify(batchesOf(records, replica)));
      return program;
    };
    const [first, second, third] = await Promise.all([run(0), run(1), run(2)]);
    for (let lines = 0; lines < 5; lines += 1) await first?.line();
    await first?.kill();
    const again = await run(0);
    for (const program of [second, third, again]) {
      let line: string | undefined = "";
      while (line !== undefined && line !== "done") line = await program?.line();
      expect(line).toBe("done");
    }
    await expectTotalsOf((await openAt(url)).ledger, records);
  });
});

/** Appends the batches that its first line holds one after the other, and says so after each. */
const appender = `
  import { openPostgresStore } from "./stores/postgres.js";
  import { createInterface } from "node:readline";
  const lines = createInterface(process.stdin)[Symbol.asyncIterator]();
  const { value: batches } = await lines.next();
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const store = await openPostgresStore({ url: process.argv[2], log });
  for (const batch of JSON.parse(batches)) {
    await store.ledger.append(batch);
    console.log("added");
  }
  await store.close();
  console.log("done");
  process.exit();
`;
