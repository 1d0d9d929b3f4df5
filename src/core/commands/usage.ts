import { dimensions } from "../domain/usage.ts";
import { isNothing } from "../messages/figures.ts";
import { noUsage } from "../messages/no-usage.ts";
import { usageMessage } from "../messages/usage.ts";
import type { Command } from "./command.ts";
import { hasRecords, type LedgerCommandOptions, periodOf } from "./ledger-options.ts";

/** `/quota usage [PERIOD] [by DIMENSION]`: what was used, of today and by model unless told otherwise. */
export function usageCommand(options: LedgerCommandOptions): Command {
  return {
    name: "usage",
    summary: "What was used: requests, tokens, audio, times, cost",
    parameters: [
      { name: "period", summary: "Which days: today, 7d, month, 2026-11", required: false, kind: "period" },
      { name: "by", summary: "What to break it down by", required: false, kind: "dimension" },
    ],
    adminsOnly: false,
    async *run(call) {
      const today = options.today();
      const period = periodOf(call, "today", today);
      const by = dimensions.find((dimension) => dimension === call.arguments.by) ?? "model";
      const report = await options.usageReports.usage({ period, by });
      if (isNothing(report.total) && !(await hasRecords(options))) {
        yield noUsage("Usage");
        return;
      }
      const command = `usage ${period.name} by ${by}`;
      const wide = call.asker.surface === "terminal";
      yield usageMessage(report, { command, today, names: options.names, wide });
    },
  };
}
