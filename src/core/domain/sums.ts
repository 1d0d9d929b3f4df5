import type { CostBasis, UsageRecord } from "./usage.ts";

const counters = [
  "requests",
  "succeeded",
  "input",
  "output",
  "cacheRead",
  "cacheWrite",
  "reasoning",
  "estimated",
  "audioMs",
  "billedMicros",
  "includedMicros",
  "freeMicros",
  "unpriced",
  "timed",
  "durationMs",
] as const;

/** How long calls took: how many fell into each bucket, the first of them being number `first`. */
export interface Times {
  first: number;
  counts: number[];
}

/** What records add up to. All whole numbers, so that the order of adding does not matter. */
export interface Sums {
  requests: number;
  /** Requests whose outcome is ok. */
  succeeded: number;
  input: number;
  output: number;
  cacheRead: number;
  cacheWrite: number;
  reasoning: number;
  /** Those of the tokens that were estimated from texts. */
  estimated: number;
  audioMs: number;
  /** Money that is billed: reported or priced. */
  billedMicros: number;
  /** List value of what subscriptions cover. Never added to money. */
  includedMicros: number;
  /** List value of what was free. Never added to money. */
  freeMicros: number;
  /** Records whose money or list value nobody knows. */
  unpriced: number;
  /** Records that tell how long they took, and their sum. */
  timed: number;
  durationMs: number;
  times: Times;
}

export function noSums(): Sums {
  return {
    requests: 0,
    succeeded: 0,
    input: 0,
    output: 0,
    cacheRead: 0,
    cacheWrite: 0,
    reasoning: 0,
    estimated: 0,
    audioMs: 0,
    billedMicros: 0,
    includedMicros: 0,
    freeMicros: 0,
    unpriced: 0,
    timed: 0,
    durationMs: 0,
    times: { first: 0, counts: [] },
  };
}

/** Adds a record to the sums, in place. */
export function addRecord(sums: Sums, record: UsageRecord): void {
  const { tokens, costMicros, durationMs } = record;
  sums.requests += record.requests;
  if (record.outcome === "ok") sums.succeeded += record.requests;
  sums.input += tokens.input;
  sums.output += tokens.output;
  sums.cacheRead += tokens.cacheRead;
  sums.cacheWrite += tokens.cacheWrite;
  sums.reasoning += tokens.reasoning;
  if (record.estimated) sums.estimated += tokens.input + tokens.output;
  sums.audioMs += record.audioMs;
  if (costMicros === undefined) sums.unpriced += 1;
  else sums[moneyOf[record.costBasis]] += costMicros;
  if (durationMs === undefined) return;
  sums.timed += 1;
  sums.durationMs += durationMs;
  count(sums.times, bucketOf(durationMs), 1);
}

const moneyOf: Readonly<Record<CostBasis, "billedMicros" | "includedMicros" | "freeMicros">> = {
  reported: "billedMicros",
  priced: "billedMicros",
  included: "includedMicros",
  free: "freeMicros",
  unpriced: "billedMicros",
};

/** Adds other sums to the sums, in place. */
export function addSums(sums: Sums, other: Sums): void {
  for (const counter of counters) sums[counter] += other[counter];
  const { first, counts } = other.times;
  for (let index = 0; index < counts.length; index += 1) {
    const number = counts[index] ?? 0;
    if (number > 0) count(sums.times, first + index, number);
  }
}

/** All tokens of the sums, of whichever class. */
export function tokensOf(sums: Sums): number {
  return sums.input + sums.output + sums.cacheRead + sums.cacheWrite + sums.reasoning;
}

/** Milliseconds that a call took on average; undefined when none tells. */
export function meanTime(sums: Sums): number | undefined {
  return sums.timed === 0 ? undefined : sums.durationMs / sums.timed;
}

/**
 * Milliseconds within which this part of the calls were done, such as 0.95, by nearest rank and within 2.5 %; undefined
 * when none tells.
 */
export function timeQuantile({ times }: Sums, part: number): number | undefined {
  const all = times.counts.reduce((sum, number) => sum + number, 0);
  if (all === 0) return undefined;
  let seen = 0;
  const rank = Math.max(1, Math.ceil(part * all));
  for (let index = 0; index < times.counts.length; index += 1) {
    seen += times.counts[index] ?? 0;
    if (seen >= rank) return timeOf(times.first + index);
  }
  return undefined;
}

/** Part of the requests whose outcome is ok, from 0 to 1; undefined without requests. */
export function successRate(sums: Sums): number | undefined {
  return sums.requests === 0 ? undefined : sums.succeeded / sums.requests;
}

const step = Math.log(1.05);

/** Each bucket is 5 % wider than the one before. */
function bucketOf(milliseconds: number): number {
  return Math.round(Math.log(milliseconds + 1) / step);
}

function timeOf(bucket: number): number {
  return Math.round(Math.exp(bucket * step) - 1);
}

function count(times: Times, bucket: number, number: number): void {
  if (times.counts.length === 0) times.first = bucket;
  while (bucket < times.first) {
    times.counts.unshift(0);
    times.first -= 1;
  }
  const index = bucket - times.first;
  while (times.counts.length <= index) times.counts.push(0);
  times.counts[index] = (times.counts[index] ?? 0) + number;
}
