import { accountDetails, type Using } from "../messages/account-details.ts";
import { missingArgument } from "../messages/help.ts";
import { answerThenRefresh, type QuotaCommandOptions } from "./answer-then-refresh.ts";
import type { Command } from "./command.ts";

export interface ShowCommandOptions extends QuotaCommandOptions {
  /** Who holds an allocation now. */
  using(): Promise<readonly Using[]>;
}

/** `/quota show TARGET`: every window, pool and amount of one account, or of all accounts of one provider. */
export function showCommand(options: ShowCommandOptions): Command {
  const command: Command = {
    name: "show",
    summary: "Every window, pool and amount of an account",
    parameters: [{ name: "target", summary: "An account or a provider", required: true, kind: "target" }],
    adminsOnly: false,
    async *run(call) {
      const target = call.arguments.target;
      if (target === undefined) {
        yield missingArgument(
          command,
          options.targets.complete("").map((known) => known.value),
        );
        return;
      }
      // The numbers are worth showing without it.
      const using = await options.using().catch(() => []);
      yield* answerThenRefresh(options, call, (report) =>
        accountDetails(report, { command: `show ${target}`, admin: call.asker.admin, using }),
      );
    },
  };
  return command;
}
