import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { csvLine } from "../../src/core/services/csv.ts";
import { bytesOf, exportAtMost, exportInPieces } from "../../src/core/services/export-records.ts";
import { recordJson } from "../../src/core/services/usage-json.ts";
import { createFakeRecords, usageRecord } from "../fakes/usage.ts";

const month = { from: "2026-11-01", to: "2026-11-30" };

/** Reads CSV as RFC 4180 describes it. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (const [, quoted, bare = "", end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    row.push(quoted === undefined ? bare : quoted.replaceAll('""', '"'));
    if (end === ",") continue;
    rows.push(row);
    row = [];
  }
  return rows;
}

async function whole(...options: Parameters<typeof exportInPieces>): Promise<string> {
  let text = "";
  for await (const piece of exportInPieces(...options)) text += piece;
  return text;
}

describe("an export", () => {
  const many = Array.from({ length: 2_345 }, (_, at) => usageRecord(`r${at}`, { model: `m-${at % 7}` }));

  it("has every record once and in order, whatever the pages", async () => {
    for (const page of [1_000, 99, 1]) {
      const records = createFakeRecords(many.slice(0, page * 25), page);
      const wanted = many.slice(0, page * 25);
      expect(JSON.parse(await whole(records, month, "json"))).toEqual(wanted.map(recordJson));
      const rows = parseCsv(await whole(records, month, "csv"));
      expect(rows.slice(1).map(([id]) => id)).toEqual(wanted.map(({ id }) => id));
    }
  });

  it("of nothing is an empty list, or titles alone", async () => {
    expect(JSON.parse(await whole(createFakeRecords([]), month, "json"))).toEqual([]);
    expect(parseCsv(await whole(createFakeRecords([]), month, "csv"))).toHaveLength(1);
  });

  it("as CSV leaves empty what is not known, and writes money to the last digit", async () => {
    const known = usageRecord("a", { costMicros: 1, durationMs: 0, model: "m,1" });
    const { costMicros: _, ...unpriced } = usageRecord("b", { costBasis: "unpriced" });
    const [titles = [], first, second] = parseCsv(
      await whole(createFakeRecords([known, unpriced]), month, "csv"),
    );
    const cell = (row: string[] | undefined, title: string) => row?.[titles.indexOf(title)];
    expect(cell(first, "cost_usd")).toBe("0.000001");
    expect(cell(first, "duration_ms")).toBe("0");
    expect(cell(first, "model")).toBe("m,1");
    expect(cell(second, "cost_usd")).toBe("");
    expect(cell(second, "duration_ms")).toBe("");
    expect(cell(second, "at")).toBe("2026-11-22T03:00:00.000Z");
  });

  it("that is cut has as many whole records as fit, and is sound", async () => {
    const records = createFakeRecords(many, 100);
    for (const format of ["json", "csv"] as const) {
      const all = await exportAtMost(records, month, format, 1e9);
      expect(all).toMatchObject({ records: many.length, complete: true });
      expect(all.content).toBe(await whole(records, month, format));
      const cut = await exportAtMost(records, month, format, 50_000);
      expect(cut.complete).toBe(false);
      expect(bytesOf(cut.content)).toBeLessThanOrEqual(50_000);
      expect(bytesOf(cut.content)).toBeGreaterThan(49_000);
      const found = format === "json" ? JSON.parse(cut.content) : parseCsv(cut.content).slice(1);
      expect(found).toHaveLength(cut.records);
      const exact = await exportAtMost(records, month, format, bytesOf(all.content));
      expect(exact.complete).toBe(true);
    }
  });
});

describe("a line of CSV", () => {
  it.each([
    ["=1+2", "'=1+2"],
    ["+49 30 1", "'+49 30 1"],
    ["-cmd", "'-cmd"],
    ["@SUM(A1)", "'@SUM(A1)"],
    ["\tx", "'\tx"],
    ["-12.5", "-12.5"],
    ["+3", "+3"],
    ["a=b", "a=b"],
    ['=HYPERLINK("x")', `"'=HYPERLINK(""x"")"`],
  ])("lets no spreadsheet compute %j", (text, written) => {
    expect(csvLine([text])).toBe(`${written}\r\n`);
  });

  it("can be read back, whatever is in it", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "binary" }), { minLength: 1 }), (cells) => {
        const read = parseCsv(csvLine(cells))[0] ?? [];
        expect(read.map((cell) => cell.replace(/^'(?=[=+\-@\t\r])/, ""))).toEqual(
          cells.map((cell) => cell.replace(/^'(?=[=+\-@\t\r])/, "")),
        );
      }),
    );
  });
});
