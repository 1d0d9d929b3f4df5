import { afterAll, expect, it } from "vitest";
import { mostCells } from "../../src/core/domain/book.ts";
import type { AlertEvent } from "../../src/core/domain/event.ts";
import type { Incident } from "../../src/core/domain/incident.ts";
import type { Tokens } from "../../src/core/domain/usage.ts";
import { answerFrom, booksOf, createUsageSum, type UsageQuery } from "../../src/core/domain/usage-query.ts";
import type { IncidentQuery, Outbox } from "../../src/core/ports.ts";
import { createOutbox } from "../../src/stores/outbox.ts";
import { faultOf } from "../../src/stores/postgres/faults.ts";
import { createPostgresStore, openPostgresStore } from "../../src/stores/postgres.ts";
import { start } from "../fakes/core.ts";
import { startPglite } from "../fakes/pglite.ts";
import { usageRecord } from "../fakes/usage.ts";
import { checkStore, snapshotOf } from "../store-contract.ts";
import { recordingLog } from "./parts.ts";
import { expectRefusal, expectTotalsOf, recordsFrom } from "./postgres-records.ts";

const postgres = await startPglite();
afterAll(() => postgres.close());

async function open() {
  const sql = await postgres.empty();
  const log = recordingLog();
  const store = await createPostgresStore({ sql, log });
  return {
    sql,
    store,
    async reopen() {
      await store.close();
      return await createPostgresStore({ sql, log });
    },
  };
}

checkStore("Postgres in this process", open);

it("bounds the values and the combinations of a day as books do, and then looks at the records", async () => {
  const { store } = await open();
  const records = Array.from({ length: mostCells + 1_500 }, (_, n) =>
    usageRecord(`req-${n}`, { user: `user-${n % (mostCells + 500)}`, task: n % 2 ? "odd" : "even" }),
  );
  for (let first = 0; first < records.length; first += 1_300) {
    await store.ledger.append(records.slice(first, first + 1_300));
  }
  const day = { from: "2026-11-22", to: "2026-11-22" };
  const byUser = createUsageSum({ ...day, by: "user" });
  for (const book of booksOf(records).values()) byUser.addBook(book);
  expect(await store.ledger.usage({ ...day, by: "user" })).toEqual(byUser.answer());
  for (const only of [{ user: ["user-3", "user-5400"] }, { task: ["odd"], user: ["user-3"] }]) {
    const question: UsageQuery = { ...day, by: "task", only };
    expect(await store.ledger.usage(question)).toEqual(answerFrom(records, question));
  }
  await store.ledger.prune("2026-11-23");
  expect((await store.ledger.usage({ ...day, only: { user: ["user-3"] } })).missing).toEqual(["2026-11-22"]);
  expect((await store.ledger.usage({ ...day, by: "user" })).total).toEqual(byUser.answer().total);
});

it("keeps a batch of more records than a statement has parameters, or nothing of it", async () => {
  const { store } = await open();
  const records = Array.from({ length: 12_000 }, (_, n) => usageRecord(`req-${n}`));
  const wrong = [
    ...records,
    usageRecord("wrong", { tokens: { ...records[0]?.tokens, input: 0.5 } as Tokens }),
  ];
  await expect(store.ledger.append(wrong)).rejects.toMatchObject({ code: "request_invalid" });
  expect((await store.ledger.usage(wholeMonth)).total.requests).toBe(0);
  expect(await store.ledger.append(records)).toEqual(records.map(() => true));
  expect((await store.ledger.usage(wholeMonth)).total.requests).toBe(12_000);
});

it("keeps an outbox that answers as the one in memory", async () => {
  const { store } = await open();
  const memory = createOutbox({ incidents: new Map(), commit: async () => {} });
  const both = async <T>(ask: (outbox: Outbox) => Promise<T>): Promise<T> => {
    const [kept, expected] = await Promise.all([ask(store.outbox), ask(memory)]);
    expect(kept).toEqual(expected);
    return kept;
  };
  const all = Array.from({ length: 60 }, (_, n) => incidentOf(n));
  for (const incident of [...all, ...all.slice(0, 3)]) await both((outbox) => outbox.put(incident));
  for (const [n, incident] of all.entries()) {
    if (n % 3 > 0) expect(await both((outbox) => outbox.change(changed(incident, n)))).toBe(true);
    if (n % 6 > 3) expect(await both((outbox) => outbox.change(incident))).toBe(false);
  }
  const questions: IncidentQuery[] = [
    ...["account-0", "account-1", "none"].map((scope) => ({ scope })),
    ...["slack:#a", "slack:#b", "none"].flatMap((channel) => [
      { channel, untold: true as const },
      { channel, sentSince: start + 20 },
      { channel, sentSince: 0 },
    ]),
    { untold: true },
    { open: true },
    { openedSince: start + 30 },
    { key: all[7]?.key ?? "" },
    { id: "id-8" },
  ];
  const askAll = async () => {
    for (const question of questions) {
      await both(async (outbox) => byKey(await outbox.find(question)));
    }
  };
  await askAll();
  await both((outbox) => outbox.prune(start + 50));
  await askAll();
});

