import type { Day } from "../core/domain/day.ts";
import { costJson, usageJson } from "../core/services/usage-json.ts";
import type { UsageReports } from "../core/services/usage-report.ts";
import { json } from "./answers.ts";
import { dimensionOf, filters, filtersOf, parametersOf, periodOf } from "./queries.ts";
import type { Route } from "./route.ts";

export interface UsageRouteOptions {
  usageReports: UsageReports;
  /** The team's day now. */
  today: () => Day;
}

/**
 * What was used in a period, today unless told: in all and, with `by`, for each value of a dimension. The dimensions
 * limit it by their names, each may be repeated.
 * @throws request_invalid for a parameter, a period, a dimension that does not exist
 */
export function usageRoute({ usageReports, today }: UsageRouteOptions): Route {
  return async ({ req }) => {
    const given = parametersOf(req, { period: "once", by: "once", ...filters });
    const period = periodOf(given.period?.[0] ?? "today", today());
    const by = given.by && dimensionOf(given.by[0] ?? "");
    return json(usageJson(await usageReports.usage({ period, by, only: filtersOf(given) })));
  };
}

/** What a period cost, this month unless told, with where the month and the budgets stand. */
export function costRoute({ usageReports, today }: UsageRouteOptions): Route {
  return async ({ req }) => {
    const given = parametersOf(req, { period: "once" });
    return json(costJson(await usageReports.cost(periodOf(given.period?.[0] ?? "month", today()))));
  };
}
