import type { UsageRecord } from "../domain/usage.ts";
import type { UsageQuery } from "../domain/usage-query.ts";
import type { Ledger } from "../ports.ts";
import { csvLine } from "./csv.ts";
import { recordJson } from "./usage-json.ts";

export const exportFormats = ["json", "csv"] as const;

export type ExportFormat = (typeof exportFormats)[number];

export type ExportQuery = Pick<UsageQuery, "from" | "to" | "only">;

/** Records as one text. */
export interface RecordsExport {
  content: string;
  records: number;
  /** Whether these are all of them. */
  complete: boolean;
}

/** How a list of records is written: what stands before, between and after them. */
interface Writer {
  open: string;
  row(record: UsageRecord): string;
  between: string;
  close: string;
}

/** The columns of a CSV export, in their order. Instants are ISO 8601 in UTC, money is US dollars, times milliseconds. */
const csvColumns: readonly [title: string, value: (record: UsageRecord) => string | number | undefined][] = [
  ["id", ({ id }) => id],
  ["at", ({ at }) => new Date(at).toISOString()],
  ["day", ({ day }) => day],
  ["account", ({ account }) => account],
  ["provider", ({ provider }) => provider],
  ["model", ({ model }) => model],
  ["user", ({ user }) => user],
  ["agent", ({ agent }) => agent],
  ["operation", ({ operation }) => operation],
  ["task", ({ task }) => task],
  ["combo", ({ combo }) => combo],
  ["requests", ({ requests }) => requests],
  ["input_tokens", ({ tokens }) => tokens.input],
  ["output_tokens", ({ tokens }) => tokens.output],
  ["cache_read_tokens", ({ tokens }) => tokens.cacheRead],
  ["cache_write_tokens", ({ tokens }) => tokens.cacheWrite],
  ["reasoning_tokens", ({ tokens }) => tokens.reasoning],
  ["estimated", ({ estimated }) => (estimated ? "yes" : "no")],
  ["audio_seconds", ({ audioMs }) => audioMs / 1000],
  ["billing", ({ billing }) => billing],
  ["cost_basis", ({ costBasis }) => costBasis],
  ["cost_usd", ({ costMicros }) => (costMicros === undefined ? undefined : plainDollars(costMicros))],
  ["duration_ms", ({ durationMs }) => durationMs],
  ["outcome", ({ outcome }) => outcome],
  ["source", ({ source }) => source],
];

/** Micro-dollars as dollars to the last digit, never as "4.2e-7". */
function plainDollars(micros: number): string {
  return (micros / 1e6).toFixed(6);
}

const writers: Readonly<Record<ExportFormat, Writer>> = {
  json: { open: "[\n", row: (record) => JSON.stringify(recordJson(record)), between: ",\n", close: "\n]\n" },
  csv: {
    open: csvLine(csvColumns.map(([title]) => title)),
    row: (record) => csvLine(csvColumns.map(([, value]) => value(record))),
    between: "",
    close: "",
  },
};

/** Records taken from the ledger at once. */
const pageSize = 1_000;

/** The records of a span of days as a file, in pieces as they are read. Throws like the ledger. */
export async function* exportInPieces(
  records: Ledger["records"],
  query: ExportQuery,
  format: ExportFormat,
): AsyncGenerator<string> {
  const writer = writers[format];
  let before = writer.open;
  for await (const page of pagesOf(records, query)) {
    if (page.length === 0) continue;
    yield before + page.map(writer.row).join(writer.between);
    before = writer.between;
  }
  // Nothing at all still is a file: the titles alone, or an empty list.
  if (before === writer.open) yield writer.open;
  if (writer.close !== "") yield writer.close;
}

/** The same as one text of at most so many bytes: as many whole records as fit. Throws like the ledger. */
export async function exportAtMost(
  records: Ledger["records"],
  query: ExportQuery,
  format: ExportFormat,
  mostBytes: number,
): Promise<RecordsExport> {
  const writer = writers[format];
  const rows: string[] = [];
  // Each row is counted with what stands before it; before the first one stands nothing.
  let room = mostBytes - bytesOf(writer.open) - bytesOf(writer.close) + writer.between.length;
  const exported = (complete: boolean): RecordsExport => ({
    content: writer.open + rows.join(writer.between) + writer.close,
    records: rows.length,
    complete,
  });
  for await (const page of pagesOf(records, query)) {
    for (const record of page) {
      const row = writer.row(record);
      room -= bytesOf(row) + writer.between.length;
      if (room < 0) return exported(false);
      rows.push(row);
    }
  }
  return exported(true);
}

async function* pagesOf(
  records: Ledger["records"],
  query: ExportQuery,
): AsyncGenerator<readonly UsageRecord[]> {
  let cursor: string | undefined;
  do {
    const page = await records({ ...query, cursor, most: pageSize });
    yield page.records;
    cursor = page.cursor;
  } while (cursor !== undefined);
}

const encoder = new TextEncoder();

/** How long a text is in UTF-8. */
export function bytesOf(text: string): number {
  return encoder.encode(text).length;
}
