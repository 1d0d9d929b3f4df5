import type { UsageRecord } from "../../src/core/domain/usage.ts";
import type { Ledger } from "../../src/core/ports.ts";
import type {
  CostReport,
  UsageFigures,
  UsageReport,
  UsageReports,
} from "../../src/core/services/usage-report.ts";
import { start } from "./core.ts";

type Changes = Omit<Partial<UsageFigures>, "tokens"> & { tokens?: Partial<UsageFigures["tokens"]> };

/** Figures of nothing but what is named; tokens add up by themselves. */
export function figures({ tokens = {}, ...rest }: Changes = {}): UsageFigures {
  const classes = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, reasoning: 0, ...tokens };
  const { input, output, cacheRead, cacheWrite, reasoning } = classes;
  return {
    requests: 0,
    audioSeconds: 0,
    billedMicros: 0,
    includedMicros: 0,
    freeMicros: 0,
    unpriced: 0,
    ...rest,
    tokens: { total: input + output + cacheRead + cacheWrite + reasoning, estimated: 0, ...classes },
  };
}

const today = { name: "today", from: "2026-11-22", to: "2026-11-22" };

export function usageReport(rest: Partial<UsageReport> = {}): UsageReport {
  return { at: start, period: today, total: figures(), rows: [], missing: [], peakHours: [], ...rest };
}

export function costReport(rest: Partial<CostReport> = {}): CostReport {
  return {
    at: start,
    period: { name: "month", from: "2026-11-01", to: "2026-11-22" },
    total: figures(),
    byBilling: [],
    models: [],
    unpricedModels: [],
    users: [],
    accounts: [],
    monthToDate: figures(),
    budgets: [],
    missing: [],
    ...rest,
  };
}

/** Reports that always say the same, for the period asked for, and keep the questions. */
export function createFakeUsageReports(
  told: { usage?: Partial<UsageReport>; cost?: Partial<CostReport> } = {},
): UsageReports & { asked: Parameters<UsageReports["usage"]>[0][] } {
  const asked: Parameters<UsageReports["usage"]>[0][] = [];
  return {
    asked,
    async usage(request) {
      asked.push(request);
      return { ...usageReport(told.usage), period: request.period, by: request.by };
    },
    cost: async (period) => ({ ...costReport(told.cost), period }),
  };
}

export function usageRecord(id: string, rest: Partial<UsageRecord> = {}): UsageRecord {
  return {
    id,
    at: start,
    day: "2026-11-22",
    hour: 3,
    account: "glm-main",
    requests: 1,
    tokens: { input: 1250, output: 850, cacheRead: 0, cacheWrite: 0, reasoning: 0 },
    audioMs: 0,
    billing: "paid",
    costBasis: "priced",
    costMicros: 4_200,
    outcome: "ok",
    source: "api",
    ...rest,
  };
}

/** Pages of these records, whatever the day they are asked for; `most` of a page is at most `page`. */
export function createFakeRecords(all: readonly UsageRecord[], page = 100): Ledger["records"] {
  return async ({ from, to, cursor, most }) => {
    const fitting = all.filter(({ day }) => day >= from && day <= to);
    const begin = Number(cursor ?? 0);
    const end = begin + Math.min(most, page);
    return {
      records: fitting.slice(begin, end),
      cursor: end < fitting.length ? String(end) : undefined,
    };
  };
}
