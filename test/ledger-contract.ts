import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dimensions, type UsageRecord } from "../src/core/domain/usage.ts";
import { answerFrom } from "../src/core/domain/usage-query.ts";
import type { Store } from "../src/core/ports.ts";
import { allRecords, anyQuery, anyRecords, dayLength, dayOf, firstDay, recordOf } from "./ledger-records.ts";
import { vandalise } from "./vandalise.ts";

/** What every ledger promises. */
export function checkLedger(
  storeName: string,
  open: () => Promise<{ store: Store; reopen?: (() => Promise<Store>) | undefined }>,
  runs: number,
) {
  describe(`${storeName} as a ledger`, () => {
    it("knows nothing at first", async () => {
      const { ledger } = (await open()).store;
      const query = { from: dayOf(0), to: dayOf(3), by: "model" } as const;
      expect(await ledger.usage(query)).toEqual(answerFrom([], query));
      expect(await ledger.records({ ...query, most: 10 })).toEqual({ records: [] });
      expect(await ledger.spent("team", firstDay, firstDay + dayLength)).toBeUndefined();
      expect(await ledger.counters(["s1"])).toEqual(new Map());
      expect(await ledger.prune(dayOf(9))).toBe(0);
      expect(await ledger.append([])).toEqual([]);
    });

    it("answers every question as the records themselves would, however and how often they came in", async () => {
      const batches = fc.record({
        records: anyRecords(60),
        order: fc.infiniteStream(fc.nat()),
        queries: fc.array(anyQuery, { minLength: 4, maxLength: 12 }),
      });
      await fc.assert(
        fc.asyncProperty(batches, async ({ records, order, queries }) => {
          const { store, reopen } = await open();
          const sent = shuffled([...records, ...records.filter((_, index) => index % 10 < 3)], order);
          const calls = inBatches(sent, order).map((batch) => store.ledger.append(batch));
          const added = (await Promise.all(calls)).flat().filter((isNew) => isNew);
          expect(added).toHaveLength(records.length);

          const check = async ({ ledger }: Store) => {
            for (const query of queries) {
              expect(await ledger.usage(query), JSON.stringify(query)).toEqual(answerFrom(records, query));
            }
            expect(byId(await allRecords(ledger))).toEqual(byId(records));
          };
          await check(store);
          const later = reopen === undefined ? store : await reopen();
          await check(later);
          expect((await later.ledger.append(sent)).some((isNew) => isNew)).toBe(false);
          await check(later);
          await later.close();
        }),
        { numRuns: runs },
      );
    });

    it("keeps the first of several records with one id", async () => {
      const { ledger } = (await open()).store;
      const [first, second] = [recordOf("a"), recordOf("a", { account: "other", at: firstDay + dayLength })];
      expect(await ledger.append([first, second, recordOf("b"), first])).toEqual([true, false, true, false]);
      expect(await ledger.append([second])).toEqual([false]);
      expect(await allRecords(ledger)).toEqual([first, recordOf("b")]);
    });

    it("adds a record that many send at once for exactly one of them", async () => {
      const { ledger } = (await open()).store;
      const answers = await Promise.all(
        Array.from({ length: 32 }, (_, n) => ledger.append([recordOf("a"), recordOf(`of ${n}`)])),
      );
      expect(answers.filter(([shared]) => shared)).toHaveLength(1);
      expect(answers.every(([, own]) => own)).toBe(true);
      expect(await allRecords(ledger)).toHaveLength(33);
    });

    it("counts a record for all who ask after it was acknowledged", async () => {
      const { ledger } = (await open()).store;
      for (let number = 1; number <= 5; number++) {
        await ledger.append([recordOf(`record ${number}`)]);
        expect((await ledger.usage({ from: dayOf(0), to: dayOf(0) })).total.requests).toBe(number);
        expect((await ledger.spent("team", firstDay, firstDay + dayLength))?.records).toBe(number);
      }
    });

    it("shares nothing with who wrote and who reads", async () => {
      const { ledger } = (await open()).store;
      const written = recordOf("a", { counter: { series: "s1", value: 5 } });
      const call = ledger.append([written]);
      vandalise(written);
      await call;
      const query = { from: dayOf(0), to: dayOf(0), by: "model" } as const;
      const span = [firstDay, firstDay + dayLength] as const;
      for (const record of await allRecords(ledger)) vandalise(record);
      const answer = await ledger.usage(query);
      vandalise(answer.total);
      for (const sums of answer.rows.values()) vandalise(sums);
      vandalise((await ledger.spent("team", ...span)) ?? {});

      const kept = recordOf("a", { counter: { series: "s1", value: 5 } });
      expect(await allRecords(ledger)).toEqual([kept]);
      expect(await ledger.usage(query)).toEqual(answerFrom([kept], query));
      expect(await ledger.spent("team", ...span)).toMatchObject({
        records: 1,
        tokens: 123,
        costMicros: 1_500,
      });
    });

    it("keeps text of all scripts, signs and control characters apart", async () => {
      const { store, reopen } = await open();
      const odd = [
        'Kế hoạch "Siêu" 🚀 超级',
        "\u202e\u0000\n\\",
        "\ud800 half",
        "\ud801 half",
        "__proto__",
        "",
      ];
      const records = odd.map((text) => recordOf(`id ${text}`, { user: text, model: text, outcome: text }));
      expect(await store.ledger.append(records)).toEqual(odd.map(() => true));
      const later = reopen === undefined ? store : await reopen();
      expect(await allRecords(later.ledger)).toEqual(records);
      const query = { from: dayOf(0), to: dayOf(0), by: "user" } as const;
      expect(await later.ledger.usage(query)).toEqual(answerFrom(records, query));
    });

    checkPages(open);
    checkSpans(open);
    checkPruning(open);
    checkForgetting(open);

    it("refuses records once it is closed", async () => {
      const { store } = await open();
      await store.close();
      await expect(store.ledger.append([recordOf("a")])).rejects.toMatchObject({ code: "store_unavailable" });
    });
  });
}

