import type { AlertEvent, EventType } from "../../src/core/domain/event.ts";
import { start } from "../fakes/core.ts";

const hour = 3_600_000;
const account = "claude-lan";
const window = {
  id: "session",
  label: "5-hour",
  scope: "opus",
  usedPercent: 91.5,
  resetsAt: start + hour + 317,
};
const budget = { id: "daily", period: "day", from: "2026-11-22", limitMicros: 5_000_000 } as const;
const top = { dimension: "user", value: "lan", part: 0.62 };
const since = start - hour;

/** One event of every type, with all that can belong to it. */
export const examples: Readonly<Record<EventType, Omit<AlertEvent, "type" | "at">>> = {
  "quota.low": { account, window, threshold: 90 },
  "quota.exhausted": { account, window: { ...window, usedPercent: 104 }, threshold: 100 },
  "quota.reset": { account, window: { ...window, usedPercent: 0 }, threshold: 90, since },
  "quota.reset_early": { account, window, threshold: 90, since },
  "quota.reset_moved": { account, window, moved: { from: start + hour, to: start + 2 * hour } },
  "quota.recovered": { account, window, threshold: 90, since },
  "quota.running_out": {
    account,
    window,
    projection: { runsOutAt: start + 1234.56, beforeReset: 90_400.4, basis: "6%/h over the last 2 h" },
  },
  "quota.runaway": { account, window, rise: { points: 22, minutes: 15 }, top },
  "quota.exhausted_often": { account, often: { times: 5, days: 7 } },
  "account.signed_out": { account, reason: "Sign in again." },
  "account.forbidden": { account, reason: "The account is banned." },
  "account.needs_action": { account, reason: "Verify your age." },
  "account.recovered": { account, since },
  "source.stale": { account, since, reason: "It cannot be reached." },
  "source.recovered": { account, since },
  "overage.started": {
    account,
    window: { id: "extra-usage", label: "Extra usage" },
    amount: { used: 1.25, limit: 50, unit: "usd" },
  },
  "budget.reached": {
    budget,
    money: { usedMicros: 4_000_001, projectedMicros: 7_000_000 },
    threshold: 80,
    top,
  },
  "budget.projected": { budget, money: { usedMicros: 3_000_000, projectedMicros: 7_000_000 }, top },
  "budget.exceeded": { budget, money: { usedMicros: 5_100_000 }, threshold: 100, top: { ...top, value: "" } },
  "budget.period_over": { budget, money: { usedMicros: 5_100_000 }, threshold: 100, since },
  "cost.spike": { money: { usedMicros: 12_000_000, usualMicros: 4_000_000 }, top },
  "route.switched": {
    switched: { combo: "premium-coding", from: "claude-lan", to: "glm-main" },
    reason: "The budget daily is exceeded.",
  },
};
