import type { Day } from "../domain/day.ts";
import type { Period } from "../domain/period.ts";
import type { Instant } from "../domain/quota.ts";
import type { Billing, Dimension, FilterDimension } from "../domain/usage.ts";

/** What usage adds up to, for people and programs. Money is whole micro-dollars; the three kinds are never added up. */
export interface UsageFigures {
  requests: number;
  /** From 0 to 1; absent without requests. */
  successRate?: number | undefined;
  tokens: {
    input: number;
    output: number;
    cacheRead: number;
    cacheWrite: number;
    reasoning: number;
    total: number;
    /** Those that were estimated from texts. */
    estimated: number;
  };
  audioSeconds: number;
  billedMicros: number;
  /** List value of what subscriptions covered. */
  includedMicros: number;
  /** List value of what was free. */
  freeMicros: number;
  /** Records whose money or list value nobody knows. */
  unpriced: number;
  meanMs?: number | undefined;
  p95Ms?: number | undefined;
}

export interface UsageRow {
  /** "" when the records do not tell. */
  value: string;
  figures: UsageFigures;
}

export interface UsageReport {
  at: Instant;
  period: Period;
  by?: Dimension | undefined;
  total: UsageFigures;
  /** By value; days and hours in their order, everything else the largest first: by tokens, then requests. */
  rows: readonly UsageRow[];
  /** Days left out, because they cannot be broken down like this any more. */
  missing: readonly Day[];
  /** Hours of the day (0 to 23, the team's zone) with the most requests, the busiest first, at most three. */
  peakHours: readonly number[];
}

/** A budget and how it stands. */
export interface BudgetStatus {
  id: string;
  period: "day" | "week" | "month";
  limitMicros: number;
  usedMicros: number;
  from: Day;
  to: Day;
  /** Billed money expected by the end of the period; absent without enough data. */
  projectedMicros?: number | undefined;
}

/** Billed money expected by the end of the month, with what it was reckoned from. */
export interface CostProjection {
  /** The last day of the month. */
  until: Day;
  micros: number;
  /** Over how many days back the mean was taken, and on how many of them there was use. */
  days: number;
  daysWithUse: number;
}

export interface CostReport {
  at: Instant;
  period: Period;
  total: UsageFigures;
  /** Subscription, paid, prepaid and free apart; those without use are missing. */
  byBilling: readonly { billing: Billing; figures: UsageFigures }[];
  /** The costliest models, at most ten. */
  models: readonly UsageRow[];
  users: readonly UsageRow[];
  accounts: readonly UsageRow[];
  /** The current month so far. */
  monthToDate: UsageFigures;
  /** Absent: not enough data. */
  projection?: CostProjection | undefined;
  budgets: readonly BudgetStatus[];
  missing: readonly Day[];
}

export interface UsageReports {
  usage(request: {
    period: Period;
    by?: Dimension | undefined;
    only?: Readonly<Partial<Record<FilterDimension, readonly string[]>>> | undefined;
  }): Promise<UsageReport>;
  cost(period: Period): Promise<CostReport>;
}
