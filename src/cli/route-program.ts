import type { Command } from "commander";
import { useOf } from "../core/commands/route.ts";
import { AppError, isAppError } from "../core/errors.ts";
import { routeMessage } from "../core/messages/route.ts";
import { suggestMessage } from "../core/messages/suggest.ts";
import { routeJson } from "../core/services/route-json.ts";
import { suggestJson } from "../core/services/suggest-json.ts";
import { withManual } from "./manual.ts";
import { withOutput } from "./options.ts";
import type { CliOptions } from "./session.ts";
import { type OutputOptions, print, printJson, todayOf, withSession } from "./with-session.ts";

/** Adds the commands that tell what to use: route and suggest. */
export function addRouteCommands(quota: Command, cli: CliOptions): void {
  withManual(withOutput(quota.command("route")), {
    summary: "the account to use now, and why",
    description:
      "Prints which account to use now for a combo of the configuration or for a model, what comes after it, and why.",
    examples: [
      ["quota route premium-coding", "along a combo"],
      ["quota route glm-4.7 --json", "for a model, for programs"],
    ],
  })
    .argument("<combo|model>", "a combo of the configuration, or a model")
    .action((name: string, options: OutputOptions) => printRoute(cli, name, options));
  withManual(withOutput(quota.command("suggest")), {
    summary: "where money or quota could be saved",
    description:
      "Prints where money or quota could be saved, with the numbers of the last 30 days behind it.",
    examples: [["quota suggest", "all there is to suggest"]],
  }).action((options: OutputOptions) => printSuggestions(cli, options));
}

/** Prints what to use now for a combo or a model. Throws request_invalid for a name that is neither. */
function printRoute(cli: CliOptions, name: string, options: OutputOptions): Promise<void> {
  return withSession(cli, options, async (session) => {
    const { reports } = session.routing;
    const report = await reports.route(name).catch((error) => {
      if (isAppError(error, "not_found")) throw new AppError("request_invalid", error.message);
      throw error;
    });
    if (options.json) return printJson(cli, routeJson(report));
    const use = await useOf(reports, report, todayOf(session));
    print(cli, session, options, routeMessage(report, { names: session.names, use }));
  });
}

function printSuggestions(cli: CliOptions, options: OutputOptions): Promise<void> {
  return withSession(cli, options, async (session) => {
    const report = await session.routing.reports.suggestions();
    if (options.json) return printJson(cli, suggestJson(report));
    print(cli, session, options, suggestMessage(report, session.names));
  });
}
