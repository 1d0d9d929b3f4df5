import { exportMessage } from "../messages/export.ts";
import { bytesOf, exportAtMost, exportFormats } from "../services/export-records.ts";
import type { Command } from "./command.ts";
import { type LedgerCommandOptions, periodOf } from "./ledger-options.ts";

/** What every surface takes as one file: Discord, the strictest, takes 10 MiB (checked 2026-11-22). */
const mostBytes = 8 * 1024 * 1024;

/** `/quota export [PERIOD] [json|csv]`: usage records as a file to the asker, of this month and CSV unless told otherwise. */
export function exportCommand(options: LedgerCommandOptions): Command {
  return {
    name: "export",
    summary: "Usage records as a file, to you alone",
    parameters: [
      { name: "period", summary: "Which days: today, 7d, month, 2026-11", required: false, kind: "period" },
      { name: "format", summary: "The kind of file", required: false, kind: "word", choices: exportFormats },
    ],
    adminsOnly: false,
    async *run(call) {
      const period = periodOf(call, "month", options.today());
      const format = exportFormats.find((known) => known === call.arguments.format) ?? "csv";
      const { from, to } = period;
      const exported = await exportAtMost(options.records, { from, to }, format, mostBytes);
      yield exportMessage(exported, { period, format, size: bytesOf(exported.content) });
    },
  };
}
