import { z } from "zod";
import {
  billing,
  count,
  day,
  dimension,
  flag,
  instant,
  number,
  orNull,
  period,
  type Told,
  text,
  usd,
} from "./fields.ts";

const tokenClasses = { input: count, output: count, cacheRead: count, cacheWrite: count, reasoning: count };

const figures = {
  requests: count,
  successRate: orNull(number.min(0).max(1)),
  tokens: z
    .object({ ...tokenClasses, total: count, estimated: count })
    .meta({ id: "TokenSums", description: "No token is in two classes; `estimated` are among the others" }),
  audioSeconds: number,
  cost: z.object({ billedUsd: usd, includedUsd: usd, freeUsd: usd, unpriced: count }).meta({
    id: "Costs",
    description: "What was billed, what subscriptions covered and what was free, the latter at list price",
  }),
  meanMs: orNull(number),
  p95Ms: orNull(number),
};
const total = z.object(figures).meta({ id: "Figures" });
const value = orNull(text).meta({ description: "null: records do not tell" });
const missing = z
  .array(day)
  .meta({ description: "Days that are not counted, because their records are no longer kept" });

const values = Object.fromEntries(dimension.options.map((name) => [name, value.optional()])) as Record<
  z.output<typeof dimension>,
  z.ZodOptional<typeof value>
>;

/** What `usageJson` makes. */
export const usageAnswer = z
  .object({
    at: instant,
    period,
    by: orNull(dimension),
    total,
    rows: z
      .array(z.object({ ...values, ...figures }))
      .meta({ description: "Each with its value under the name of the dimension" }),
    peakHours: z.array(z.int().min(0).max(23)).max(3),
    missing,
  })
  .meta({ id: "UsageReport" });

/** What `costJson` makes. */
export const costAnswer = z
  .object({
    at: instant,
    period,
    total,
    byBilling: z.array(z.object({ billing, ...figures })),
    models: z.array(z.object({ model: value, ...figures })).max(10),
    unpricedModels: z.array(value),
    users: z.array(z.object({ user: value, ...figures })).max(10),
    accounts: z.array(z.object({ account: value, ...figures })).max(10),
    monthToDate: total,
    projection: orNull(z.object({ until: day, usd, basis: z.object({ days: count, daysWithUse: count }) })),
    budgets: z.array(
      z.object({
        id: text,
        period: z.enum(["day", "week", "month"]),
        ...{ from: day, to: day, limitUsd: usd, usedUsd: usd },
        projectedUsd: orNull(usd),
      }),
    ),
    missing,
  })
  .meta({ id: "CostReport" });

const record = z
  .object({
    ...{ id: text, at: instant, day, account: text },
    ...{
      provider: value,
      model: value,
      user: value,
      agent: value,
      operation: value,
      task: value,
      combo: value,
    },
    requests: count,
    tokens: z.object(tokenClasses),
    estimated: flag,
    audioSeconds: number,
    costUsd: orNull(usd),
    costBasis: z.enum(["reported", "priced", "included", "free", "unpriced"]),
    billing,
    durationMs: orNull(number),
    outcome: text,
    source: z.enum(["api", "otlp", "logs", "allocation"]),
  })
  .meta({ id: "KeptRecord" });

/** A page of what `recordJson` makes. */
export const recordsAnswer = z
  .object({
    records: z.array(record),
    cursor: orNull(text).meta({ description: "Where the next page begins; null on the last one" }),
  })
  .meta({ id: "RecordsPage" });

export type UsageAnswer = Told<typeof usageAnswer>;
export type RecordsAnswer = Told<typeof recordsAnswer>;
