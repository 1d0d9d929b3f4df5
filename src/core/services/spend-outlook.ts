import { projectSpend, type RecentSpend, recentSpend, recentStart } from "../domain/cost-projection.ts";
import { addDays, type Day, type Days, daysBetween, monthEnd, monthStart, weekStart } from "../domain/day.ts";
import type { Instant } from "../domain/quota.ts";
import { addSums, noSums, type Sums } from "../domain/sums.ts";
import type { Ledger } from "../ports.ts";
import type { BudgetStatus, CostProjection } from "./usage-report.ts";

/** A ceiling that the team sets to its spend. */
export interface Budget {
  id: string;
  period: BudgetStatus["period"];
  usd: number;
}

/** Where the current month and the budgets stand, and where they are going. */
export interface SpendOutlook {
  /** The current month so far. */
  month: Sums;
  /** Absent: not enough data. */
  projection?: CostProjection | undefined;
  budgets: BudgetStatus[];
}

/** Tells where billed money stands, by one question to the ledger. */
export function createSpendOutlook(options: {
  ledger: Pick<Ledger, "usage">;
  days: Days;
  budgets: () => Promise<readonly Budget[]>;
}): { at(now: Instant): Promise<SpendOutlook> } {
  const { ledger, days } = options;

  return {
    async at(now) {
      const today = days.at(now).day;
      const first = [monthStart(today), weekStart(today), recentStart(today)].sort()[0] ?? today;
      const [{ rows }, budgets] = await Promise.all([
        ledger.usage({ from: first, to: today, by: "day" }),
        options.budgets(),
      ]);
      const recent = recentSpend(today, (day) => rows.get(day)?.billedMicros);
      const leftOfToday = part(now, days.start(today), days.start(addDays(today, 1)));

      function sumOf(from: Day, to: Day): Sums {
        const sum = noSums();
        for (const day of daysBetween(from, to)) addSums(sum, rows.get(day) ?? noSums());
        return sum;
      }

      function expected({ from, to }: Span, known: RecentSpend): number {
        return projectSpend({
          before: sumOf(from, addDays(today, -1)).billedMicros,
          today: rows.get(today)?.billedMicros ?? 0,
          leftOfToday,
          daysAfter: daysBetween(addDays(today, 1), to).length,
          recent: known,
        });
      }

      const month = spanOf("month", today);
      return {
        month: sumOf(month.from, today),
        projection: recent && {
          until: month.to,
          micros: expected(month, recent),
          days: recent.days,
          daysWithUse: recent.daysWithUse,
        },
        budgets: budgets.map(({ id, period, usd }) => {
          const span = spanOf(period, today);
          return {
            id,
            period,
            ...span,
            limitMicros: Math.round(usd * 1e6),
            usedMicros: sumOf(span.from, today).billedMicros,
            projectedMicros: recent && expected(span, recent),
          };
        }),
      };
    },
  };
}

interface Span {
  from: Day;
  to: Day;
}

function spanOf(period: BudgetStatus["period"], today: Day): Span {
  if (period === "day") return { from: today, to: today };
  if (period === "week") return { from: weekStart(today), to: addDays(weekStart(today), 6) };
  return { from: monthStart(today), to: monthEnd(today) };
}

/** How much of a span is left at an instant in it. */
function part(now: Instant, start: Instant, end: Instant): number {
  return Math.min(1, Math.max(0, (end - now) / (end - start)));
}
