import { quotaTable } from "../messages/quota-table.ts";
import { answerThenRefresh, type QuotaCommandOptions } from "./answer-then-refresh.ts";
import type { Command } from "./command.ts";

/** `/quota list [TARGET]`: every account in one table. */
export function listCommand(options: QuotaCommandOptions): Command {
  return {
    name: "list",
    summary: "What is left on every account, worst first",
    parameters: [{ name: "target", summary: "An account or a provider", required: false, kind: "target" }],
    adminsOnly: false,
    run(call) {
      const target = call.arguments.target;
      return answerThenRefresh(options, call, (report) =>
        quotaTable(report, {
          command: target === undefined ? "list" : `list ${target}`,
          configured: options.configured,
        }),
      );
    },
  };
}
