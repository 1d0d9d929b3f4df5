import { z } from "zod";
import type { Day } from "../../core/domain/day.ts";
import { type Quota, usedPercent } from "../../core/domain/quota.ts";
import { unassigned } from "../../core/domain/usage.ts";
import { isoOrNull } from "../../core/services/json-fields.ts";
import type { AccountReport } from "../../core/services/quota-report.ts";
import type { UsageFigures, UsageReports } from "../../core/services/usage-report.ts";
import { json } from "../answers.ts";
import type { KeptReport } from "../kept-report.ts";
import { periodOf, periodParameter } from "../queries.ts";
import type { Query, Route } from "../route.ts";

/**
 * What tools for 9Router read: an account is a "provider", its tightest window the quota. The names are those of 9Router's
 * documentation (gitbook/content/en/features/quota-tracking.md, checked 2026-11-22). A window that nobody knows is null.
 */
export const nineRouterQuota = z.strictObject({
  providers: z.array(
    z.strictObject({
      id: z.string(),
      name: z.string(),
      quota: z
        .strictObject({
          used: z.number().nullable(),
          limit: z.number().nullable(),
          unit: z.string(),
          percentage: z.number().nullable().describe("Used, in percent of the limit."),
        })
        .nullable(),
      reset: z
        .strictObject({
          type: z.enum(["rolling", "daily", "weekly", "monthly"]).nullable(),
          window: z.string().nullable(),
          nextReset: z.iso.datetime().nullable(),
        })
        .nullable(),
      cost: z.strictObject({ today: z.number(), month: z.number(), currency: z.literal("USD") }),
    }),
  ),
});

export const nineRouterUsage = z.strictObject({
  period: z.string(),
  date: z.iso.date().describe("The last day of the period."),
  summary: z.strictObject({ requests: z.int(), tokens: z.int(), cost: z.number() }),
  byModel: z.array(
    z.strictObject({ model: z.string(), requests: z.int(), tokens: z.int(), cost: z.number() }),
  ),
});

export interface NineRouterOptions {
  kept: Pick<KeptReport, "reports">;
  usageReports: UsageReports;
  /** The team's day now. */
  today: () => Day;
}

/** Every account as 9Router tells of its providers. Costs are what is billed: a subscription's are 0. */
export function nineRouterQuotaRoute({ kept, usageReports, today }: NineRouterOptions): Route {
  async function costs(name: "today" | "month"): Promise<ReadonlyMap<string, UsageFigures>> {
    const { rows } = await usageReports.usage({ period: periodOf(name, today()), by: "account" });
    return new Map(rows.map(({ value, figures }) => [value, figures]));
  }

  return async () => {
    const [day, month] = await Promise.all([costs("today"), costs("month")]);
    return json<z.input<typeof nineRouterQuota>>({
      providers: kept.reports().map((report) => ({
        id: report.account,
        name: report.name,
        ...windowOf(report),
        cost: {
          today: dollars(day.get(report.account)),
          month: dollars(month.get(report.account)),
          currency: "USD",
        },
      })),
    });
  };
}

function windowOf({ tightest }: AccountReport) {
  if (tightest === undefined) return { quota: null, reset: null };
  const { used, limit, unit, resetsAt } = tightest;
  const percentage = usedPercent(tightest);
  return {
    quota: {
      used: used ?? null,
      limit: limit ?? null,
      unit,
      percentage: percentage === undefined ? null : Math.round(percentage * 100) / 100,
    },
    reset: {
      ...lengthOf(tightest),
      nextReset: isoOrNull(resetsAt),
    },
  };
}

const hour = 3600;
const day = 24 * hour;

/** A window's kind by its length, and the length: "5h", "7d". */
function lengthOf({ windowSeconds }: Quota) {
  if (windowSeconds === undefined) return { type: null, window: null };
  const days = windowSeconds / day;
  const type =
    days === 1
      ? ("daily" as const)
      : days === 7
        ? ("weekly" as const)
        : days >= 28 && days <= 31
          ? ("monthly" as const)
          : ("rolling" as const);
  if (Number.isInteger(days)) return { type, window: `${days}d` };
  const isHours = windowSeconds % hour === 0;
  return { type, window: isHours ? `${windowSeconds / hour}h` : `${Math.round(windowSeconds / 60)}m` };
}

export const nineRouterUsageQuery = {
  period: { ...periodParameter, description: `${periodParameter.description} Left out: today.` },
} satisfies Query;

/** What was used in a period as 9Router tells it, each model with the account before it: "glm-main/glm-4.7". */
export function nineRouterUsageRoute({ usageReports, today }: NineRouterOptions): Route {
  return async ({ req }) => {
    // Parameters of theirs that mean nothing here are let be.
    const name = req.query("period") ?? "today";
    const period = periodOf(name, today());
    const { total, rows } = await usageReports.usage({ period, by: "account" });
    const byModel = await Promise.all(
      rows.map(async ({ value: account }) => {
        const models = await usageReports.usage({ period, by: "model", only: { account: [account] } });
        const prefix = account === unassigned ? "" : `${account}/`;
        return models.rows.map(({ value, figures }) => ({
          model: `${prefix}${value === "" ? "unknown" : value}`,
          ...numbersOf(figures),
        }));
      }),
    );
    return json<z.input<typeof nineRouterUsage>>({
      period: name,
      date: period.to,
      summary: numbersOf(total),
      byModel: byModel.flat().sort((a, b) => b.tokens - a.tokens || b.requests - a.requests),
    });
  };
}

function numbersOf(figures: UsageFigures) {
  return { requests: figures.requests, tokens: figures.tokens.total, cost: dollars(figures) };
}

function dollars(figures: UsageFigures | undefined): number {
  return (figures?.billedMicros ?? 0) / 1e6;
}