function incidentOf(n: number): Incident {
  const channel = n % 2 ? "slack:#a" : "slack:#b";
  return {
    key: `${channel}|subject \u0000 ${n}|1`,
    id: `id-${n}`,
    channel,
    scope: `account-${n % 4}`,
    subject: `subject \u0000 ${n}`,
    number: 1,
    level: 1,
    event: { type: "quota.low", at: start, severity: "warning" } as unknown as AlertEvent,
    openedAt: start + n,
    version: n % 7 ? 1 : 0,
    loud: true,
    delivery: { sentVersion: 0, attempts: 0, nextTry: start },
    revision: 0,
  };
}

/** The incident told, perhaps anew, and perhaps over. */
function changed(incident: Incident, n: number): Incident {
  const { version } = incident;
  return {
    ...incident,
    version: n % 5 ? version : version + 1,
    ...(n % 4 > 1 && { endedAt: start + n }),
    delivery: {
      sentVersion: version,
      where: `message-${n % 10}`,
      sentAt: start + n,
      attempts: 0,
      nextTry: start,
    },
  };
}

function byKey(incidents: readonly Incident[]): Incident[] {
  return incidents.toSorted((a, b) => (a.key < b.key ? -1 : 1));
}

it("answers as if nothing had happened when the word of what was done is lost", async () => {
  const { sql } = await open();
  let losses = 0;
  function lossy<T>(answer: T): T {
    losses -= 1;
    if (losses >= 0) throw faultOf(Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" }));
    return answer;
  }
  const store = await createPostgresStore({
    log: recordingLog(),
    sql: {
      ...sql,
      query: async (text, values) => lossy(await sql.query(text, values)),
      transaction: async (work) => lossy(await sql.transaction(work)),
    },
  });
  const records = recordsFrom(0, 10);
  await store.ledger.append(records.slice(0, 3));
  losses = 2;
  expect(await store.ledger.append(records)).toEqual(records.map((_, index) => index >= 3));
  await expectTotalsOf(store.ledger, records);

  await store.snapshots.replace(snapshotOf("a", { failures: 1 }));
  losses = 2;
  expect(await store.snapshots.replace(snapshotOf("a", { failures: 2 }))).toMatchObject({ failures: 1 });
  expect(await store.snapshots.replace(snapshotOf("a"))).toMatchObject({ failures: 2 });

  const incident = incidentOf(1);
  losses = 1;
  expect(await store.outbox.put(incident)).toBe(true);
  losses = 1;
  expect(await store.outbox.change(incident)).toBe(true);
  expect(await store.outbox.change(incident)).toBe(false);
  expect(await store.outbox.find({ id: incident.id })).toEqual([{ ...incident, revision: 1 }]);
});

it("refuses a database that a newer program wrote, and leaves it alone", async () => {
  const { sql } = await open();
  await sql.query("update quotabot_schema_version set version = 99");
  const opening = createPostgresStore({ sql, log: recordingLog() });
  await expect(opening).rejects.toMatchObject({
    code: "store_unavailable",
    message: expect.stringMatching(/written by a newer quotabot \(schema 99, this one knows \d+\)/),
  });
  expect(await sql.query("select version from quotabot_schema_version")).toEqual([{ version: 99 }]);
});

it.each([
  [
    "a host that nobody knows",
    "postgres://u:hush@no-such-hush.invalid/db",
    /the host in storage\.url is not known/,
  ],
  [
    "a server that is not there",
    "postgres://u:hush@127.0.0.1:1/hush",
    /\(ECONNREFUSED\): check that it runs/,
  ],
  ["a password with a bare #", "postgres://u:hush#w@db/quota", /storage\.url cannot be read/],
])("says what to do about %s, and tells nothing of the address", async (_, url, advice) => {
  await expectRefusal(openPostgresStore({ url, log: recordingLog(), patience: 100 }), advice);
});

const wholeMonth = { from: "2026-11-01", to: "2026-11-30" };
