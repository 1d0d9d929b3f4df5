import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  type AllocationBook,
  emptyAllocations,
  overageOf,
  unusedOf,
} from "../../src/core/domain/allocation.ts";
import { isAppError } from "../../src/core/errors.ts";
import type { Settings, Store } from "../../src/core/ports.ts";
import type { Allocations } from "../../src/core/services/allocate.ts";
import { openLowdbStore } from "../../src/stores/lowdb.ts";
import { createMemoryStore } from "../../src/stores/memory.ts";
import { createPostgresStore, openPostgresStore } from "../../src/stores/postgres.ts";
import { createKeptLog, start } from "../fakes/core.ts";
import { startPglite } from "../fakes/pglite.ts";
import { findPostgres } from "../fakes/postgres.ts";
import { createAgents, hour, input, limited } from "./agents.ts";

/** How long the agents work; FLEET_SECONDS=60 for a longer look. */
const seconds = Number(process.env.FLEET_SECONDS ?? 2);
const agents = 200;
const limit = 2_000_000;
/** Tokens of a call at most: so many that there is too little for all, and something for the last. */
const usual = 2_000 / seconds;

async function onDisk(): Promise<Store[]> {
  const folder = await mkdtemp(join(tmpdir(), "quotabot-fleet-"));
  const store = await openLowdbStore({ folder, log: createKeptLog(), clock: { now: () => Date.now() } });
  onTestFinished(async () => {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  });
  return [store];
}

async function inMemory(): Promise<Store[]> {
  const store = createMemoryStore();
  return [store, store, store];
}

/** On a server where there is one, else two processes on one in this process. */
async function onPostgres(): Promise<Store[]> {
  const log = createKeptLog();
  const server = await findPostgres();
  if (server === undefined) {
    const postgres = await startPglite();
    onTestFinished(() => postgres.close());
    const store = await createPostgresStore({ sql: await postgres.empty(), log });
    return [store, store, store];
  }
  const { url } = await server.empty();
  const stores = await Promise.all([1, 2, 3].map(() => openPostgresStore({ url, log })));
  onTestFinished(async () => {
    for (const store of stores) await store.close();
    await server.close();
  });
  return stores;
}

/** A clock on which the agents' time is 14 hours of one day. */
function fastClock() {
  const began = performance.now();
  const part = () => (performance.now() - began) / (seconds * 1000);
  let skipped = 0;
  return {
    part,
    now: () => start + Math.floor(Math.min(1.1, part()) * 14 * hour) + skipped,
    skip(milliseconds: number) {
      skipped += milliseconds;
    },
  };
}

/** Keeps what every change of the allocations did, whichever process made it, until all is put in order at the end. */
function createWitness() {
  const changes = new Map<string, { after: string; reserved: number; used: number; overage: number }>();
  const keyOf = (book: unknown) => createHash("sha1").update(JSON.stringify(book)).digest("base64");
  const nothing = keyOf(null);
  return {
    watch: (settings: Settings): Settings => ({
      ...settings,
      async swap(key, before, after) {
        const done = await settings.swap(key, before, after);
        if (!done) return false;
        const [old, book] = [(before ?? emptyAllocations) as AllocationBook, after as AllocationBook];
        const known = new Map(old.active.map((one) => [one.id, one]));
        const change = { after: keyOf(after), reserved: 0, used: 0, overage: 0 };
        for (const one of book.active) {
          const was = known.get(one.id) ?? { tokens: 0, used: 0 };
          change.reserved += unusedOf(one);
          change.used += one.used - was.used;
          change.overage += overageOf(one) - overageOf(was);
        }
        changes.set(keyOf(before ?? null), change);
        return true;
      },
    }),
    /** The most that was ever reserved or used beyond what there is, overage aside. */
    worst() {
      let [used, overage, worst, seen] = [0, 0, Number.NEGATIVE_INFINITY, 0];
      for (let now = changes.get(nothing); now !== undefined; now = changes.get(now.after)) {
        used += now.used;
        overage += now.overage;
        worst = Math.max(worst, now.reserved + used - overage - limit);
        seen += 1;
      }
      return { beyond: worst, unseen: changes.size - seen };
    },
  };
}

