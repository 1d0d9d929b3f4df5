import { resetSchedule } from "../messages/reset-schedule.ts";
import { answerThenRefresh, type QuotaCommandOptions } from "./answer-then-refresh.ts";
import type { Command } from "./command.ts";

/** `/quota resets [TARGET]`: when what comes back. */
export function resetsCommand(options: QuotaCommandOptions): Command {
  return {
    name: "resets",
    summary: "When what comes back, soonest first",
    parameters: [{ name: "target", summary: "An account or a provider", required: false, kind: "target" }],
    adminsOnly: false,
    run(call) {
      const target = call.arguments.target;
      return answerThenRefresh(options, call, (report) =>
        resetSchedule(report, { command: target === undefined ? "resets" : `resets ${target}` }),
      );
    },
  };
}
