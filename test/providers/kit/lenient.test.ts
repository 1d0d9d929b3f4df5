import { describe, expect, it } from "vitest";
import {
  amount,
  dictionary,
  flag,
  instant,
  list,
  record,
  text,
  toAmount,
  toInstant,
  unwrap,
} from "../../../src/providers/kit/lenient.ts";

const iso = (value: unknown, zone?: string) => {
  const at = toInstant(value, zone);
  return at === undefined ? undefined : new Date(at).toISOString();
};

describe("an amount", () => {
  it.each([
    [12, 12],
    [-0.5, -0.5],
    ["12", 12],
    [" 12.50 ", 12.5],
    ["1,200.5", 1200.5],
    ["1,234,567", 1234567],
    ["-5", -5],
    [".5", 0.5],
    ["1.7882208E9", 1788220800],
  ])("%j is %d", (value, expected) => {
    expect(toAmount(value)).toBe(expected);
  });

  it.each([
    [null],
    [undefined],
    [""],
    [" "],
    ["12%"],
    ["1,2"],
    ["12,00"],
    ["0x10"],
    ["NaN"],
    ["1e999"],
    [true],
    [[1]],
    [{}],
  ])("%j is none", (value) => {
    expect(toAmount(value)).toBeUndefined();
  });

  it("is finite", () => {
    expect([Number.NaN, Number.POSITIVE_INFINITY].map(toAmount)).toEqual([undefined, undefined]);
  });
});

describe("an instant", () => {
  it.each([
    [1795323600, "2026-11-22T05:00:00.000Z"],
    ["1795323600", "2026-11-22T05:00:00.000Z"],
    [1795323600.317, "2026-11-22T05:00:00.317Z"],
    [1795323600317, "2026-11-22T05:00:00.317Z"],
    ["2026-11-22T05:00:00.317709+00:00", "2026-11-22T05:00:00.317Z"],
    ["2026-11-22T05:00:00.123456789Z", "2026-11-22T05:00:00.123Z"],
    ["2026-11-22T12:00:00+0700", "2026-11-22T05:00:00.000Z"],
    ["2026-11-22 05:00:00 UTC", "2026-11-22T05:00:00.000Z"],
    ["2026-11-22t05:00z", "2026-11-22T05:00:00.000Z"],
    ["2026-11-22", "2026-11-22T00:00:00.000Z"],
  ])("%j is %s", (value, expected) => {
    expect(iso(value)).toBe(expected);
  });

  it("without a zone is in the one given, never in the machine's", () => {
    expect(iso("2026-11-22 05:00:00")).toBe("2026-11-22T05:00:00.000Z");
    expect(iso("2026-11-22 05:00:00", "+08:00")).toBe("2026-11-21T21:00:00.000Z");
    expect(iso("2026-11-22T05:00:00Z", "+08:00")).toBe("2026-11-22T05:00:00.000Z");
  });

  it.each([
    [0],
    [-1],
    [3600],
    ["0"],
    [null],
    [""],
    ["soon"],
    ["2026"],
    ["0001-01-01T00:00:00Z"],
    ["9999-12-31T00:00:00Z"],
    ["2026-13-01"],
    [1e300],
    [true],
  ])("%j is none", (value) => {
    expect(toInstant(value)).toBeUndefined();
  });
});

describe("lenient fields", () => {
  const fields = record({ used: amount, name: text, on: flag, at: instant, items: list(amount) });

  it("take what they understand and leave the rest unknown", () => {
    expect(
      fields.parse({
        used: "3",
        name: " a ",
        on: "true",
        at: 1795323600,
        items: [1, "2", null, {}],
        more: 1,
      }),
    ).toEqual({ used: 3, name: "a", on: true, at: 1795323600000, items: [1, 2] });
    expect(fields.parse({ used: {}, name: "", on: "maybe", at: "soon", items: "none" })).toEqual({});
    expect(fields.parse({})).toEqual({});
  });

  it.each([[null], [undefined], ["text"], [7], [[]], [[{ used: 1 }]]])(
    "of %j, which is no object, are unknown",
    (value) => {
      expect(fields.parse(value)).toBeUndefined();
    },
  );

  it("tell a flag from its spellings", () => {
    expect(["true", 1, true, "false", 0, false].map((value) => flag.parse(value))).toEqual([
      ...[true, true, true],
      ...[false, false, false],
    ]);
  });

  it("keep the keys of a dictionary, whatever they are called", () => {
    const answer = JSON.parse('{"a": 1, "b": null, "__proto__": 3, "c": "x"}');
    expect([...(dictionary(amount).parse(answer) ?? [])]).toEqual([
      ["a", 1],
      ["__proto__", 3],
    ]);
    expect(dictionary(amount).parse([1])).toBeUndefined();
  });
});

describe("unwrapping", () => {
  it("finds what a gateway wrapped, and nothing that is not there", () => {
    expect(unwrap({ limits: 1 }, ["limits"])).toEqual({ limits: 1 });
    expect(unwrap({ code: 0, data: { result: { limits: [] } } }, ["limits"])).toEqual({ limits: [] });
    for (const answer of [null, [], "limits", {}, { other: { limits: 1 } }]) {
      expect(unwrap(answer, ["limits"])).toBeUndefined();
    }
  });
});
