import { expect, it } from "vitest";
import type { UsageRecord } from "../../src/core/domain/usage.ts";
import { answerFrom } from "../../src/core/domain/usage-query.ts";
import { openLowdbStore } from "../../src/stores/lowdb.ts";
import { allRecords, dayOf, firstDay, recordOf } from "../ledger-records.ts";
import { clock, recordingLog, temporaryFolder } from "./parts.ts";
import { programsOn } from "./program.ts";

const kills = Number(process.env.CRASH_RUNS ?? 10);
/** A folder that was filled for long makes every start slow. */
const killsPerFolder = 25;
const clients = 6;
const mostInCall = 9;

const start = await programsOn("src/stores/lowdb.ts");

/**
 * Appends for ever from several clients, now and then what was sent before, and prunes the first day; tells every
 * record that was acknowledged. Roll-ups are saved all the time, so that it is killed while they are.
 */
const load = `
  import { openLowdbStore } from "./stores/lowdb.js";
  const [folder, run, template, firstDay, clients, mostInCall] = process.argv.slice(2).map((text, n) => n > 1 ? JSON.parse(text) : text);
  const say = (...words) => process.stdout.write(words.join(" ") + "\\n");
  const log = { debug() {}, info() {}, warn() {}, error: (fields, message) => say("error", message) };
  const saveLedgerAfter = { records: 40, milliseconds: 15 };
  const store = await openLowdbStore({ folder, log, clock: { now: () => Date.now() }, saveLedgerAfter });
  say("started");
  function recordOf(client, number) {
    const at = firstDay + (number % 3) * 86400000 + (number * 61000) % 86400000;
    const text = new Date(at).toISOString();
    const user = "user-" + number % 5;
    return { ...template, id: [run, client, number].join("-"), at, day: text.slice(0, 10), hour: Number(text.slice(11, 13)), user };
  }
  async function send(client) {
    for (let number = 0; ; ) {
      const count = 1 + Math.floor(Math.random() * mostInCall);
      const records = Array.from({ length: count }, (_, n) => recordOf(client, number + n));
      const again = number > 0 && Math.random() < 0.3 ? [recordOf(client, Math.floor(Math.random() * number))] : [];
      const added = await store.ledger.append([...again, ...records]);
      if (added.filter((isNew) => isNew).length !== count) say("error", "wrong answer");
      number += count;
      say("kept", client, number);
    }
  }
  for (let client = 0; client < clients; client++) send(client);
  setInterval(() => store.ledger.prune(new Date(firstDay + 86400000).toISOString().slice(0, 10)), 40);
`;

function sent(run: string, client: number, number: number): UsageRecord {
  const at = firstDay + (number % 3) * 86_400_000 + ((number * 61_000) % 86_400_000);
  return recordOf(`${run}-${client}-${number}`, { at, user: `user-${number % 5}` });
}

async function open(folder: string) {
  const log = recordingLog();
  const store = await openLowdbStore({ folder, log, clock });
  return { store, errors: () => log.lines.filter((line) => line.startsWith("error:")) };
}

it("a process killed at any moment has lost no record that it acknowledged, and counted none twice", {
  timeout: 60_000 + kills * 3_000,
}, async () => {
  for (let from = 0; from < kills; from += killsPerFolder) {
    await killOften(await temporaryFolder(), from, Math.min(kills, from + killsPerFolder));
  }
});

async function killOften(folder: string, from: number, to: number): Promise<void> {
  const template = JSON.stringify(recordOf("template"));
  const settings = [template, firstDay, clients, mostInCall].map(String);
  /** By run and client: how many records were acknowledged. */
  const kept = new Map<string, number>();
  const runs: string[] = [];

  for (let kill = from; kill < to; kill++) {
    const run = `run${kill}`;
    runs.push(run);
    const program = await start(load, folder, run, ...settings);
    expect(await program.line()).toBe("started");
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 120));
    for (const line of await program.kill()) {
      const [word, client, number] = line.split(" ");
      expect(word, line).toBe("kept");
      kept.set(`${run}-${client}`, Number(number));
    }

    const { store, errors } = await open(folder);
    const there = await allRecords(store.ledger, 5_000);
    const ids = new Set(there.map(({ id }) => id));
    expect(ids.size).toBe(there.length);
    // Of the first day records are pruned.
    for (const [client, count] of kept) {
      const own = Array.from({ length: count }, (_, n) => n).filter((n) => n % 3 > 0);
      expect(own.filter((n) => !ids.has(`${client}-${n}`))).toEqual([]);
    }
    const laterDays = { from: dayOf(1), to: dayOf(2), by: "user" } as const;
    expect(await store.ledger.usage(laterDays)).toEqual(answerFrom(there, laterDays));
    await store.close();
    expect(errors()).toEqual([]);
  }

  // Whatever was sent, acknowledged or not, is sent once more: then all of it is there, and once.
  const { store } = await open(folder);
  const everything = runs.flatMap((run) =>
    Array.from({ length: clients }, (_, client) => client).flatMap((client) => {
      const count = (kept.get(`${run}-${client}`) ?? 0) + mostInCall;
      return Array.from({ length: count }, (_, number) => sent(run, client, number));
    }),
  );
  const added = await store.ledger.append(everything);
  expect(everything.filter((one, n) => added[n] && isKept(one, kept)).map(({ id }) => id)).toEqual([]);
  const query = { from: dayOf(0), to: dayOf(2), by: "user" } as const;
  expect(await store.ledger.usage(query)).toEqual(answerFrom(everything, query));
  expect(kept.size).toBeGreaterThan(0);
  await store.close();
}

function isKept({ id }: UsageRecord, kept: ReadonlyMap<string, number>): boolean {
  const [run, client, number] = id.split("-");
  return Number(number) < (kept.get(`${run}-${client}`) ?? 0);
}
