import { otherValues } from "../domain/book.ts";
import type { CostChart, CostPart } from "../domain/chart.ts";
import { type Day, daysBetween } from "../domain/day.ts";
import type { Period } from "../domain/period.ts";
import type { CostReport, UsageFigures, UsageReports, UsageRow } from "./usage-report.ts";

/** So many models have a colour of their own. */
const mostParts = 5;

type Money = (figures: UsageFigures) => number;

const billed: Money = ({ billedMicros }) => billedMicros;
const listValue: Money = ({ includedMicros, freeMicros }) => includedMicros + freeMicros;

/**
 * What was billed on each day of a period, by the costliest models; where nothing was, the list value of what was covered.
 * Throws like the ledger.
 */
export async function chartCost(
  parts: { usageReports: UsageReports; today: Day; timezone: string },
  period: Period,
): Promise<{ chart: CostChart; report: CostReport }> {
  const { usageReports, today, timezone } = parts;
  const [report, byDay] = await Promise.all([
    usageReports.cost(period),
    usageReports.usage({ period, by: "day" }),
  ]);
  const isBilled = billed(report.total) > 0;
  const money = isBilled ? billed : listValue;
  const days = daysBetween(period.from, period.to);
  const totals = onDays(days, byDay.rows, money);
  const top = [...report.models]
    .filter(({ value, figures }) => value !== otherValues && money(figures) > 0)
    .sort((a, b) => money(b.figures) - money(a.figures))
    .slice(0, mostParts);
  const models = await Promise.all(
    top.map(async ({ value }): Promise<CostPart> => {
      const { rows } = await usageReports.usage({ period, by: "day", only: { model: [value] } });
      return { label: value === "" ? "not told" : value, micros: onDays(days, rows, money) };
    }),
  );
  const rest = totals.map((total, day) =>
    Math.max(0, total - models.reduce((sum, { micros }) => sum + (micros[day] ?? 0), 0)),
  );
  const others = rest.some((micros) => micros > 0)
    ? [{ label: "all others", isRest: true, micros: rest }]
    : [];
  const budget = report.budgets.find((one) => one.period === "day");
  return {
    report,
    chart: {
      ...{ kind: "cost", money: isBilled ? "billed" : "list value", days, today, timezone, totals },
      parts: [...models, ...others],
      budgetMicros: isBilled ? budget?.limitMicros : undefined,
    },
  };
}

function onDays(days: readonly Day[], rows: readonly UsageRow[], money: Money): number[] {
  const byDay = new Map(rows.map(({ value, figures }) => [value, money(figures)]));
  return days.map((day) => byDay.get(day) ?? 0);
}
