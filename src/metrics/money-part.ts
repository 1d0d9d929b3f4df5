import type { Registry } from "prom-client";
import type { Days } from "../core/domain/day.ts";
import { addSums, noSums, type Sums, tokensOf } from "../core/domain/sums.ts";
import type { Clock, Ledger } from "../core/ports.ts";
import type { Budgets } from "../core/services/budgets.ts";
import { createSpendOutlook } from "../core/services/spend-outlook.ts";
import type { BudgetStatus } from "../core/services/usage-report.ts";
import { dollars, isModel, modelLabel, mostModels, otherModels, tokenClasses } from "./names.ts";
import { createPart, gaugesIn, type Part, type Put } from "./part.ts";

export interface MoneyPartOptions {
  ledger: Pick<Ledger, "usage">;
  days: Days;
  clock: Clock;
  budgets: Pick<Budgets, "list">;
  /** Is told the models most used today. */
  onModels(models: readonly string[]): void;
}

const budget = ["budget", "period"];

/** Today's totals and the budgets, by a few small questions to the ledger. */
export function moneyPart(registry: Registry, options: MoneyPartOptions): Part {
  const { ledger, days, clock } = options;
  const outlook = createSpendOutlook({ ledger, days, budgets: options.budgets.list });
  const gauge = gaugesIn(registry);
  const series = {
    tokens: gauge("quotabot_today_tokens", "Tokens of the team's day so far.", ["model", "class"]),
    requests: gauge("quotabot_today_requests", "Requests of the team's day so far.", ["account", "outcome"]),
    cost: gauge("quotabot_today_cost_dollars", "Billed money of the team's day so far.", ["account"]),
    listValue: gauge(
      "quotabot_today_list_value_dollars",
      "What the calls of the team's day would have cost that subscriptions or free plans covered.",
      ["account"],
    ),
    budgetRatio: gauge(
      "quotabot_budget_used_ratio",
      "Part of the budget that is spent; over 1 when exceeded.",
      budget,
    ),
    budgetUsed: gauge("quotabot_budget_used_dollars", "What is spent of the budget.", budget),
    budgetLimit: gauge("quotabot_budget_limit_dollars", "The budget.", budget),
    budgetProjected: gauge(
      "quotabot_budget_projected_dollars",
      "What will have been spent at the end of the budget's period, if it goes on like this.",
      budget,
    ),
  };

  return createPart("money", series, async (put) => {
    const now = clock.now();
    const { day } = days.at(now);
    const [models, accounts, { budgets }] = await Promise.all([
      ledger.usage({ from: day, to: day, by: "model" }),
      ledger.usage({ from: day, to: day, by: "account" }),
      outlook.at(now),
    ]);
    const most = mostUsed(models.rows);
    options.onModels([...most.keys()].filter(isModel));
    for (const [model, sums] of most) {
      for (const [key, name] of tokenClasses) put("tokens", { model, class: name }, sums[key]);
    }
    for (const [account, sums] of accounts.rows) {
      put("requests", { account, outcome: "ok" }, sums.succeeded);
      put("requests", { account, outcome: "error" }, sums.requests - sums.succeeded);
      put("cost", { account }, dollars(sums.billedMicros));
      put("listValue", { account }, dollars(sums.includedMicros + sums.freeMicros));
    }
    for (const status of budgets) putBudget(put, status);
  });
}

function putBudget(
  put: Put<"budgetRatio" | "budgetUsed" | "budgetLimit" | "budgetProjected">,
  { id, period, limitMicros, usedMicros, projectedMicros }: BudgetStatus,
): void {
  const labels = { budget: id, period };
  put("budgetRatio", labels, limitMicros > 0 ? usedMicros / limitMicros : undefined);
  put("budgetUsed", labels, dollars(usedMicros));
  put("budgetLimit", labels, dollars(limitMicros));
  put("budgetProjected", labels, projectedMicros === undefined ? undefined : dollars(projectedMicros));
}

/** By label: the models with the most tokens, and all others together. */
function mostUsed(rows: ReadonlyMap<string, Sums>): Map<string, Sums> {
  const found = new Map<string, Sums>();
  let models = 0;
  for (const [model, sums] of [...rows].sort(([, a], [, b]) => tokensOf(b) - tokensOf(a))) {
    let label = modelLabel(model);
    if (isModel(label)) {
      models += 1;
      if (models > mostModels) label = otherModels;
    }
    const together = found.get(label) ?? noSums();
    addSums(together, sums);
    found.set(label, together);
  }
  return found;
}
