import type { Day } from "../core/domain/day.ts";
import { costJson, usageJson } from "../core/services/usage-json.ts";
import type { UsageReports } from "../core/services/usage-report.ts";
import { json } from "./answers.ts";
import { byParameter, filters, filtersOf, periodOf, periodParameter, queryOf } from "./queries.ts";
import type { Query, Route } from "./route.ts";
import type { UsageAnswer } from "./schemas/usage-answers.ts";

export interface UsageRouteOptions {
  usageReports: UsageReports;
  /** The team's day now. */
  today: () => Day;
}

export const usageQuery = {
  period: { ...periodParameter, description: `${periodParameter.description} Left out: today.` },
  by: byParameter,
  ...filters,
} satisfies Query;

export const costQuery = {
  period: { ...periodParameter, description: `${periodParameter.description} Left out: this month.` },
} satisfies Query;

/**
 * What was used in a period, today unless told: in all and, with `by`, for each value of a dimension. The dimensions
 * limit it by their names, each may be repeated.
 * @throws request_invalid for a parameter, a period, a dimension that does not exist
 */
export function usageRoute({ usageReports, today }: UsageRouteOptions): Route {
  return async ({ req }) => {
    const { period = "today", by, ...only } = queryOf(req, usageQuery);
    const asked = { period: periodOf(period, today()), by, only: filtersOf(only) };
    return json<UsageAnswer>(usageJson(await usageReports.usage(asked)));
  };
}

/** What a period cost, this month unless told, with where the month and the budgets stand. */
export function costRoute({ usageReports, today }: UsageRouteOptions): Route {
  return async ({ req }) => {
    const { period = "month" } = queryOf(req, costQuery);
    return json(costJson(await usageReports.cost(periodOf(period, today()))));
  };
}
