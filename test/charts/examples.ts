import type { ChartLine, CostChart, QuotaChart } from "../../src/core/domain/chart.ts";
import type { QuotaSample } from "../../src/core/domain/history.ts";
import { pointsOf, seriesOf } from "../../src/core/domain/series.ts";
import { start as now } from "../fakes/core.ts";

const minute = 60_000;
const hour = 60 * minute;
const from = now - 24 * hour;

/** Samples each half an hour over a day, with so much used at each; undefined: it was not read. */
export function halfHourly(
  reading: string,
  used: (step: number) => number | undefined,
  resetsAt?: (at: number) => number,
): QuotaSample[] {
  return Array.from({ length: 49 }, (_, step) => from + step * 30 * minute).flatMap((at, step) => {
    const value = used(step);
    return value === undefined
      ? []
      : [
          {
            account: "claude-lan",
            reading,
            kind: "quota" as const,
            at,
            value,
            limit: 100,
            resetsAt: resetsAt?.(at),
          },
        ];
  });
}

export function lineOf(label: string, samples: readonly QuotaSample[]): ChartLine {
  const series = seriesOf(samples, { interval: 30 * minute, now });
  const points = pointsOf(series);
  const last = points.at(-1) ?? { at: now, left: 100 };
  const lowest = points.reduce((low, point) => (point.left <= low.left ? point : low), last);
  return { label, id: label, series, last, lowest, stale: false };
}

const unread = (step: number) => step > 20 && step < 27;

/** A window that starts over each five hours, and was not read for three hours. */
export const session = halfHourly(
  "session",
  (step) => (unread(step) ? undefined : (step % 10) * 9),
  (at) => from + (Math.floor((at - from) / (5 * hour)) + 1) * 5 * hour - 10 * minute,
);

export const weekly = halfHourly("weekly", (step) => (unread(step) ? undefined : 20 + step / 2));

export function quotaChart(rest: Partial<QuotaChart> = {}): QuotaChart {
  return {
    ...{ kind: "quota", account: "claude-lan", name: "Lan's Max", from, to: now },
    timezone: "Asia/Ho_Chi_Minh",
    lines: [lineOf("5-hour", session), lineOf("weekly", weekly)],
    others: [],
    thresholds: [20, 10],
    ...rest,
  };
}

export function costChart(rest: Partial<CostChart> = {}): CostChart {
  const days = Array.from({ length: 7 }, (_, day) => `2026-11-${16 + day}`);
  const parts = [
    { label: "claude-opus-4-5", micros: [2_400_000, 3_000_000, 0, 4_100_000, 2_000_000, 300_000, 1_000_000] },
    { label: "glm-4.7", micros: [500_000, 600_000, 0, 1_700_000, 400_000, 0, 200_000] },
    { label: "all others", isRest: true, micros: [100_000, 0, 0, 200_000, 0, 0, 50_000] },
  ];
  const totals = days.map((_, day) => parts.reduce((sum, { micros }) => sum + (micros[day] ?? 0), 0));
  return {
    ...{ kind: "cost", money: "billed", days, today: "2026-11-22", timezone: "Asia/Ho_Chi_Minh" },
    ...{ parts, totals, budgetMicros: 5_000_000 },
    ...rest,
  };
}
