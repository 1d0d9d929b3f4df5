import { noSums, type Sums } from "../../core/domain/sums.ts";

const columns = {
  requests: "requests",
  succeeded: "succeeded",
  input: "input",
  output: "output",
  cacheRead: "cache_read",
  cacheWrite: "cache_write",
  reasoning: "reasoning",
  estimated: "estimated",
  audioMs: "audio_ms",
  billedMicros: "billed_micros",
  includedMicros: "included_micros",
  freeMicros: "free_micros",
  unpriced: "unpriced",
  timed: "timed",
  durationMs: "duration_ms",
} as const satisfies Readonly<Record<Counter, string>>;

type Counter = Exclude<keyof Sums, "times">;

const counters = Object.keys(columns) as Counter[];

/** Sums as a row holds them, apart from their times. */
export const sumColumns = Object.values(columns);

/** Sums as the columns of a row. */
export interface SumsRow extends Record<(typeof columns)[Counter], number | string> {
  times_first: number;
  times_counts: number[];
}

export function toSumsRow(sums: Sums): SumsRow {
  const { first, counts } = sums.times;
  const numbers = Object.fromEntries(counters.map((counter) => [columns[counter], sums[counter]]));
  return { ...numbers, times_first: first, times_counts: counts } as SumsRow;
}

export function fromSumsRow(row: SumsRow): Sums {
  const sums = noSums();
  for (const counter of counters) sums[counter] = Number(row[columns[counter]]);
  sums.times = { first: row.times_first, counts: row.times_counts };
  return sums;
}

/** Sets the sums of a row `kept` to its own and those of the row `excluded`. */
export const addExcluded = `
  ${sumColumns.map((column) => `${column} = kept.${column} + excluded.${column}`).join(", ")},
  times_counts = quotabot_add_counts(kept.times_first, kept.times_counts, excluded.times_first, excluded.times_counts),
  times_first = case when cardinality(kept.times_counts) = 0 then excluded.times_first
    when cardinality(excluded.times_counts) = 0 then kept.times_first
    else least(kept.times_first, excluded.times_first) end`;
