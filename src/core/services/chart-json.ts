import type { Chart, ChartLine, CostChart, QuotaChart } from "../domain/chart.ts";
import type { Instant } from "../domain/quota.ts";
import { iso } from "./json-fields.ts";

/** What a chart shows, as JSON for scripts: percent left, US dollars, instants in ISO 8601 and UTC. */
export function chartJson(chart: Chart) {
  return chart.kind === "quota" ? quotaChartJson(chart) : costChartJson(chart);
}

function quotaChartJson({ account, from, to, lines, others, thresholds }: QuotaChart) {
  return {
    account,
    from: iso(from),
    to: iso(to),
    thresholdsLeftPercent: thresholds,
    windows: [...lines, ...others].map(({ id, label, series, lowest, last }: ChartLine) => ({
      id,
      label,
      /** Between two stretches nothing is known. */
      stretches: series.stretches.map((stretch) => stretch.map(pointJson)),
      resets: series.resets.map(iso),
      lowest: pointJson(lowest),
      last: pointJson(last),
    })),
  };
}

function pointJson({ at, left }: { at: Instant; left: number }) {
  return { at: iso(at), leftPercent: left };
}

function costChartJson({ money, days, parts, totals, budgetMicros }: CostChart) {
  return {
    money: money === "billed" ? "billed" : "list_value",
    dailyBudgetUsd: budgetMicros === undefined ? null : budgetMicros / 1e6,
    days: days.map((day, index) => ({
      day,
      usd: (totals[index] ?? 0) / 1e6,
      parts: parts.map(({ label, micros }) => ({ label, usd: (micros[index] ?? 0) / 1e6 })),
    })),
  };
}
