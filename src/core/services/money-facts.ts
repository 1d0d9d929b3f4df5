import { addDays, type Days } from "../domain/day.ts";
import type { AlertEvent } from "../domain/event.ts";
import { type Sums, tokensOf } from "../domain/sums.ts";
import type { Billing, FilterDimension } from "../domain/usage.ts";
import type { Clock, Ledger } from "../ports.ts";
import { type Budget, createSpendOutlook } from "./spend-outlook.ts";

/** A budget with what follows from it. */
export interface MarkedBudget extends Budget {
  /** Marks, in percent, at which it is told. */
  at: readonly number[];
  /** How accounts are paid that alone are used once it is exceeded; absent: all are used all the same. */
  switchTo?: Billing | undefined;
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

  /** Who has the most of today, by tokens of an account or by all billed money; undefined when nobody has anything. */
  async function largest(by: FilterDimension, account: string | undefined): Promise<AlertEvent["top"]> {
    const { day } = days.at(clock.now());
    const only = account === undefined ? undefined : { account: [account] };
    const { rows } = await ledger.usage({ from: day, to: day, by, only });
    const size = (sums: Sums) => (account === undefined ? sums.billedMicros : tokensOf(sums));
    const all = [...rows.values()].reduce((sum, sums) => sum + size(sums), 0);
    const [first] = [...rows].sort(([a, sumsOfA], [b, sumsOfB]) => {
      return size(sumsOfB) - size(sumsOfA) || (a < b ? -1 : 1);
    });
    if (first === undefined || all === 0) return undefined;
    return { dimension: by, value: first[0], part: size(first[1]) / all };
  }

  /** The agent, else the person, else the model with at least half of it; failing that whichever has the most. */
  async function topOf(account: string | undefined): Promise<AlertEvent["top"]> {
    const found = await Promise.all([
      largest("agent", account),
      largest("user", account),
      largest("model", account),
    ]);
    const told = found.filter((top) => top !== undefined).filter(({ value }) => value !== "");
    return told.find(({ part }) => part >= 0.5) ?? told.sort((a, b) => b.part - a.part)[0];
  }

  return {
    /** Who or what takes most today: of an account's tokens, or without an account of all billed money. */
    topOf,

    /** Budgets as they stand, and what today cost beside the days before. */
    async money() {
      const now = clock.now();
      const { day } = days.at(now);
      const marked = await options.budgets();
      const [outlook, { rows }] = await Promise.all([
        createSpendOutlook({ ledger, days, budgets: async () => marked }).at(now),
        ledger.usage({ from: addDays(day, -spikeDays), to: day, by: "day" }),
      ]);
      const usedMicros = rows.get(day)?.billedMicros ?? 0;
      return {
        budgets: outlook.budgets.map((status, index) => {
          const { at = [], switchTo } = marked[index] ?? {};
          return { ...status, startedAt: days.start(status.from), at, switchTo };
        }),
        spike: {
          ...{ day, now, usedMicros },
          before: [...rows].filter(([of]) => of < day).map(([, sums]) => sums.billedMicros),
          top: usedMicros === 0 ? undefined : await topOf(undefined),
        },
      };
    },
  };
}
