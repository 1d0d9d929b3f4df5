import { type HistoryRouteOptions, historyQuery, historyRoute } from "../history-route.ts";
import { type QuotaRouteOptions, quotaQuery, quotaRoute } from "../quota-route.ts";
import type { RouteEntry } from "../route.ts";
import { historyAnswer, quotaAnswer } from "../schemas/quota-answer.ts";
import { historyExample, quotaExample } from "./quota-examples.ts";

const tag = "Quota";

/** How accounts stand, and stood. */
export function quotaRoutes(options: QuotaRouteOptions & HistoryRouteOptions): readonly RouteEntry[] {
  return [
    {
      ...{ method: "GET", path: "/api/v1/quota", scope: "read", operationId: "readQuota", tag },
      summary: "How accounts stand",
      description:
        "From the last numbers that are known, without waiting for a provider unless `fresh` asks for it.",
      query: quotaQuery,
      answers: {
        200: { description: "The accounts, worst first.", schema: quotaAnswer, example: quotaExample },
      },
      faults: [404],
      handle: quotaRoute(options),
    },
    {
      ...{ method: "GET", path: "/api/v1/history", scope: "read", operationId: "readHistory", tag },
      summary: "What quotas of an account stood at",
      query: historyQuery,
      answers: { 200: { description: "Oldest first.", schema: historyAnswer, example: historyExample } },
      faults: [404, 503],
      handle: historyRoute(options),
    },
  ];
}
