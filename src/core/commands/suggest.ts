import { suggestMessage } from "../messages/suggest.ts";
import type { Command } from "./command.ts";
import type { RoutingCommandOptions } from "./route.ts";

/** `/quota suggest`: where money or quota could be saved. */
export function suggestCommand(options: Pick<RoutingCommandOptions, "routing" | "names">): Command {
  return {
    name: "suggest",
    summary: "Where money or quota could be saved, with the numbers behind it",
    parameters: [],
    adminsOnly: false,
    async *run() {
      yield suggestMessage(await options.routing.reports.suggestions(), options.names);
    },
  };
}
