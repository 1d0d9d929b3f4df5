import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { expect, it } from "vitest";
import { z } from "zod";
import { readUsageRecord } from "../../src/ingest/usage-record.ts";
import { usageRecordSchema } from "../../src/ingest/usage-record-schema.ts";

const isTaken = (record: unknown) => !("problem" in readUsageRecord(record));

const told = z.toJSONSchema(usageRecordSchema, { io: "input", unrepresentable: "any" });
const ajv = new Ajv2020({ strict: false });
ajv.addFormat(
  "date-time",
  /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?(Z|[+-](0\d|1[0-4]):[0-5]\d)$/,
);
const fitsDocument = ajv.compile(told);

const names = [
  "id",
  "account",
  "provider",
  "model",
  "user",
  "agent",
  "operation",
  "task",
  "combo",
  "service",
];
const classes = ["input", "output", "cacheRead", "cacheWrite", "reasoning"];

/** Values that are right somewhere, or nearly. */
const odd = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    undefined,
    "",
    "  ",
    true,
    [],
    {},
    Number.NaN,
    "x".repeat(200),
    "x".repeat(201),
  ),
  fc.constantFrom<unknown>(
    0,
    -0,
    -1,
    1,
    0.5,
    1e-9,
    5.0000001,
    2 ** 40,
    2 ** 40 + 1,
    1e300,
    "12",
    " 12 ",
    "1e3",
    "-1",
    "0x10",
  ),
  fc.constantFrom<unknown>(
    "ok",
    "OK",
    "200",
    429,
    "http_500",
    "a b",
    "2026-11-22T03:00:00Z",
    "2026-11-22",
    1795323600,
    "1795323600000",
  ),
  fc.constantFrom<unknown>("two\nlines", "\nedge", "\u202eabc", "\ud800", "Lan Nguyễn", "日本語", "😀"),
  fc.string({ maxLength: 12 }),
  fc.double(),
  fc.integer(),
);

function objects(keys: readonly string[], value: fc.Arbitrary<unknown>) {
  return fc.dictionary(fc.constantFrom(...keys), value, { maxKeys: 4 });
}

const keys = [
  ...names,
  "at",
  "audioSeconds",
  "costUsd",
  "durationMs",
  "outcome",
  "inputText",
  "outputText",
  "other",
];
const record = fc
  .tuple(objects(keys, odd), fc.option(fc.oneof(objects([...classes, "other"], odd), odd)))
  .map(([fields, tokens]) => (tokens === null ? fields : { ...fields, tokens }));

it("the schema of a usage record takes and refuses what the parser does", () => {
  let [taken, refused] = [0, 0];
  fc.assert(
    fc.property(fc.oneof({ weight: 9, arbitrary: record }, odd), (item) => {
      expect(usageRecordSchema.safeParse(item).success).toBe(isTaken(item));
      if (isTaken(item)) taken += 1;
      else refused += 1;
    }),
    { numRuns: 4_000 },
  );
  expect(Math.min(taken, refused)).toBeGreaterThan(300);
});

it("each field of it does, for every odd value", () => {
  const values = fc.sample(odd, { numRuns: 300, seed: 7 });
  for (const value of values) {
    for (const key of keys)
      expect([key, value, usageRecordSchema.safeParse({ [key]: value }).success]).toEqual([
        key,
        value,
        isTaken({ [key]: value }),
      ]);
    for (const name of classes) {
      const item = { tokens: { [name]: value } };
      expect([item, usageRecordSchema.safeParse(item).success]).toEqual([item, isTaken(item)]);
    }
  }
});

it("what its JSON Schema lets through, the parser takes", () => {
  let fitting = 0;
  fc.assert(
    fc.property(record, (item) => {
      const sent = JSON.parse(JSON.stringify(item));
      if (!fitsDocument(sent)) return;
      fitting += 1;
      expect(readUsageRecord(sent)).not.toHaveProperty("problem");
    }),
    { numRuns: 4_000 },
  );
  expect(fitting).toBeGreaterThan(300);
});

it("its JSON Schema lets through what clients send", () => {
  const item = {
    ...Object.fromEntries(names.map((name) => [name, "a name"])),
    at: "2026-11-22T03:00:00.250+07:00",
    tokens: { input: 1250, output: 850, cacheRead: 0, cacheWrite: 0, reasoning: 0 },
    ...{
      inputText: null,
      outputText: "some text",
      audioSeconds: 1.5,
      costUsd: 0.002,
      durationMs: 3200.4,
      outcome: "rate_limited",
    },
  };
  expect([fitsDocument(item), isTaken(item)]).toEqual([true, true]);
  for (const wrong of [
    { tokens: { input: -1 } },
    { tokens: 5 },
    { costUsd: "much" },
    { model: 7 },
    { outcome: "a b!" },
  ]) {
    expect([fitsDocument(wrong), isTaken(wrong)]).toEqual([false, false]);
  }
});