type Open = () => Promise<{ store: Store; reopen?: (() => Promise<Store>) | undefined }>;

function checkPages(open: Open) {
  it("gives the records back by day, and within a day as they came", async () => {
    const { store, reopen } = await open();
    const late = recordOf("late", { at: firstDay });
    const records = Array.from({ length: 20 }, (_, n) =>
      recordOf(`${n}`, { at: firstDay + (n % 2) * dayLength }),
    );
    for (const record of [...records, late]) await store.ledger.append([record]);
    const even = records.filter((_, n) => n % 2 === 0);
    const expected = [...even, late, ...records.filter((_, n) => n % 2 === 1)];
    for (const most of [1, 3, 21, 100]) expect(await allRecords(store.ledger, most)).toEqual(expected);
    const later = reopen === undefined ? store : await reopen();
    expect(await allRecords(later.ledger)).toEqual(expected);
    expect((await later.ledger.records({ from: dayOf(1), to: dayOf(1), most: 100 })).records).toHaveLength(
      10,
    );
  });

  it("gives only the records that are asked for", async () => {
    const { ledger } = (await open()).store;
    const models = ["model-a", "model-b", undefined];
    const records = Array.from({ length: 30 }, (_, n) =>
      recordOf(`${n}`, { model: models[n % 3], user: n < 15 ? "lan" : undefined }),
    );
    await ledger.append(records);
    const asked = { from: dayOf(0), to: dayOf(0), only: { model: ["model-b", ""], user: [""] } };
    const expected = records.filter(({ model, user }) => model !== "model-a" && user === undefined);
    const first = await ledger.records({ ...asked, most: 6 });
    const second = await ledger.records({ ...asked, most: 6, cursor: first.cursor });
    expect([...first.records, ...second.records]).toEqual(expected);
    expect(second.cursor).toBeUndefined();
  });

  it("gives every record once while others come in", async () => {
    const { ledger } = (await open()).store;
    const recordsOf = (turn: number) =>
      Array.from({ length: 10 }, (_, n) => recordOf(`${turn}-${n}`, { at: firstDay + (n % 3) * dayLength }));
    for (let turn = 0; turn < 5; turn++) await ledger.append(recordsOf(turn));
    const seen: string[] = [];
    let cursor: string | undefined;
    let turn = 5;
    do {
      const page = await ledger.records({ from: dayOf(0), to: dayOf(3), most: 4, cursor });
      seen.push(...page.records.map(({ id }) => id));
      cursor = page.cursor;
      if (turn < 12) await ledger.append(recordsOf(turn++));
    } while (cursor !== undefined);
    expect(new Set(seen).size).toBe(seen.length);
    const before = [0, 1, 2, 3, 4].flatMap(recordsOf).map(({ id }) => id);
    expect(before.filter((id) => !seen.includes(id))).toEqual([]);
  });

  it("refuses a cursor that is none of its own", async () => {
    const { ledger } = (await open()).store;
    await ledger.append([recordOf("a"), recordOf("b")]);
    const asked = { from: dayOf(0), to: dayOf(1), most: 1 };
    for (const cursor of [
      "",
      "1",
      "x",
      "../../etc/passwd",
      "2026-11-20",
      "2026-11-20.-1",
      "2026-11-20.9999999",
    ]) {
      await expect(ledger.records({ ...asked, cursor }), cursor).rejects.toMatchObject({
        code: "request_invalid",
      });
    }
  });
}

