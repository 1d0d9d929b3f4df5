import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { quotaJson } from "../../src/core/services/quota-json.ts";
import { createKeptReport } from "../../src/http/kept-report.ts";
import { account, quota, start } from "../fakes/core.ts";
import { createQuotaHouse } from "../fakes/quota-house.ts";

const minute = 60_000;
const accounts = [
  account("a"),
  account("b"),
  account("c", { provider: "zmac", windows: [{ id: "daily", unit: "tokens", limit: 100, resets: {} }] }),
  account("d", { provider: "zmac", interval: 60 * minute }),
];

/** What is used of each account is for the test to say; those with the same numbers share a pool. */
function setUp() {
  const used = new Map<string, number>();
  const house = createQuotaHouse({
    accounts,
    read: async ({ id }) => {
      const amount = used.get(id) ?? 40;
      if (amount < 0) throw new Error("away");
      return { readings: [quota({ used: amount, resetsAt: start + 47 * minute })] };
    },
  });
  let made = 0;
  const reports = {
    report(some: typeof accounts) {
      made += some.length;
      return house.reports.report(some);
    },
  };
  const kept = createKeptReport({ ...house, accounts, reports });
  return {
    ...house,
    used,
    told: (only?: ReadonlySet<string>) => JSON.parse(kept.bytes(only).toString()),
    kept,
    truth: () => JSON.parse(JSON.stringify(quotaJson(house.reports.report(accounts)))),
    read: (ids: readonly string[]) =>
      house.readQuotas.read(
        accounts.filter(({ id }) => ids.includes(id)),
        "allowed",
      ),
    made: () => made,
  };
}

describe("the report that is kept for callers who ask often", () => {
  it("is what would be told without keeping it, whatever is read and however much time passes", async () => {
    const step = fc.oneof(
      fc.record({
        ids: fc.subarray(accounts.map(({ id }) => id)),
        used: fc.constantFrom(40, 55, 100, -1),
      }),
      fc.constantFrom(1_000, 6 * minute, 20 * minute, 47 * minute, 3 * 3_600_000),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const { clock, used, read, told, truth } = setUp();
        expect(told()).toEqual(truth());
        for (const one of steps) {
          if (typeof one === "number") clock.advance(one);
          else {
            for (const id of one.ids) used.set(id, one.used);
            await read(one.ids);
          }
          const { at, ...answer } = told();
          const { at: now, ...facts } = truth();
          expect(answer).toEqual(facts);
          expect(Date.parse(now) - Date.parse(at)).toBeLessThan(1_000);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("has its second with the moment that all of it is of", async () => {
    const { clock, told } = setUp();
    const first = told();
    clock.advance(999);
    expect(told()).toEqual(first);
    clock.advance(1);
    expect(told().at).not.toBe(first.at);
  });

  it("tells what was read at once, also within the second", async () => {
    const { read, told } = setUp();
    const stateOf = () => told().accounts.find((one: { account: string }) => one.account === "a").state;
    expect(stateOf()).toBe("pending");
    await read(["a"]);
    expect(stateOf()).toBe("ok");
  });

  it("tells of some accounts as it tells of all", async () => {
    const { kept, read, told } = setUp();
    await read(["a", "c"]);
    const only = new Set(["d", "c"]);
    const { accounts: all } = told();
    expect(told(only).accounts).toEqual(all.filter((one: { account: string }) => only.has(one.account)));
    expect(kept.reports().map((report) => report.account)).toEqual(
      all.map((one: { account: string }) => one.account),
    );
  });

  it("looks again only at what may be different", async () => {
    const { clock, read, told, made } = setUp();
    await read(["a", "b", "c", "d"]);
    told();
    const all = made();
    for (let asked = 0; asked < 100; asked += 1) told();
    expect(made() - all).toBe(0);
    clock.advance(1_500);
    told();
    // Only one has a window that records fill.
    expect(made() - all).toBe(1);
  });
});
