import type { Day } from "./day.ts";
import type { AlertEvent } from "./event.ts";
import type { Ending, Finding, Incident } from "./incident.ts";
import type { Instant } from "./quota.ts";
import type { Billing } from "./usage.ts";

/** A budget as it stands. Money is whole micro-dollars, billed. */
export interface BudgetState {
  id: string;
  period: "day" | "week" | "month";
  from: Day;
  /** When its first day began; absent: long ago. */
  startedAt?: Instant | undefined;
  limitMicros: number;
  usedMicros: number;
  projectedMicros?: number | undefined;
  /** Marks in percent. */
  at: readonly number[];
  /** How accounts are paid that alone are used once it is exceeded; absent: all are used all the same. */
  switchTo?: Billing | undefined;
}

/** What is looked at budgets with. */
interface MoneyNow {
  now: Instant;
  /** Open incidents of money on the channel. */
  open: readonly Incident[];
  top?: AlertEvent["top"];
}

/** Percent of a budget that what is expected has to fall to before it is not feared any more: a pace goes up and down. */
const calm = 90;
/** So long after its start, and with nothing spent, what is expected of a period says only how earlier ones were. */
const tooEarly = 3_600_000;

/**
 * Finds budgets that have reached a mark, those that will be exceeded at this pace, and those that have the requests
 * switched to other accounts. A new period ends what the one before had.
 */
export function findBudgets(
  budgets: readonly BudgetState[],
  facts: MoneyNow,
): { findings: Finding[]; endings: Map<string, Ending> } {
  const findings = budgets.flatMap((budget) => findingsOf(budget, facts));
  const found = new Set(findings.map(({ subject }) => subject));
  const endings = new Map<string, Ending>();
  for (const { subject, event } of facts.open) {
    if (found.has(subject)) continue;
    if (event.type === "route.switched" && !budgets.some(isSwitching)) {
      endings.set(subject, { event: switchedBack(event, budgets, facts.now) });
      continue;
    }
    const now = budgets.find(({ id }) => id === event.budget?.id);
    const isNew = now !== undefined && now.from !== event.budget?.from;
    const type = isNew ? "budget.period_over" : event.type;
    const stands = now === undefined || isNew ? {} : standing(now);
    endings.set(subject, { event: { ...event, ...stands, type, at: facts.now }, quiet: true });
  }
  return { findings, endings };
}

function findingsOf(state: BudgetState, facts: MoneyNow): Finding[] {
  const { now: at, top } = facts;
  const { id, from, limitMicros, usedMicros, projectedMicros } = state;
  const { budget, money } = standing(state);
  const level = Math.max(0, ...state.at.filter((mark) => usedMicros >= (mark / 100) * limitMicros));
  const findings: Finding[] = [];
  if (level > 0) {
    const type = level >= 100 ? "budget.exceeded" : "budget.reached";
    const event: AlertEvent = { type, at, budget, money, threshold: level, top };
    findings.push({ subject: `budget|${id}|${from}`, level, event });
  }
  if (isSwitching(state)) {
    const event = switched(budget, state.switchTo, at);
    findings.push({ subject: `route|${id}|${from}`, level: 1, event });
  }
  if (usedMicros < limitMicros) {
    const subject = `budget-projected|${id}|${from}`;
    const open = facts.open.find((incident) => incident.subject === subject);
    const feared = open === undefined ? limitMicros : (calm / 100) * limitMicros;
    // What cannot be expected now says nothing against what was.
    const isEarly = usedMicros <= 0 || at < (state.startedAt ?? 0) + tooEarly;
    const isProjected =
      projectedMicros === undefined || (open === undefined && isEarly)
        ? open !== undefined
        : projectedMicros >= feared;
    const event = { type: "budget.projected", at, budget, money, top } as const;
    if (isProjected) {
      findings.push({
        subject,
        level: 1,
        event: projectedMicros === undefined ? (open?.event ?? event) : event,
      });
    }
  }
  return findings;
}

/** How a budget stands, as events tell it. */
function standing(state: BudgetState) {
  const { id, period, from, limitMicros, usedMicros, projectedMicros } = state;
  return { budget: { id, period, from, limitMicros }, money: { usedMicros, projectedMicros } };
}

/** Whether a budget is exceeded that has the requests switched then. */
export function isSwitching<Budget extends Pick<BudgetState, "usedMicros" | "limitMicros" | "switchTo">>(
  budget: Budget,
): budget is Budget & { switchTo: Billing } {
  return budget.switchTo !== undefined && budget.usedMicros >= budget.limitMicros;
}

const usualAccounts = "the usual accounts";

function switched(budget: NonNullable<AlertEvent["budget"]>, to: Billing, at: Instant): AlertEvent {
  const periodEnd = { day: "the end of the day", week: "Sunday", month: "the end of the month" };
  return {
    type: "route.switched",
    at,
    budget,
    switched: { from: usualAccounts, to: `${to} accounts` },
    reason: `Until ${periodEnd[budget.period]}, as budget ${budget.id} is exceeded.`,
  };
}

/** The event of a switch that is over: with its period, or because the budget allows more now. */
function switchedBack(event: AlertEvent, budgets: readonly BudgetState[], at: Instant): AlertEvent {
  const { budget, switched } = event;
  const same = budgets.some(({ id, from }) => id === budget?.id && from === budget?.from);
  return {
    ...event,
    at,
    switched: { from: switched?.to ?? "", to: usualAccounts },
    reason: same
      ? `Budget ${budget?.id} is not exceeded any more.`
      : `The period of budget ${budget?.id} is over.`,
  };
}

/** When a day's spend is a spike; see the configuration's `anomaly`. */
export interface AnomalyRule {
  /** So many times the usual. */
  factor: number;
  minimumMicros: number;
  /** Days with spend that there must have been. */
  minimumDays: number;
}

/** So many days with spend say what is usual. */
const usualDays = 14;

/**
 * Finds a day that costs more than `factor` times the median of the last 14 days with spend, once a day.
 *
 * @param facts.before billed money of the days before, oldest first; days without spend do not count
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
  const usual = facts.before.filter((micros) => micros > 0).slice(-usualDays);
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
