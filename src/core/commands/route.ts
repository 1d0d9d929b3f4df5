import type { Day } from "../domain/day.ts";
import type { Message } from "../domain/message.ts";
import { parsePeriod } from "../domain/period.ts";
import { isAppError } from "../errors.ts";
import { missingArgument } from "../messages/help.ts";
import { noRoute, routeMessage } from "../messages/route.ts";
import type { UsageNames } from "../messages/usage-names.ts";
import type { ComboReport } from "../services/combo-report.ts";
import type { RouteReport, RoutingReports } from "../services/routing.ts";
import type { Command } from "./command.ts";

/** What the commands about routes work with. */
export interface RoutingCommandOptions {
  routing: {
    reports: RoutingReports;
    /** Names of combos and models that begin so, at most so many. */
    names(typed: string, most: number): readonly string[];
  };
  names: UsageNames;
  /** The team's day now. */
  today: () => Day;
}

/** Of a combo it is also told how it was used, so far back. */
const usePeriod = "30d";

/** `/quota route COMBO|MODEL`: the account to use now, what comes after it, and why. */
export function routeCommand(options: RoutingCommandOptions): Command {
  const { routing, names } = options;
  const command: Command = {
    name: "route",
    summary: "The account to use now, and why",
    parameters: [{ name: "route", summary: "A combo or a model", required: true, kind: "route" }],
    adminsOnly: false,
    async *run(call) {
      const name = call.arguments.route?.trim() ?? "";
      yield name === ""
        ? missingArgument(command, routing.names("", 8), "Combos and models")
        : await answer(name);
    },
  };

  async function answer(name: string): Promise<Message> {
    try {
      const report = await routing.reports.route(name);
      return routeMessage(report, { names, use: await useOf(routing.reports, report, options.today()) });
    } catch (error) {
      if (isAppError(error, "not_found")) return noRoute(error.message);
      throw error;
    }
  }

  return command;
}

/** How the combo of a route was used lately; undefined of a model. */
export async function useOf(
  reports: Pick<RoutingReports, "combo">,
  { kind, name }: RouteReport,
  today: Day,
): Promise<ComboReport | undefined> {
  const period = parsePeriod(usePeriod, today);
  return kind === "combo" && period !== undefined ? await reports.combo(name, period) : undefined;
}
