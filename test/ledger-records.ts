import fc from "fast-check";
import { expect } from "vitest";
import type { Day } from "../src/core/domain/day.ts";
import { dimensions, filterDimensions, type UsageRecord } from "../src/core/domain/usage.ts";
import type { UsageQuery } from "../src/core/domain/usage-query.ts";
import type { Ledger } from "../src/core/ports.ts";

/** The instant that the days of these records begin with: 2026-11-20. */
export const firstDay = Date.UTC(2026, 10, 20);
export const dayLength = 86_400_000;

/** A record as it is kept; its day and hour are those of UTC. */
export function recordOf(id: string, change: Partial<UsageRecord> = {}): UsageRecord {
  const at = change.at ?? firstDay + 3_600_000;
  const clock = new Date(at).toISOString();
  return {
    id,
    at,
    day: clock.slice(0, 10),
    hour: Number(clock.slice(11, 13)),
    account: "team",
    model: "model-a",
    requests: 1,
    tokens: { input: 100, output: 20, cacheRead: 0, cacheWrite: 0, reasoning: 3 },
    audioMs: 0,
    billing: "paid",
    costBasis: "priced",
    costMicros: 1_500,
    durationMs: 900,
    outcome: "ok",
    source: "api",
    ...change,
  };
}

const name = (...names: string[]) => fc.option(fc.constantFrom(...names), { nil: undefined });
const amount = fc.nat({ max: 2 ** 40 });

/** Records of four days with all that can differ, each with an id of its own. */
export const anyRecords = (maxLength: number): fc.Arbitrary<UsageRecord[]> =>
  fc
    .array(
      fc.record({
        at: fc.nat({ max: 4 * dayLength - 1 }).map((after) => firstDay + after),
        account: fc.constantFrom("team", "claude-lan", "unassigned", "__proto__"),
        provider: name("one", "two"),
        model: name("model-a", "model-b", "模型"),
        user: name("lan", "minh", "constructor"),
        agent: name("agent"),
        operation: name("chat", "embed"),
        task: name("task-1", "task-2"),
        combo: name("cheap-first"),
        requests: fc.constantFrom(0, 1, 1, 1, 7),
        tokens: fc.record({
          input: amount,
          output: amount,
          cacheRead: amount,
          cacheWrite: amount,
          reasoning: amount,
        }),
        estimated: fc.constantFrom(undefined, true as const),
        audioMs: fc.constantFrom(0, 12_345),
        billing: fc.constantFrom("subscription", "paid", "free", "prepaid"),
        costBasis: fc.constantFrom("reported", "priced", "included", "free", "unpriced"),
        costMicros: fc.option(amount, { nil: undefined }),
        durationMs: fc.option(fc.nat({ max: 900_000 }), { nil: undefined }),
        outcome: fc.constantFrom("ok", "ok", "timeout"),
        source: fc.constantFrom("api", "otlp", "logs", "allocation"),
        counter: fc.option(fc.record({ series: fc.constantFrom("s1", "s2"), value: amount }), {
          nil: undefined,
        }),
      }),
      { maxLength },
    )
    .map((all) => all.map((one, index) => recordOf(`record-${index}`, one as Partial<UsageRecord>)));

const dayNumber = fc.nat({ max: 5 });

/** Questions about those days, and a day before and after them. */
export const anyQuery: fc.Arbitrary<UsageQuery> = fc.record({
  from: dayNumber.map((number) => dayOf(number - 1)),
  to: dayNumber.map((number) => dayOf(number - 1)),
  by: fc.option(fc.constantFrom(...dimensions), { nil: undefined }),
  only: fc.option(
    fc
      .tuple(fc.subarray([...filterDimensions], { maxLength: 3 }), fc.infiniteStream(anyValues()))
      .map(([filtered, values]) =>
        Object.fromEntries(filtered.map((dimension) => [dimension, values.next().value ?? []])),
      ),
    { nil: undefined },
  ),
});

function anyValues(): fc.Arbitrary<string[]> {
  return fc.subarray(["", "team", "claude-lan", "one", "model-a", "模型", "lan", "chat", "task-1", "paid"]);
}

/** The day so many days after the first. */
export function dayOf(number: number): Day {
  return new Date(firstDay + number * dayLength).toISOString().slice(0, 10);
}

/** All records of a ledger, a page at a time. */
export async function allRecords(ledger: Ledger, most = 7): Promise<UsageRecord[]> {
  const records: UsageRecord[] = [];
  let cursor: string | undefined;
  do {
    const page = await ledger.records({ from: dayOf(-10), to: dayOf(10), most, cursor });
    expect(page.records.length).toBeLessThanOrEqual(most);
    records.push(...page.records);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return records;
}
