import { addDays, type Days } from "../domain/day.ts";
import type { AlertEvent } from "../domain/event.ts";
import type { Instant } from "../domain/quota.ts";
import { type Sums, tokensOf } from "../domain/sums.ts";
import type { Dimension } from "../domain/usage.ts";
import type { Clock, Ledger } from "../ports.ts";
import type { MoneyFacts } from "./raise-alerts.ts";
import { type Budget, createSpendOutlook } from "./spend-outlook.ts";

/** A budget with the marks, in percent, at which it is told. */
export interface MarkedBudget extends Budget {
  at: readonly number[];
}

/** So many days back a spike is compared with. */
const spikeDays = 14;

/** What there is to know of money for alerts: a few small questions to the ledger. */
export function createMoneyFacts(options: {
  ledger: Pick<Ledger, "usage">;
  days: Days;
  clock: Clock;
  budgets: () => Promise<readonly MarkedBudget[]>;
}) {
  const { ledger, days, clock } = options;

  async function topOf(by: Dimension, account: string | undefined): Promise<AlertEvent["top"]> {
    const { day } = days.at(clock.now());
    const only = account === undefined ? undefined : { account: [account] };
    const { rows } = await ledger.usage({ from: day, to: day, by, only });
    const size = (sums: Sums) => (account === undefined ? sums.billedMicros : tokensOf(sums));
    const all = [...rows.values()].reduce((sum, sums) => sum + size(sums), 0);
    const [first] = [...rows].sort(([, a], [, b]) => size(b) - size(a));
    if (first === undefined || all === 0) return undefined;
    return { dimension: by, value: first[0], part: size(first[1]) / all };
  }

  return {
    /** Who takes most today: of an account's tokens, or of all billed money the account or model. */
    async topOf(account: string | undefined): Promise<AlertEvent["top"]> {
      if (account === undefined) return (await topOf("model", undefined)) ?? undefined;
      const [agent, user] = await Promise.all([topOf("agent", account), topOf("user", account)]);
      return agent === undefined || agent.value === "" ? user : agent;
    },

    async money(): Promise<MoneyFacts> {
      const now: Instant = clock.now();
      const { day } = days.at(now);
      const marked = await options.budgets();
      const outlook = await createSpendOutlook({ ledger, days, budgets: marked }).at(now);
      const { rows } = await ledger.usage({ from: addDays(day, -spikeDays), to: day, by: "day" });
      const before = [...rows].filter(([of]) => of < day).map(([, sums]) => sums.billedMicros);
      const usedMicros = rows.get(day)?.billedMicros ?? 0;
      return {
        budgets: outlook.budgets.map((budget) => ({
          ...budget,
          at: marked.find(({ id }) => id === budget.id)?.at ?? [],
        })),
        spike: { day, now, usedMicros, before, top: usedMicros === 0 ? undefined : await topOf("model", undefined) },
      };
    },
  };
}
