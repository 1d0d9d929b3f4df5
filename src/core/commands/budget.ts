import type { Message } from "../domain/message.ts";
import { parsePeriod } from "../domain/period.ts";
import { AppError } from "../errors.ts";
import { adminsOnly } from "../messages/alert-answers.ts";
import { budgetSet, budgetStatus, budgetTakenBack, notSetFromChat, setHow } from "../messages/budget.ts";
import { type Budgets, type ChatBudget, chatBudgets } from "../services/budgets.ts";
import type { RaiseAlerts } from "../services/raise-alerts.ts";
import type { RouteModes } from "../services/route-mode.ts";
import type { Asker, Command } from "./command.ts";
import type { LedgerCommandOptions } from "./ledger-options.ts";

/** What the command works with. */
export interface BudgetCommandOptions {
  budgets: Budgets;
  routeModes: Pick<RouteModes, "current">;
  /** What follows from budgets follows at once. */
  raise: Pick<RaiseAlerts, "lookAtMoney">;
}

/** `/quota budget [set] [daily|weekly|monthly] [USD|off]`: where budgets stand, and setting them. */
export function budgetCommand(
  options: BudgetCommandOptions & Pick<LedgerCommandOptions, "usageReports" | "today">,
): Command {
  const { budgets, routeModes, raise, usageReports } = options;

  async function status({ surface }: Asker): Promise<Message> {
    const today = parsePeriod("today", options.today());
    if (today === undefined) throw new AppError("request_invalid", "Today is no period.");
    const [cost, all, mode] = await Promise.all([
      usageReports.cost(today),
      budgets.list(),
      routeModes.current(),
    ]);
    const known = new Map(all.map((budget) => [budget.id, budget]));
    return budgetStatus({
      budgets: cost.budgets.flatMap(({ id }) => known.get(id) ?? []),
      statuses: cost.budgets,
      projection: cost.projection,
      mode,
      surface,
    });
  }

  async function set(id: ChatBudget, amount: string, asker: Asker): Promise<Message> {
    if (amount !== "off") {
      await budgets.set(id, Number(amount), asker);
      await raise.lookAtMoney();
      return budgetSet(id, Number(amount), await status(asker));
    }
    const named = async () => (await budgets.list()).find((budget) => budget.id === id);
    if ((await named())?.setBy === undefined) return notSetFromChat(id);
    await budgets.set(id, undefined, asker);
    await raise.lookAtMoney();
    return budgetTakenBack(id, await named(), await status(asker));
  }

  return {
    name: "budget",
    summary: "Where budgets stand; set is for admins",
    parameters: [
      { name: "action", summary: "To set one", required: false, kind: "word", choices: ["set"] },
      { name: "budget", summary: "Which one", required: false, kind: "word", choices: chatBudgets },
      { name: "amount", summary: "US dollars, or off", required: false, kind: "amount" },
    ],
    adminsOnly: false,
    async *run({ arguments: { action, budget, amount }, asker }) {
      const id = chatBudgets.find((known) => known === budget);
      if (action === undefined && amount === undefined) yield await status(asker);
      else if (!asker.admin) yield adminsOnly("Setting a budget", asker);
      else if (id === undefined || amount === undefined) yield setHow;
      else yield await set(id, amount, asker);
    },
  };
}