describe.each([
  ["one process with its files", onDisk],
  ["three processes on one memory", inMemory],
  ["three processes on Postgres", onPostgres],
] as const)("200 agents on %s", (_, open) => {
  it(
    "never hold more than there is, leak nothing, and add up to what the ledger has",
    async () => {
      const stores = await open();
      const clock = fastClock();
      const witness = createWitness();
      const replicas = stores.map((store, index) =>
        createAgents({
          ...{ accounts: [limited("glm", limit)], clock, name: `replica-${index}` },
          store: { ...store, settings: witness.watch(store.settings) },
          rules: { allocationTtl: 4 * hour, lendUnused: true, maxConcurrent: { acme: 150 } },
        }),
      );
      const some = (most: number) => 1 + Math.floor(Math.random() * most);
      const any = () => replicas[some(replicas.length) - 1] as Allocations;
      const told = { tokens: 0, records: 0, granted: 0, refused: 0 };

      /** What an agent holds, if it has not expired. */
      async function held(agent: string) {
        return await any()
          .of(agent)
          .then(
            ([one]) => one,
            (error) => (isAppError(error, "not_found") ? undefined : Promise.reject(error)),
          );
      }

      async function call(agent: string, id: string): Promise<void> {
        const mine = await held(agent);
        const most = mine === undefined || Math.random() < 0.1 ? usual * 3 : Math.min(usual, unusedOf(mine));
        const tokens = Math.ceil(Math.random() * most);
        // Answers get lost, so the same is sent again.
        for (let times = Math.random() < 0.2 ? 2 : 1; times > 0; times -= 1) {
          const where = { key: "fleet", allocation: mine?.id };
          const report = { source: "api" as const, id, account: "glm", tokens: input(tokens) };
          await any().use(agent, report, where);
        }
        told.tokens += tokens;
        told.records += 1;
      }

      async function work(name: string): Promise<void> {
        let [agent, calls] = [name, 0];
        while (clock.part() < 1) {
          const priority = (["low", "normal", "high"] as const)[some(3) - 1];
          const answer = await any().allocate({ agent, account: "glm", tokens: some(40_000), priority });
          told[answer.kind] += 1;
          if (answer.kind === "refused") {
            await sleep(some(50));
            continue;
          }
          for (let left = some(3); left > 0; left -= 1) {
            calls += 1;
            await call(agent, `call-${calls}`);
          }
          // Some never say that they are done, and come back as somebody else.
          if (Math.random() < 0.1) agent = `${name} after ${calls}`;
          else if (await held(agent))
            await any()
              .release(agent)
              .catch(() => {});
        }
      }

      await Promise.all(Array.from({ length: agents }, (_, index) => work(`agent-${index}`)));
      expect(told.granted).toBeGreaterThan(0);
      expect(told.refused).toBeGreaterThan(0);
      const { beyond, unseen } = witness.worst();
      expect(unseen).toBe(0);
      expect(beyond).toBeLessThanOrEqual(0);

      const [{ active, allocate }, { ledger }] = [replicas[0] as Allocations, stores[0] as Store];
      expect((await active()).length).toBeGreaterThan(0);
      clock.skip(4 * hour);
      expect(await active()).toEqual([]);
      const spent = await ledger.spent("glm", start, start + 20 * hour);
      expect(spent).toMatchObject({ tokens: told.tokens, records: told.records });

      const rest = limit - told.tokens;
      const ask = (agent: string, tokens: number) => allocate({ agent, account: "glm", tokens });
      expect(await ask("too much", rest + 1)).toMatchObject({ accounts: [{ free: rest }] });
      expect(await ask("all of it", rest)).toMatchObject({ kind: "granted", binding: { free: 0 } });
    },
    30_000 + seconds * 3_000,
  );
});