function checkSpans(open: Open) {
  it("tells what an account spent, to the minute", async () => {
    const minute = 60_000;
    const instant = fc.nat({ max: 4 * 24 * 60 }).map((minutes) => firstDay + minutes * minute);
    const { store, reopen } = await open();
    const [records = []] = fc.sample(anyRecords(80), { numRuns: 1, seed: 7 });
    await store.ledger.append(records);
    const spans = fc.sample(fc.tuple(instant, instant), { numRuns: 20, seed: 7 });
    const check = async ({ ledger }: Store) => {
      for (const [start, end] of spans) {
        const inside = records.filter((one) => one.account === "team" && one.at >= start && one.at < end);
        expect(await ledger.spent("team", start, end)).toEqual({
          records: inside.length,
          requests: sum(inside, (one) => one.requests),
          tokens: sum(inside, (one) => Object.values(one.tokens).reduce((all, part) => all + part, 0)),
          audioMs: sum(inside, (one) => one.audioMs),
          costMicros: sum(inside, (one) => one.costMicros ?? 0),
          unpriced: inside.filter((one) => one.costMicros === undefined).length,
        });
      }
      expect(await ledger.spent("nobody", firstDay, firstDay + dayLength)).toBeUndefined();
      const longAgo = firstDay - 100 * dayLength;
      expect(await ledger.spent("team", longAgo, longAgo + dayLength)).toMatchObject({
        records: 0,
        costMicros: 0,
      });
    };
    await check(store);
    await check(reopen === undefined ? store : await reopen());
  });

  it("knows the highest that counters stood at", async () => {
    const { store, reopen } = await open();
    const values = [30, 10, 90, 50];
    const records = values.map((value, n) =>
      recordOf(`${n}`, { at: firstDay + n * dayLength, counter: { series: `of ${n % 2}`, value } }),
    );
    for (const record of records) await store.ledger.append([record]);
    const expected = new Map([
      ["of 0", 90],
      ["of 1", 50],
    ]);
    expect(await store.ledger.counters(["of 0", "of 1", "of 2"])).toEqual(expected);
    const later = reopen === undefined ? store : await reopen();
    expect(await later.ledger.counters(["of 0", "of 1", "of 2"])).toEqual(expected);
  });
}

function checkPruning(open: Open) {
  it("forgets the records of earlier days, not what they come to", async () => {
    const { store, reopen } = await open();
    const [records = []] = fc.sample(anyRecords(80), { numRuns: 1, seed: 11 });
    await store.ledger.append(records);
    const before = dayOf(2);
    const old = new Set(records.map(({ day }) => day).filter((day) => day < before));
    expect(await store.ledger.prune(before)).toBe(old.size);
    expect(await store.ledger.prune(before)).toBe(0);

    const check = async ({ ledger }: Store) => {
      for (const by of [undefined, ...dimensions]) {
        const query = { from: dayOf(0), to: dayOf(3), by };
        expect(await ledger.usage(query), by).toEqual(answerFrom(records, query));
      }
      const kept = records.filter(({ day }) => day >= before);
      expect(byId(await allRecords(ledger))).toEqual(byId(kept));
    };
    await check(store);
    const later = reopen === undefined ? store : await reopen();
    await check(later);

    expect((await later.ledger.append(records)).some((isNew) => isNew)).toBe(false);
    await check(later);
    const late = recordOf("late", { at: firstDay });
    expect(await later.ledger.append([late, ...records])).toEqual([true, ...records.map(() => false)]);
    const query = { from: dayOf(0), to: dayOf(3), by: "account" } as const;
    expect(await later.ledger.usage(query)).toEqual(answerFrom([...records, late], query));
    expect((await allRecords(later.ledger))[0]).toEqual(late);
    expect(await later.ledger.prune(before)).toBe(1);
    expect(await later.ledger.append([late])).toEqual([false]);
    expect(await later.ledger.usage(query)).toEqual(answerFrom([...records, late], query));
  });

  it("answers a question that needs pruned records rightly, or says of which days it cannot", async () => {
    const { ledger } = (await open()).store;
    const records = Array.from({ length: 12 }, (_, n) =>
      recordOf(`${n}`, { at: firstDay + (n % 2) * dayLength + n * 3_600_000, user: n < 6 ? "lan" : "minh" }),
    );
    const query = { from: dayOf(0), to: dayOf(1), by: "hour", only: { user: ["lan"] } } as const;
    const check = async (all: readonly UsageRecord[]) => {
      const answer = await ledger.usage(query);
      const told = all.filter(({ day }) => !answer.missing.includes(day));
      expect({ ...answer, missing: [] }).toEqual(answerFrom(told, query));
      expect(answer.missing.filter((day) => day !== dayOf(0))).toEqual([]);
    };
    await ledger.append(records);
    await check(records);
    await ledger.prune(dayOf(1));
    await check(records);
    const late = recordOf("late", { user: "lan" });
    await ledger.append([late]);
    await check([...records, late]);
  });
}

