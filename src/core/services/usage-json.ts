import { z } from "zod";
import { billings, type Dimension, dimensions, type UsageRecord } from "../domain/usage.ts";
import { instant, iso, known, micros } from "./json-fields.ts";
import type { CostReport, UsageFigures, UsageReport, UsageRow } from "./usage-report.ts";

/**
 * A usage report as JSON for scripts. Each row has its value under the name of the dimension; null is what records do
 * not tell, and a number that nobody knows.
 */
export function usageJson(report: UsageReport) {
  const { at, period, by, total, rows, missing, peakHours } = report;
  return {
    at: iso(at),
    period,
    by: by ?? null,
    total: figuresJson(total),
    rows: by === undefined ? [] : rows.map((row) => rowJson(by, row)),
    peakHours,
    missing,
  };
}

/** A cost report as JSON for scripts, in the manner of `usageJson`. */
export function costJson(report: CostReport) {
  const { at, period, total, monthToDate, projection, missing } = report;
  return {
    at: iso(at),
    period,
    total: figuresJson(total),
    byBilling: report.byBilling.map(({ billing, figures }) => ({ billing, ...figuresJson(figures) })),
    models: report.models.map((row) => rowJson("model", row)),
    unpricedModels: report.unpricedModels.map((model) => (model === "" ? null : model)),
    users: report.users.map((row) => rowJson("user", row)),
    accounts: report.accounts.map((row) => rowJson("account", row)),
    monthToDate: figuresJson(monthToDate),
    projection:
      projection === undefined
        ? null
        : {
            until: projection.until,
            usd: usd(projection.micros),
            basis: { days: projection.days, daysWithUse: projection.daysWithUse },
          },
    budgets: report.budgets.map(({ id, period, from, to, limitMicros, usedMicros, projectedMicros }) => ({
      id,
      period,
      from,
      to,
      limitUsd: usd(limitMicros),
      usedUsd: usd(usedMicros),
      projectedUsd: projectedMicros === undefined ? null : usd(projectedMicros),
    })),
    missing,
  };
}

/** A record as JSON for scripts: the shape that records are reported in, with what was settled when it came. */
export function recordJson(record: UsageRecord) {
  return {
    id: record.id,
    at: iso(record.at),
    day: record.day,
    account: record.account,
    provider: record.provider ?? null,
    model: record.model ?? null,
    user: record.user ?? null,
    agent: record.agent ?? null,
    operation: record.operation ?? null,
    task: record.task ?? null,
    combo: record.combo ?? null,
    requests: record.requests,
    tokens: record.tokens,
    estimated: record.estimated ?? false,
    audioSeconds: record.audioMs / 1000,
    costUsd: record.costMicros === undefined ? null : usd(record.costMicros),
    costBasis: record.costBasis,
    billing: record.billing,
    durationMs: record.durationMs ?? null,
    outcome: record.outcome,
    source: record.source,
  };
}

function figuresJson(figures: UsageFigures) {
  return {
    requests: figures.requests,
    successRate: figures.successRate ?? null,
    tokens: figures.tokens,
    audioSeconds: figures.audioSeconds,
    cost: {
      billedUsd: usd(figures.billedMicros),
      includedUsd: usd(figures.includedMicros),
      freeUsd: usd(figures.freeMicros),
      unpriced: figures.unpriced,
    },
    meanMs: figures.meanMs ?? null,
    p95Ms: figures.p95Ms ?? null,
  };
}

function rowJson(by: Dimension, { value, figures }: UsageRow) {
  return { [by]: value === "" ? null : value, ...figuresJson(figures) };
}

/** Exact: at most six decimals, and no sum of money is so large that a number could not hold them. */
function usd(micros: number): number {
  return micros / 1e6;
}

const period = z.object({ name: z.string(), from: z.string(), to: z.string() });
const days = z.array(z.string());

const figureFields = {
  requests: z.number(),
  successRate: known(z.number()),
  tokens: z.object({
    input: z.number(),
    output: z.number(),
    cacheRead: z.number(),
    cacheWrite: z.number(),
    reasoning: z.number(),
    total: z.number(),
    estimated: z.number(),
  }),
  audioSeconds: z.number(),
  cost: z.object({ billedUsd: micros, includedUsd: micros, freeUsd: micros, unpriced: z.number() }),
  meanMs: known(z.number()),
  p95Ms: known(z.number()),
};
const total = z.object(figureFields).transform(figuresFrom);
// Loose: a row tells its value under the name of its dimension.
const row = z.looseObject(figureFields);

function figuresFrom(told: z.output<z.ZodObject<typeof figureFields>>): UsageFigures {
  const { requests, successRate, tokens, audioSeconds, cost, meanMs, p95Ms } = told;
  return {
    requests,
    successRate,
    tokens,
    audioSeconds,
    billedMicros: cost.billedUsd,
    includedMicros: cost.includedUsd,
    freeMicros: cost.freeUsd,
    unpriced: cost.unpriced,
    meanMs,
    p95Ms,
  };
}

function rowFrom(told: z.output<typeof row>, by: Dimension): UsageRow {
  const value = told[by];
  return { value: typeof value === "string" ? value : "", figures: figuresFrom(told) };
}

function rowsBy(by: Dimension) {
  return z.array(row.transform((told) => rowFrom(told, by)));
}

const usageFields = z
  .object({
    at: instant,
    period,
    by: known(z.enum(dimensions)),
    total,
    rows: z.array(row),
    peakHours: z.array(z.number()),
    missing: days,
  })
  .transform(
    ({ by, rows, ...report }): UsageReport => ({
      ...report,
      by,
      rows: by === undefined ? [] : rows.map((told) => rowFrom(told, by)),
    }),
  );

const costFields = z.object({
  at: instant,
  period,
  total,
  byBilling: z.array(
    z
      .object({ ...figureFields, billing: z.enum(billings) })
      .transform((told) => ({ billing: told.billing, figures: figuresFrom(told) })),
  ),
  models: rowsBy("model"),
  unpricedModels: z.array(
    z
      .string()
      .nullable()
      .transform((model) => model ?? ""),
  ),
  users: rowsBy("user"),
  accounts: rowsBy("account"),
  monthToDate: total,
  projection: known(
    z
      .object({
        until: z.string(),
        usd: micros,
        basis: z.object({ days: z.number(), daysWithUse: z.number() }),
      })
      .transform(({ until, usd, basis }) => ({ until, micros: usd, ...basis })),
  ),
  budgets: z.array(
    z
      .object({
        id: z.string(),
        period: z.enum(["day", "week", "month"]),
        from: z.string(),
        to: z.string(),
        limitUsd: micros,
        usedUsd: micros,
        projectedUsd: known(micros),
      })
      .transform(({ limitUsd, usedUsd, projectedUsd, ...budget }) => ({
        ...budget,
        limitMicros: limitUsd,
        usedMicros: usedUsd,
        projectedMicros: projectedUsd,
      })),
  ),
  missing: days,
});

/** The report that was told as JSON by `usageJson`; undefined for anything else. */
export function parseUsageJson(value: unknown): UsageReport | undefined {
  return usageFields.safeParse(value).data;
}

/** The report that was told as JSON by `costJson`; undefined for anything else. */
export function parseCostJson(value: unknown): CostReport | undefined {
  return costFields.safeParse(value).data;
}
