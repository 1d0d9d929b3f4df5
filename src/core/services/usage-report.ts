import type { Day, Days } from "../domain/day.ts";
import type { Period } from "../domain/period.ts";
import type { Instant } from "../domain/quota.ts";
import { meanTime, type Sums, successRate, timeQuantile, tokensOf } from "../domain/sums.ts";
import type { Billing, Dimension, FilterDimension } from "../domain/usage.ts";
import type { UsageAnswer } from "../domain/usage-query.ts";
import type { Clock, Ledger } from "../ports.ts";
import { type Budget, createSpendOutlook } from "./spend-outlook.ts";

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
  /**
   * Hours of the day (0 to 23, the team's zone) with the most requests, the busiest first, at most three. Empty when only
   * some usage was asked for, unless by hour: it would take reading all records.
   */
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
  /** All models with calls whose cost nobody knows, those with the most of them first; "" for calls that tell none. */
  unpricedModels: readonly string[];
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

export interface UsageReportsOptions {
  ledger: Pick<Ledger, "usage">;
  days: Days;
  clock: Clock;
  budgets: () => Promise<readonly Budget[]>;
}

const mostRows = 10;
const mostPeaks = 3;
const shownBillings: readonly Billing[] = ["subscription", "paid", "prepaid", "free"];

/** Reports of what the ledger holds, for chat, command line and HTTP alike. Each costs the ledger a few small questions. */
export function createUsageReports({ ledger, days, clock, budgets }: UsageReportsOptions): UsageReports {
  const outlook = createSpendOutlook({ ledger, days, budgets });

  return {
    async usage({ period, by, only }) {
      const { from, to } = period;
      const limited = Object.values(only ?? {}).some((values) => values !== undefined);
      const [answer, hours] = await Promise.all([
        ledger.usage({ from, to, by, only }),
        limited || by === "hour" ? undefined : ledger.usage({ from, to, by: "hour" }),
      ]);
      const rows = by === "day" || by === "hour" ? inOrder(answer) : byAmount(answer);
      return {
        at: clock.now(),
        period,
        by,
        total: figuresOf(answer.total),
        rows: rows.map(rowOf),
        missing: answer.missing,
        peakHours: peaksOf(by === "hour" ? answer : hours),
      };
    },

    async cost(period) {
      const { from, to } = period;
      const at = clock.now();
      const ask = (by: Dimension) => ledger.usage({ from, to, by });
      const [billing, models, users, accounts, spend] = await Promise.all([
        ask("billing"),
        ask("model"),
        ask("user"),
        ask("account"),
        outlook.at(at),
      ]);
      return {
        at,
        period,
        total: figuresOf(billing.total),
        byBilling: shownBillings.flatMap((name) => {
          const sums = billing.rows.get(name);
          return sums === undefined ? [] : [{ billing: name, figures: figuresOf(sums) }];
        }),
        models: costliest(models),
        unpricedModels: unpricedOf(models),
        users: costliest(users),
        accounts: costliest(accounts),
        monthToDate: figuresOf(spend.month),
        projection: spend.projection,
        budgets: spend.budgets,
        missing: billing.missing,
      };
    },
  };
}

function figuresOf(sums: Sums): UsageFigures {
  const { requests, input, output, cacheRead, cacheWrite, reasoning, estimated } = sums;
  const { billedMicros, includedMicros, freeMicros, unpriced } = sums;
  const mean = meanTime(sums);
  return {
    requests,
    successRate: successRate(sums),
    tokens: { input, output, cacheRead, cacheWrite, reasoning, total: tokensOf(sums), estimated },
    audioSeconds: sums.audioMs / 1000,
    billedMicros,
    includedMicros,
    freeMicros,
    unpriced,
    meanMs: mean === undefined ? undefined : Math.round(mean),
    p95Ms: timeQuantile(sums, 0.95),
  };
}

type Row = [value: string, sums: Sums];

function rowOf([value, sums]: Row): UsageRow {
  return { value, figures: figuresOf(sums) };
}

function inOrder({ rows }: UsageAnswer): Row[] {
  return [...rows].sort(([a], [b]) => (a < b ? -1 : 1));
}

function byAmount(answer: UsageAnswer): Row[] {
  return inOrder(answer).sort(([, a], [, b]) => tokensOf(b) - tokensOf(a) || b.requests - a.requests);
}

/** By money first, then by list value: of who only uses subscriptions, too, the largest come first. */
function costliest(answer: UsageAnswer): UsageRow[] {
  return byAmount(answer)
    .sort(([, a], [, b]) => b.billedMicros - a.billedMicros || b.includedMicros - a.includedMicros)
    .slice(0, mostRows)
    .map(rowOf);
}

function unpricedOf(answer: UsageAnswer): string[] {
  return inOrder(answer)
    .filter(([, { unpriced }]) => unpriced > 0)
    .sort(([, a], [, b]) => b.unpriced - a.unpriced)
    .map(([model]) => model);
}

function peaksOf(hours: UsageAnswer | undefined): number[] {
  if (hours === undefined) return [];
  return inOrder(hours)
    .filter(([, { requests }]) => requests > 0)
    .sort(([, a], [, b]) => b.requests - a.requests)
    .slice(0, mostPeaks)
    .map(([hour]) => Number(hour));
}