function checkForgetting(open: Open) {
  it("forgets a user's name, not what was used, also of days whose records are pruned", async () => {
    const { store, reopen } = await open();
    const records = Array.from({ length: 60 }, (_, n) =>
      recordOf(`record-${n}`, {
        at: firstDay + (n % 4) * dayLength + n * 1_200_000,
        user: ["lan", "minh", undefined][n % 3],
        model: n % 5 === 0 ? "model-b" : "model-a",
        durationMs: 10 ** (n % 6),
      }),
    );
    await store.ledger.append(records);
    const before = dayOf(1);
    await store.ledger.prune(before);
    const kept = records.filter(({ day }) => day >= before);
    const named = kept.filter(({ user }) => user === "lan").length;
    expect(named).toBeGreaterThan(0);
    expect(await store.ledger.forgetUser("lan")).toBe(named);
    expect(await store.ledger.forgetUser("lan")).toBe(0);
    expect(await store.ledger.forgetUser("nobody")).toBe(0);

    const without = (all: readonly UsageRecord[]) =>
      all.map((record) => (record.user === "lan" ? { ...record, user: undefined } : record));
    const check = async ({ ledger }: Store) => {
      for (const by of [undefined, ...dimensions]) {
        for (const only of [undefined, { user: ["lan"] }, { user: ["", "minh"] }, { model: ["model-a"] }]) {
          const query = { from: dayOf(1), to: dayOf(3), by, only };
          expect(await ledger.usage(query), JSON.stringify(query)).toEqual(
            answerFrom(without(records), query),
          );
        }
        const query = { from: dayOf(0), to: dayOf(3), by };
        expect(await ledger.usage(query), by).toEqual(answerFrom(without(records), query));
      }
      expect(byId(await allRecords(ledger))).toEqual(byId(without(kept)));
    };
    await check(store);
    expect((await store.ledger.append(records)).some((isNew) => isNew)).toBe(false);
    const later = reopen === undefined ? store : await reopen();
    await check(later);
    expect((await later.ledger.append(records)).some((isNew) => isNew)).toBe(false);
    const more = recordOf("more", { user: "lan" });
    expect(await later.ledger.append([more])).toEqual([true]);
    expect(await later.ledger.forgetUser("lan")).toBe(1);
    expect(
      await later.ledger.records({ from: dayOf(0), to: dayOf(3), only: { user: ["lan"] }, most: 9 }),
    ).toEqual({
      records: [],
    });
  });
}

function sum<T>(all: readonly T[], of: (one: T) => number): number {
  return all.reduce((total, one) => total + of(one), 0);
}

function byId(records: readonly UsageRecord[]): UsageRecord[] {
  return [...records].sort((a, b) => (a.id < b.id ? -1 : 1));
}

function shuffled<T>(all: readonly T[], order: fc.Stream<number>): T[] {
  return all
    .map((one) => ({ one, place: order.next().value ?? 0 }))
    .sort((a, b) => a.place - b.place)
    .map(({ one }) => one);
}

function inBatches<T>(all: readonly T[], order: fc.Stream<number>): T[][] {
  const batches: T[][] = [];
  for (let from = 0; from < all.length; ) {
    const to = from + 1 + ((order.next().value ?? 0) % 12);
    batches.push(all.slice(from, to));
    from = to;
  }
  return batches;
}
