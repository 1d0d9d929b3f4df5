import { expect, it } from "vitest";
import { daysBetween } from "../../src/core/domain/day.ts";
import type { UsageRecord } from "../../src/core/domain/usage.ts";
import { openLowdbStore } from "../../src/stores/lowdb.ts";
import { dayOf, firstDay, recordOf } from "../ledger-records.ts";
import { clock, recordingLog, temporaryFolder } from "./parts.ts";

const count = Number(process.env.LOAD_RECORDS ?? 6_000);
const clients = 32;
const restarts = 3;

/** The same numbers in the same order every time. */
function createRandom(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % limit;
  };
}

it("adds up to the token and the micro-dollar, from many clients at once, in any order, through restarts", {
  timeout: 30_000 + count,
}, async () => {
  const below = createRandom(2_026);
  const records = Array.from({ length: count }, (_, number) =>
    recordOf(`record-${number}`, {
      at: firstDay + below(5 * 86_400_000),
      account: `account-${below(5)}`,
      model: `model-${below(8)}`,
      user: `user-${below(12)}`,
      tokens: {
        input: below(90_000),
        output: below(9_000),
        cacheRead: below(900_000),
        cacheWrite: below(9_000),
        reasoning: below(900),
      },
      costMicros: below(9_000_000),
    }),
  );
  // Nothing of the ledger's own is used for what it is compared with.
  const tokens = new Map<string, bigint>();
  const micros = new Map<string, bigint>();
  for (const { model = "", tokens: used, costMicros = 0 } of records) {
    const all = Object.values(used).reduce((sum, part) => sum + BigInt(part), 0n);
    tokens.set(model, (tokens.get(model) ?? 0n) + all);
    micros.set(model, (micros.get(model) ?? 0n) + BigInt(costMicros));
  }

  const again = records.filter(() => below(10) < 3);
  const sent = [...records, ...again].map((record) => ({ record, place: below(2 ** 31) }));
  sent.sort((a, b) => a.place - b.place);
  const queue = sent.map(({ record }) => record);

  const folder = await temporaryFolder();
  const open = () => openLowdbStore({ folder, log: recordingLog(), clock });
  let added = 0;
  for (let run = 0; run < restarts; run++) {
    const store = await open();
    const end = Math.ceil((queue.length * (run + 1)) / restarts);
    let next = Math.ceil((queue.length * run) / restarts);
    const client = async () => {
      while (next < end) {
        const batch: UsageRecord[] = queue.slice(next, Math.min(end, next + 1 + below(200)));
        next += batch.length;
        const answer = await store.ledger.append(batch);
        added += answer.filter((isNew) => isNew).length;
      }
    };
    await Promise.all(Array.from({ length: clients }, client));
    await store.close();
  }
  expect(added).toBe(count);

  const store = await open();
  const { total, rows } = await store.ledger.usage({ from: dayOf(0), to: dayOf(4), by: "model" });
  expect(total.requests).toBe(count);
  expect(rows.size).toBe(micros.size);
  for (const [model, sums] of rows) {
    const { input, output, cacheRead, cacheWrite, reasoning } = sums;
    expect(BigInt(input + output + cacheRead + cacheWrite + reasoning)).toBe(tokens.get(model));
    expect(BigInt(sums.billedMicros)).toBe(micros.get(model));
  }
  const perDay = await Promise.all(
    daysBetween(dayOf(0), dayOf(4)).map((day) => store.ledger.usage({ from: day, to: day })),
  );
  expect(perDay.reduce((sum, day) => sum + day.total.requests, 0)).toBe(count);
  await store.close();
});
