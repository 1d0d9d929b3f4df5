import fc from "fast-check";
import { expect, it } from "vitest";
import {
  costJson,
  parseCostJson,
  parseUsageJson,
  recordJson,
  usageJson,
} from "../../src/core/services/usage-json.ts";
import { figures, usageRecord, usageReport } from "../fakes/usage.ts";
import { monthsCost, weekByModel } from "../fakes/usage-examples.ts";

const overTheWire = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

it("a usage report comes back from JSON as it was", () => {
  const told = (by: "model" | "hour" | "user" | undefined) => ({
    ...weekByModel,
    by,
    rows: by ? weekByModel.rows : [],
  });
  for (const by of ["model", "hour", "user", undefined] as const) {
    expect(parseUsageJson(overTheWire(usageJson(told(by))))).toEqual(told(by));
  }
});

it("a cost report comes back from JSON as it was, with and without a projection", () => {
  for (const report of [monthsCost, { ...monthsCost, projection: undefined, budgets: [] }]) {
    expect(parseCostJson(overTheWire(costJson(report)))).toEqual(report);
  }
});

it("money keeps every micro-dollar on its way through JSON", () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), (micros) => {
      const report = usageReport({ total: figures({ billedMicros: Math.min(micros, 1e15) }) });
      const back = parseUsageJson(overTheWire(usageJson(report)));
      expect(back?.total.billedMicros).toBe(report.total.billedMicros);
    }),
  );
});

it.each([
  undefined,
  null,
  "",
  [],
  {},
  { at: "2026-11-22T03:00:00Z" },
  { ...usageJson(weekByModel), rows: [{}] },
])("what is no report is not taken for one: %j", (value) => {
  expect(parseUsageJson(value)).toBeUndefined();
  expect(parseCostJson(value)).toBeUndefined();
});

it("takes a report that tells more than is known today", () => {
  const newer = {
    ...usageJson(weekByModel),
    mood: "fine",
    total: { ...usageJson(weekByModel).total, joules: 7 },
  };
  expect(parseUsageJson(newer)).toEqual(weekByModel);
});

it("a record tells null for what is not known, never 0", () => {
  const { costMicros: _, ...unpriced } = usageRecord("a");
  expect(recordJson(unpriced)).toMatchObject({
    costUsd: null,
    model: null,
    durationMs: null,
    estimated: false,
  });
  expect(recordJson(usageRecord("a", { costMicros: 0, estimated: true }))).toMatchObject({
    costUsd: 0,
    estimated: true,
  });
});
