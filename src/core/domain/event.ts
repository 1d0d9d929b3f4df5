import type { Day } from "./day.ts";
import type { Instant } from "./quota.ts";

/** Everything that people and programs can be told of by itself. */
export const eventTypes = [
  "quota.low",
  "quota.exhausted",
  "quota.reset",
  "quota.reset_early",
  "quota.reset_moved",
  "quota.recovered",
  "quota.running_out",
  "quota.runaway",
  "quota.exhausted_often",
  "account.signed_out",
  "account.forbidden",
  "account.needs_action",
  "account.recovered",
  "source.stale",
  "source.recovered",
  "overage.started",
  "budget.reached",
  "budget.projected",
  "budget.exceeded",
  "budget.period_over",
  "cost.spike",
  "route.switched",
] as const;

export type EventType = (typeof eventTypes)[number];

/** Something that has happened, with the facts that belong to its type. */
export interface AlertEvent {
  type: EventType;
  /** When it was found. */
  at: Instant;
  /** Id of the account it is about. */
  account?: string | undefined;
  window?:
    | {
        /** Id of the reading. */
        id: string;
        label: string;
        scope?: string | undefined;
        usedPercent?: number | undefined;
        resetsAt?: Instant | undefined;
      }
    | undefined;
  /** Percent used, or of the budget, that has been reached. */
  threshold?: number | undefined;
  /** Of a window that has ended and left its account as exhausted: what is, that window itself or another one. */
  blockedBy?: AlertEvent["window"];
  /** Since when it had been so, of something that has ended. */
  since?: Instant | undefined;
  /** Why, in words of the provider's adapter. */
  reason?: string | undefined;
  projection?: { runsOutAt: Instant; beforeReset: number; basis: string } | undefined;
  moved?: { from: Instant; to: Instant } | undefined;
  /** Percent points within so many minutes. */
  rise?: { points: number; minutes: number } | undefined;
  /** How many times within so many days. */
  often?: { times: number; days: number } | undefined;
  /** An amount in the reading's own unit. */
  amount?: { used: number; limit?: number | undefined; unit: string } | undefined;
  budget?: { id: string; period: "day" | "week" | "month"; from: Day; limitMicros: number } | undefined;
  /** Billed money in whole micro-dollars: so far, as expected, and as usual. */
  money?:
    | { usedMicros: number; projectedMicros?: number | undefined; usualMicros?: number | undefined }
    | undefined;
  /** Who or what took the largest part, from 0 to 1. */
  top?: { dimension: string; value: string; part: number } | undefined;
  switched?: { combo?: string | undefined; from: string; to: string } | undefined;
}

/** How much an event matters: what wakes people, what they should see soon, what is good to know. */
export function severityOf(type: EventType): "critical" | "warning" | "info" {
  return severities[type] ?? "info";
}

const severities: Readonly<Partial<Record<EventType, "critical" | "warning">>> = {
  "quota.exhausted": "critical",
  "account.forbidden": "critical",
  "overage.started": "critical",
  "budget.exceeded": "critical",
  "quota.runaway": "critical",
  "quota.low": "warning",
  "quota.running_out": "warning",
  "quota.exhausted_often": "warning",
  "account.signed_out": "warning",
  "account.needs_action": "warning",
  "source.stale": "warning",
  "budget.reached": "warning",
  "budget.projected": "warning",
  "cost.spike": "warning",
};
