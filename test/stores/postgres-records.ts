import { inspect } from "node:util";
import { expect } from "vitest";
import { dimensions, filterDimensions, type UsageRecord } from "../../src/core/domain/usage.ts";
import { answerFrom, type UsageQuery } from "../../src/core/domain/usage-query.ts";
import type { Ledger } from "../../src/core/ports.ts";
import { start } from "../fakes/core.ts";
import { usageRecord } from "../fakes/usage.ts";

/** Records that differ in everything, over five days; the same for the same numbers. */
export function recordsFrom(first: number, count: number): UsageRecord[] {
  return Array.from({ length: count }, (_, index) => recordOf(first + index));
}

function recordOf(n: number): UsageRecord {
  const pick = <T>(values: readonly T[], spread: number): T =>
    values[Math.floor(n / spread) % values.length] as T;
  return usageRecord(`req-${n}`, {
    at: start + n * 7_000,
    day: `2026-11-${20 + (n % 5)}`,
    hour: n % 24,
    account: pick(["claude-lan", "glm-main", "unassigned"], 1),
    provider: pick(["one", "two", undefined], 2),
    model: pick(["glm-4.7", 'gemini \u0000 \ud800 "odd" \\', "模型", undefined], 3),
    user: pick(["lan", "minh", ""], 5),
    operation: pick(["translate", undefined], 7),
    requests: n % 11 === 0 ? 0 : 1,
    tokens: { input: n, output: n % 97, cacheRead: n % 13, cacheWrite: n % 7, reasoning: n % 5 },
    estimated: n % 6 === 0 ? true : undefined,
    audioMs: n % 9,
    billing: pick(["paid", "subscription", "free"], 1),
    costBasis: pick(["reported", "included", "free"], 1),
    costMicros: n % 10 === 0 ? undefined : n * 31,
    durationMs: n % 4 === 0 ? undefined : (n * n) % 90_000,
    outcome: n % 8 === 0 ? "timeout" : "ok",
    counter: n % 3 === 0 ? { series: `series ${n % 4}`, value: n + 0.5 } : undefined,
  });
}

const span = { from: "2026-11-20", to: "2026-11-24" };

const questions: readonly UsageQuery[] = [
  span,
  ...dimensions.map((by) => ({ ...span, by })),
  ...filterDimensions.map((by) => ({ ...span, by, only: { user: ["lan", ""] } })),
  {
    ...span,
    by: "day",
    only: { model: ["模型", 'gemini \u0000 \ud800 "odd" \\'], account: ["glm-main", "no such"] },
  },
  { ...span, by: "hour", only: { model: [""] } },
  { ...span, only: { model: [] } },
  { from: "2026-11-21", to: "2026-11-21", by: "model" },
];

/** Checks that a ledger answers as one that holds just these records, each once. */
export async function expectTotalsOf(ledger: Ledger, records: readonly UsageRecord[]): Promise<void> {
  for (const question of questions) {
    expect(await ledger.usage(question), JSON.stringify(question)).toEqual(answerFrom(records, question));
  }
}

/** All the records in batches that overlap with the next, in an order of one's own. */
export function batchesOf(records: readonly UsageRecord[], replica: number): UsageRecord[][] {
  const batches: UsageRecord[][] = [];
  for (let first = 0; first < records.length; first += 20) batches.push(records.slice(first, first + 30));
  const from = Math.floor((replica * batches.length) / 3);
  return [...batches.slice(from), ...batches.slice(0, from)];
}

/** Appends batches one after the other, and tells the ids of the records that were new. */
export async function appendInTurn(
  ledger: Ledger,
  batches: readonly (readonly UsageRecord[])[],
): Promise<string[]> {
  const added: string[] = [];
  for (const batch of batches) {
    const answers = await ledger.append(batch);
    added.push(...batch.filter((_, index) => answers[index]).map(({ id }) => id));
  }
  return added;
}

/** Checks that opening a store fails with this advice and with nothing of what is marked "hush" in its address. */
export async function expectRefusal(opening: Promise<unknown>, advice: RegExp): Promise<void> {
  const error = await opening.then(
    () => undefined,
    (thrown) => thrown,
  );
  expect(error).toMatchObject({ code: "store_unavailable", message: expect.stringMatching(advice) });
  expect(inspect(error, { depth: 9 })).not.toContain("hush");
}
