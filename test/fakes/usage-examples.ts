import type { CostReport, UsageReport } from "../../src/core/services/usage-report.ts";
import { costReport, figures, usageReport } from "./usage.ts";

const opus = figures({
  requests: 842,
  successRate: 0.991,
  tokens: { input: 3_200_000, output: 610_000, cacheRead: 41_000_000, cacheWrite: 2_900_000 },
  includedMicros: 31_040_000,
  meanMs: 8_150,
  p95Ms: 24_300,
});
const glm = figures({
  requests: 203,
  successRate: 0.96,
  tokens: { input: 910_000, output: 240_000, reasoning: 55_000, estimated: 12_000 },
  billedMicros: 4_201_337,
  unpriced: 2,
  meanMs: 3_200,
  p95Ms: 9_800,
});
const nova = figures({ requests: 14, successRate: 1, audioSeconds: 1_950, billedMicros: 139_750 });

/** A week of a team, as reports tell it. */
export const weekByModel: UsageReport = usageReport({
  period: { name: "7d", from: "2026-11-16", to: "2026-11-22" },
  by: "model",
  total: figures({
    requests: 1_059,
    successRate: 0.985,
    tokens: {
      input: 4_110_000,
      output: 850_000,
      cacheRead: 41_000_000,
      cacheWrite: 2_900_000,
      reasoning: 55_000,
      estimated: 12_000,
    },
    audioSeconds: 1_950,
    billedMicros: 4_341_087,
    includedMicros: 31_040_000,
    unpriced: 2,
    meanMs: 7_100,
    p95Ms: 23_100,
  }),
  rows: [
    { value: "claude-opus-4-5", figures: opus },
    { value: "glm-4.7", figures: glm },
    { value: "nova-3", figures: nova },
    { value: "", figures: figures({ requests: 3, tokens: { input: 900 } }) },
  ],
  peakHours: [14, 9, 15],
});

/** What that week's month cost. */
export const monthsCost: CostReport = costReport({
  total: figures({ requests: 1_062, billedMicros: 4_341_087, includedMicros: 31_040_000, unpriced: 2 }),
  byBilling: [
    { billing: "subscription", figures: opus },
    { billing: "paid", figures: glm },
    { billing: "prepaid", figures: nova },
    { billing: "free", figures: figures({ requests: 3, freeMicros: 4_000 }) },
  ],
  models: [
    { value: "glm-4.7", figures: glm },
    { value: "nova-3", figures: nova },
    { value: "claude-opus-4-5", figures: opus },
  ],
  unpricedModels: ["glm-4.7"],
  users: [{ value: "", figures: glm }],
  accounts: [
    { value: "glm-main", figures: glm },
    { value: "claude-lan", figures: opus },
    { value: "unassigned", figures: nova },
  ],
  monthToDate: figures({ requests: 1_062, billedMicros: 4_341_087, includedMicros: 31_040_000 }),
  projection: { until: "2026-11-30", micros: 61_000_000, days: 7, daysWithUse: 5 },
  budgets: [
    {
      id: "daily",
      period: "day",
      limitMicros: 5_000_000,
      usedMicros: 4_201_337,
      from: "2026-11-22",
      to: "2026-11-22",
      projectedMicros: 7_100_000,
    },
    {
      id: "monthly",
      period: "month",
      limitMicros: 4_000_000,
      usedMicros: 4_341_087,
      from: "2026-11-01",
      to: "2026-11-30",
    },
  ],
});
