import type { Day } from "./day.ts";
import type { AlertEvent } from "./event.ts";
import type { Ending, Finding, Incident } from "./incident.ts";
import type { Instant } from "./quota.ts";

/** A budget as it stands. Money is whole micro-dollars, billed. */
export interface BudgetState {
  id: string;
  period: "day" | "week" | "month";
  from: Day;
  limitMicros: number;
  usedMicros: number;
  projectedMicros?: number | undefined;
  /** Marks in percent. */
  at: readonly number[];
}

/** Finds budgets that have reached a mark, or will at this pace; a new period ends what the one before had. */
export function findBudgets(
  budgets: readonly BudgetState[],
  facts: { now: Instant; open: readonly Incident[]; top?: AlertEvent["top"] },
): { findings: Finding[]; endings: Map<string, Ending> } {
  const findings = budgets.flatMap((budget) => findingsOf(budget, facts));
  const found = new Set(findings.map(({ subject }) => subject));
  const endings = new Map<string, Ending>();
  for (const { subject, event } of facts.open) {
    if (found.has(subject)) continue;
    endings.set(subject, { event: { ...event, type: "budget.period_over", at: facts.now }, quiet: true });
  }
  return { findings, endings };
}

function findingsOf(state: BudgetState, { now, top }: { now: Instant; top?: AlertEvent["top"] }): Finding[] {
  const { id, period, from, limitMicros, usedMicros, projectedMicros } = state;
  const budget = { id, period, from, limitMicros };
  const percent = (usedMicros / limitMicros) * 100;
  const level = Math.max(0, ...state.at.filter((mark) => percent >= mark));
  const money = { usedMicros, projectedMicros };
  const findings: Finding[] = [];
  if (level > 0) {
    const type = percent >= 100 ? "budget.exceeded" : "budget.reached";
    const event: AlertEvent = { type, at: now, budget, money, threshold: level, top };
    findings.push({ subject: `budget|${id}|${from}`, level, event });
  }
  if (percent < 100 && projectedMicros !== undefined && projectedMicros >= limitMicros) {
    const event: AlertEvent = { type: "budget.projected", at: now, budget, money, top };
    findings.push({ subject: `budget-projected|${id}|${from}`, level: 1, event });
  }
  return findings;
}

/** When a day's spend is a spike; see the configuration's `anomaly`. */
export interface AnomalyRule {
  /** So many times the usual. */
  factor: number;
  minimumMicros: number;
  /** Days with spend that there must have been. */
  minimumDays: number;
}

/**
 * Finds a day that costs more than `factor` times the median of the last 14 days with spend, once a day.
 *
 * @param before billed money of the days before, any order; days without spend do not count
 */
export function findSpike(
  facts: {
    day: Day;
    now: Instant;
    usedMicros: number;
    before: readonly number[];
    top?: AlertEvent["top"];
  },
  rule: AnomalyRule,
): Finding[] {
  const { day, now, usedMicros, top } = facts;
  const usual = facts.before.filter((micros) => micros > 0);
  if (usual.length < rule.minimumDays || usedMicros < rule.minimumMicros) return [];
  const usualMicros = median(usual);
  if (usedMicros <= rule.factor * usualMicros) return [];
  const event: AlertEvent = { type: "cost.spike", at: now, money: { usedMicros, usualMicros }, top };
  return [{ subject: `spike|${day}`, level: 1, event, once: true }];
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : Math.round(((sorted[middle - 1] ?? 0) + upper) / 2);
}
