import { addSpent, type Book, nothingSpent, type Spent } from "../../core/domain/book.ts";
import type { Instant } from "../../core/domain/quota.ts";
import type { Query } from "./sql.ts";
import { digestOf, toColumn } from "./text.ts";

interface Row {
  records: number | string;
  requests: number | string;
  tokens: number | string;
  audio_ms: number | string;
  cost_micros: number | string;
  unpriced: number | string;
}

const columns = ["records", "requests", "tokens", "audio_ms", "cost_micros", "unpriced"] as const;

/** Adds what books know of accounts by the minute. Nobody else may add meanwhile. */
export async function addMinutes(query: Query, books: Iterable<Book>): Promise<void> {
  const minutes = new Map<string, { account: string; minute: number; spent: Spent }>();
  for (const [account, minute, spent] of [...books].flatMap(minutesOf)) {
    // Two days of different time zones can share a minute.
    const key = `${minute} ${account}`;
    const sum = minutes.get(key) ?? { account, minute, spent: nothingSpent() };
    addSpent(sum.spent, spent);
    minutes.set(key, sum);
  }
  await query(
    `insert into quotabot_minutes as kept (account, minute, ${columns.join(", ")})
     select account, minute, ${columns.join(", ")} from json_to_recordset($1::json) as added (account text,
       minute bigint, ${columns.map((column) => `${column} bigint`).join(", ")})
     on conflict (account, minute) do update set
       ${columns.map((column) => `${column} = kept.${column} + excluded.${column}`).join(", ")}`,
    [JSON.stringify([...minutes.values()].map(toRow))],
  );
}

function minutesOf(book: Book): [account: string, minute: number, spent: Spent][] {
  return [...book.minutes].flatMap(([account, minutes]) =>
    [...minutes].map(([minute, spent]): [string, number, Spent] => [account, minute, spent]),
  );
}

function toRow({ account, minute, spent }: { account: string; minute: number; spent: Spent }) {
  const { audioMs, costMicros, ...rest } = spent;
  return { account: toColumn(account), minute, ...rest, audio_ms: audioMs, cost_micros: costMicros };
}

/** As `spent` of the ledger. */
export async function selectSpent(
  query: Query,
  account: string,
  start: Instant,
  end: Instant,
): Promise<Spent | undefined> {
  const [row] = await query<Row & { known: boolean }>(
    `select exists (select from quotabot_minutes where account = $1) as known,
       ${columns.map((column) => `coalesce(sum(${column}), 0) as ${column}`).join(", ")}
     from quotabot_minutes where account = $1 and minute >= $2::bigint and minute < $3::bigint`,
    [toColumn(account), Math.floor(start / 60_000), Math.ceil(end / 60_000)],
  );
  if (!row?.known) return undefined;
  return {
    records: Number(row.records),
    requests: Number(row.requests),
    tokens: Number(row.tokens),
    audioMs: Number(row.audio_ms),
    costMicros: Number(row.cost_micros),
    unpriced: Number(row.unpriced),
  };
}

/** Moves counters on to where books saw them. */
export async function raiseCounters(query: Query, books: Iterable<Book>): Promise<void> {
  const highest = new Map<string, number>();
  for (const [series, value] of [...books].flatMap(({ counters }) => [...counters])) {
    highest.set(series, Math.max(value, highest.get(series) ?? 0));
  }
  if (highest.size === 0) return;
  await query(
    `insert into quotabot_counters as kept (key, value)
     select decode(key, 'hex'), value from json_to_recordset($1::json) as raised (key text, value double precision)
     on conflict (key) do update set value = greatest(kept.value, excluded.value)`,
    [JSON.stringify([...highest].map(([series, value]) => ({ key: keyOf(series), value })))],
  );
}

/** As `counters` of the ledger. */
export async function selectCounters(query: Query, series: readonly string[]): Promise<Map<string, number>> {
  const asked = new Map(series.map((one) => [keyOf(one), one]));
  const rows = await query<{ key: string; value: number }>(
    `select encode(key, 'hex') as key, value from quotabot_counters
     where key in (select decode(asked, 'hex') from unnest($1::text[]) as asked)`,
    [[...asked.keys()]],
  );
  return new Map(rows.map(({ key, value }) => [asked.get(key) ?? "", value]));
}

function keyOf(series: string): string {
  return digestOf(toColumn(series));
}
