import { describe, expect, it } from "vitest";
import type { QuotaSample } from "../../src/core/domain/history.ts";
import { parseSuggestJson, suggestJson } from "../../src/core/services/suggest-json.ts";
import { account, quota, snapshot, start } from "../fakes/core.ts";
import { createQuotaHouse } from "../fakes/quota-house.ts";
import { usageRecord } from "../fakes/usage.ts";

const day = 86_400_000;
const accounts = ["api", "glm-main", "old", "small", "large"].map((id) => account(id));

function samples(of: string, values: (daysAgo: number) => Partial<QuotaSample> | undefined): QuotaSample[] {
  return Array.from({ length: 31 }, (_, index) => 30 - index).flatMap((daysAgo) => {
    const told = values(daysAgo);
    if (told === undefined) return [];
    const at = start - daysAgo * day;
    return [{ account: of, reading: "session", kind: "quota" as const, at, value: 0, limit: 100, ...told }];
  });
}

async function house() {
  const parts = createQuotaHouse({
    accounts,
    read: async () => ({ readings: [] }),
    billing: {
      "glm-main": "subscription",
      old: "subscription",
      small: "subscription",
      large: "subscription",
    },
  });
  const { readQuotas, store, routing } = parts;
  for (const { id } of accounts)
    await readQuotas.accept(snapshot(id, { readings: [quota({ used: 40, resetsAt: start + day })] }));
  return { ...parts, suggest: () => routing.reports.suggestions(), store };
}

describe("suggestions", () => {
  it("come from what was recorded and read in the last 30 days", async () => {
    const { store, suggest, routing } = await house();
    await store.ledger.append([
      usageRecord("1", { account: "api", model: "glm-4.7", costMicros: 6_000_000 }),
      usageRecord("2", { account: "glm-main", model: "glm-4.7", costBasis: "included" }),
      usageRecord("3", { account: "small" }),
      usageRecord("4", { account: "large" }),
      usageRecord("5", { account: "api", model: "glm-4.7", day: "2026-10-01", costMicros: 90_000_000 }),
    ]);
    // Ran out on four days, once of them for two samples of the same window.
    const full = (daysAgo: number) => daysAgo <= 13 && daysAgo % 4 === 1;
    await store.history.add([
      ...samples("glm-main", (daysAgo) => ({ value: 40 + (daysAgo % 5) })),
      ...samples("old", () => ({ value: 0 })),
      ...samples("small", (daysAgo) => ({
        value: full(daysAgo) ? 100 : 70,
        resetsAt: start - daysAgo * day,
      })),
      ...samples("small", (daysAgo) =>
        daysAgo === 5
          ? { value: 100, at: start - 5 * day + 60_000, resetsAt: start - 5 * day + 1_000 }
          : undefined,
      ),
      ...samples("large", (daysAgo) => ({ value: (40 - daysAgo) % 20 })),
    ]);
    await routing.load();
    const report = await suggest();
    expect(report.suggestions).toEqual([
      {
        kind: "covered",
        account: "api",
        model: "glm-4.7",
        to: "glm-main",
        billedMicros: 6_000_000,
        requests: 1,
        days: 30,
        left: 60,
      },
      { kind: "plan_too_small", account: "small", window: "5-hour", times: 4, days: 14 },
      { kind: "plan_too_large", account: "large", window: "5-hour", mostUsedPercent: 19, days: 30 },
      { kind: "unused", account: "old", days: 14 },
    ]);
    expect([report.days, report.needs]).toEqual([30, 14]);
    expect(parseSuggestJson(JSON.parse(JSON.stringify(suggestJson(report))))).toEqual(report);
  });

  it("are none without data, and say how many days there are", async () => {
    const { suggest } = await house();
    expect(await suggest()).toMatchObject({ suggestions: [], days: 0, needs: 14 });
    const other = await house();
    await other.store.history.add(samples("old", (daysAgo) => (daysAgo <= 5 ? { value: 0 } : undefined)));
    expect(await other.suggest()).toMatchObject({ suggestions: [], days: 5 });
  });

  it("do not take an account for unused that could not be read for days", async () => {
    const { store, suggest } = await house();
    await store.history.add(samples("old", (daysAgo) => (daysAgo > 3 ? { value: 0 } : undefined)));
    expect((await suggest()).suggestions).toEqual([]);
  });

  it("are looked for again only after ten minutes", async () => {
    const { suggest, clock } = await house();
    const first = await suggest();
    clock.advance(9 * 60_000);
    expect(await suggest()).toBe(first);
    clock.advance(60_000);
    expect(await suggest()).not.toBe(first);
  });
});
