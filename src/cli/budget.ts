import { budgetStatus } from "../core/messages/budget.ts";
import { costJson } from "../core/services/usage-json.ts";
import type { CliOptions } from "./session.ts";
import { type OutputOptions, periodNamed, print, printJson, todayOf, withSession } from "./with-session.ts";

/** Prints where budgets stand now; they are set in chat, where it is known who does. */
export function printBudgets(cli: CliOptions, options: OutputOptions): Promise<void> {
  return withSession(cli, options, async (session) => {
    const [cost, all, mode] = await Promise.all([
      session.usageReports.cost(periodNamed("today", todayOf(session))),
      session.budgets.list(),
      session.routeModes.current(),
    ]);
    if (options.json) {
      const { at, budgets, projection } = costJson(cost);
      return printJson(cli, { at, budgets, projection, onlyBilling: mode?.to ?? null });
    }
    const known = new Map(all.map((budget) => [budget.id, budget]));
    const budgets = cost.budgets.flatMap(({ id }) => known.get(id) ?? []);
    const { projection } = cost;
    const facts = { budgets, statuses: cost.budgets, projection, mode, surface: "terminal" };
    print(cli, session, options, budgetStatus(facts));
  });
}
