import type { UsageRecord } from "../../core/domain/usage.ts";
import { booksOf } from "../../core/domain/usage-query.ts";
import { insertRecords } from "./records.ts";
import { addBooks, mostAtOnce } from "./rollups.ts";
import { addMinutes, raiseCounters } from "./spending.ts";
import type { Query, Sql } from "./sql.ts";
import { digestOf, toColumn } from "./text.ts";

/**
 * Keeps records in one transaction, as `append` of the ledger.
 *
 * One transaction at a time, over all replicas: they would wait for each other at the roll-ups of the day anyway, and
 * like this none waits in a circle and records become visible in the order of their batches.
 *
 * @param writer a UUID that no other process uses; calls must not overlap
 */
export function createKeep(
  sql: Sql,
  writer: string,
): (records: readonly UsageRecord[]) => Promise<boolean[]> {
  let appends = 0;

  return async (records) => {
    appends += 1;
    const append = appends;
    let added: boolean[] = [];
    return await sql.transaction(async (query) => {
      const batch = await nextBatch(query);
      // Tried again after the connection was lost: it may have been done, and only the word of it was lost.
      if (!(await announce(query, writer, append))) return added;
      added = [];
      for (let first = 0; first < records.length; first += mostAtOnce) {
        added.push(...(await keepSome(query, batch, first, records.slice(first, first + mostAtOnce))));
      }
      return added;
    });
  };
}

/** The number of this batch; whoever asks next waits for the end of this transaction. */
async function nextBatch(query: Query): Promise<number> {
  const [ledger] = await query<{ batch: number | string }>(
    "update quotabot_ledger set batch = batch + 1 returning batch",
  );
  return Number(ledger?.batch);
}

/** Notes which append of the writer this transaction is; false when it was done before. */
async function announce(query: Query, writer: string, append: number): Promise<boolean> {
  const noted = await query(
    `insert into quotabot_writers as kept (writer, append) values ($1, $2::bigint)
     on conflict (writer) do update set append = excluded.append, at = now() where kept.append < excluded.append
     returning append`,
    [writer, append],
  );
  return noted.length > 0;
}

async function keepSome(
  query: Query,
  batch: number,
  first: number,
  records: readonly UsageRecord[],
): Promise<boolean[]> {
  const keys = records.map(({ id }) => digestOf(toColumn(id)));
  const fresh = await insertIds(query, keys, records);
  // Of several with one id the first takes it.
  const added = keys.map((key) => fresh.delete(key));
  const kept = records.filter((_, index) => added[index]);
  if (kept.length === 0) return added;
  const books = [...booksOf(kept).values()];
  await insertRecords(query, batch, first, kept);
  await addBooks(query, books);
  await addMinutes(query, books);
  await raiseCounters(query, books);
  return added;
}

/** Takes ids and hands back those that were free. */
async function insertIds(
  query: Query,
  keys: readonly string[],
  records: readonly UsageRecord[],
): Promise<Set<string>> {
  const rows = await query<{ key: string }>(
    `insert into quotabot_ids (key, day)
     select decode(key, 'hex'), day from unnest($1::text[], $2::text[]) as asked (key, day)
     on conflict do nothing returning encode(key, 'hex') as key`,
    [keys, records.map(({ day }) => day)],
  );
  return new Set(rows.map(({ key }) => key));
}
