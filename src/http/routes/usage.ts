import { type RecordsRouteOptions, recordsQuery, recordsRoute } from "../records-route.ts";
import type { RouteEntry } from "../route.ts";
import { costAnswer, recordsAnswer, usageAnswer } from "../schemas/usage-answers.ts";
import { costQuery, costRoute, type UsageRouteOptions, usageQuery, usageRoute } from "../usage-route.ts";
import { costExample, recordsExample, usageExample } from "./usage-examples.ts";

const tag = "Usage and cost";

/** What was used, and what it cost. */
export function usageRoutes(options: UsageRouteOptions & RecordsRouteOptions): readonly RouteEntry[] {
  return [
    {
      ...{ method: "GET", path: "/api/v1/usage", scope: "read", operationId: "readUsage", tag },
      summary: "What was used",
      query: usageQuery,
      answers: {
        200: { description: "In all and, with `by`, apart.", schema: usageAnswer, example: usageExample },
      },
      faults: [503],
      handle: usageRoute(options),
    },
    {
      ...{ method: "GET", path: "/api/v1/cost", scope: "read", operationId: "readCost", tag },
      summary: "What it cost, budgets, projection",
      query: costQuery,
      answers: {
        200: { description: "Costs and where budgets stand.", schema: costAnswer, example: costExample },
      },
      faults: [503],
      handle: costRoute(options),
    },
    {
      ...{ method: "GET", path: "/api/v1/records", scope: "read", operationId: "listRecords", tag },
      summary: "Single records, in pages",
      query: recordsQuery,
      answers: {
        200: { description: "A page, in the order of days.", schema: recordsAnswer, example: recordsExample },
      },
      faults: [503],
      handle: recordsRoute(options),
    },
  ];
}
