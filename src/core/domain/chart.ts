import type { Day } from "./day.ts";
import type { Instant } from "./quota.ts";
import type { LinePoint, Series } from "./series.ts";

/** One window of an account, as it is drawn. */
export interface ChartLine {
  /** What people call the window. */
  label: string;
  /** Id of the reading. */
  id: string;
  series: Series;
  /** The least that was left; the last time when there are several. */
  lowest: LinePoint;
  last: LinePoint;
  /** Whether the last point is too old to be how it stands now. */
  stale: boolean;
}

/** What was left of an account's windows over time. */
export interface QuotaChart {
  kind: "quota";
  account: string;
  name: string;
  from: Instant;
  /** Now. */
  to: Instant;
  timezone: string;
  /** The windows that are drawn, at most `mostLines`; in the order of the account's readings. */
  lines: readonly ChartLine[];
  /** Those that there is no room for: the ones that had the most left. */
  others: readonly ChartLine[];
  /** Percent left at which somebody is told, for the windows drawn. */
  thresholds: readonly number[];
}

/** What a day's bar is made of: a model, or all others together. */
export interface CostPart {
  label: string;
  /** Whether it stands for all others. */
  isRest?: boolean | undefined;
  /** Whole micro-dollars of each day of the chart. */
  micros: readonly number[];
}

/** What was spent, day by day. */
export interface CostChart {
  kind: "cost";
  /** Money, or where nothing was billed, the list value of what subscriptions and free plans covered. */
  money: "billed" | "list value";
  days: readonly Day[];
  today: Day;
  timezone: string;
  /** The costliest first; what is left of all others last. */
  parts: readonly CostPart[];
  /** Of each day. */
  totals: readonly number[];
  /** The daily budget, where billed money is drawn and there is one. */
  budgetMicros?: number | undefined;
}

export type Chart = QuotaChart | CostChart;

/** Draws a chart as a PNG; where that is not possible, says why in a sentence. Never throws. */
export type DrawChart = (chart: Chart) => Promise<{ png: Uint8Array } | { why: string }>;

/** More lines than this nobody tells apart. */
export const mostLines = 8;
