import { totalTokens } from "../core/domain/usage.ts";
import { count } from "../core/messages/format.ts";
import type { ImportSummary, ProgramCall } from "./report-log-import.ts";

/** What would be sent of one day (in UTC), program and model. */
interface Row {
  day: string;
  program: string;
  model: string;
  records: number;
  tokens: number;
}

function rowsOf(calls: readonly ProgramCall[]): Row[] {
  const rows = new Map<string, Row>();
  for (const { program, call } of calls) {
    const day = new Date(call.at).toISOString().slice(0, 10);
    const model = call.model ?? "unknown model";
    const key = `${day} ${program.name} ${model}`;
    const { records, tokens } = rows.get(key) ?? { records: 0, tokens: 0 };
    rows.set(key, {
      ...{ day, program: program.title, model },
      records: records + 1,
      tokens: tokens + totalTokens(call.tokens),
    });
  }
  return [...rows].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, row]) => row);
}

/** A line per day, program and model, and how much it is. */
export function previewText(calls: readonly ProgramCall[], { files }: ImportSummary): string {
  const cells = rowsOf(calls).map((row) => [
    row.day,
    row.program,
    row.model,
    count(row.records, "record"),
    count(row.tokens, "token"),
  ]);
  const widths = [0, 1, 2, 3, 4].map((column) =>
    Math.max(0, ...cells.map((cell) => cell[column]?.length ?? 0)),
  );
  const lines = cells.map((row) =>
    row.map((cell, column) =>
      column < 3 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
    ),
  );
  return [
    ...lines.map((row) => row.join("  ")),
    `Would send ${count(calls.length, "record")} of ${count(files, "file")}. Days are in UTC.`,
  ].join("\n");
}

/** The same as JSON. */
export function previewJson(calls: readonly ProgramCall[], summary: ImportSummary): object {
  return { dryRun: true, records: calls.length, rows: rowsOf(calls), ...summary };
}
