import { costMessage } from "../messages/cost.ts";
import { isNothing } from "../messages/figures.ts";
import { noUsage } from "../messages/no-usage.ts";
import type { Command } from "./command.ts";
import { hasRecords, type LedgerCommandOptions, periodOf } from "./ledger-options.ts";

/** `/quota cost [PERIOD]`: what it cost, of this month unless told otherwise. */
export function costCommand(options: LedgerCommandOptions): Command {
  return {
    name: "cost",
    summary: "What it cost: billed and list value apart, budgets, month end",
    parameters: [
      { name: "period", summary: "Which days: today, 7d, month, 2026-11", required: false, kind: "period" },
    ],
    adminsOnly: false,
    async *run(call) {
      const today = options.today();
      const period = periodOf(call, "month", today);
      const report = await options.usageReports.cost(period);
      const idle = isNothing(report.total) && report.budgets.length === 0;
      if (idle && !(await hasRecords(options))) {
        yield noUsage("Cost");
        return;
      }
      yield costMessage(report, { command: `cost ${period.name}`, today, names: options.names });
    },
  };
}
