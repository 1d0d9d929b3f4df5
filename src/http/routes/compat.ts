import { z } from "zod";
import { type LlmMuxOptions, llmMuxAnswer, llmMuxRoutes } from "../compat/llm-mux.ts";
import {
  type NineRouterOptions,
  nineRouterQuota,
  nineRouterQuotaRoute,
  nineRouterUsage,
  nineRouterUsageQuery,
  nineRouterUsageRoute,
} from "../compat/nine-router.ts";
import type { RouteEntry } from "../route.ts";

const tag = "For tools of others";

/** Routes with the paths, names and types of other programs, for tools that were written for those. */
export function compatRoutes(options: LlmMuxOptions & NineRouterOptions): readonly RouteEntry[] {
  const { status, refresh } = llmMuxRoutes(options);
  const provider = { description: "Id of a provider.", schema: z.string(), example: "acme" };
  const auth = { description: "Id of an account.", schema: z.string(), example: "glm-main" };
  const quotas = {
    200: { description: "As llm-mux has it.", schema: llmMuxAnswer, example: llmMuxExample },
  };
  return [
    {
      ...{ method: "GET", path: "/v0/management/quota/status", scope: "read", tag },
      operationId: "readLlmMuxQuotas",
      summary: "All accounts, as llm-mux tells them",
      answers: quotas,
      handle: status,
    },
    {
      ...{ method: "GET", path: "/v0/management/quota/status/{provider}", scope: "read", tag },
      operationId: "readLlmMuxProvider",
      summary: "The accounts of a provider, as llm-mux tells them",
      parameters: { provider },
      answers: quotas,
      handle: status,
    },
    {
      ...{ method: "GET", path: "/v0/management/quota/status/{provider}/{auth_id}", scope: "read", tag },
      operationId: "readLlmMuxQuota",
      summary: "An account, as llm-mux tells it",
      parameters: { provider, auth_id: auth },
      answers: quotas,
      faults: [404],
      handle: status,
    },
    {
      ...{ method: "POST", path: "/v0/management/quota/refresh/{auth_id}", scope: "admin", tag },
      operationId: "refreshLlmMuxQuota",
      summary: "Read an account now, and tell it as llm-mux does",
      parameters: { auth_id: auth },
      answers: quotas,
      faults: [404],
      handle: refresh,
    },
    {
      ...{ method: "GET", path: "/api/quota", scope: "read", tag },
      operationId: "readNineRouterQuota",
      summary: "All accounts, as 9Router tells its providers",
      answers: {
        200: { description: "As 9Router has it.", schema: nineRouterQuota, example: nineRouterQuotaExample },
      },
      faults: [503],
      handle: nineRouterQuotaRoute(options),
    },
    {
      ...{ method: "GET", path: "/api/usage", scope: "read", tag },
      operationId: "readNineRouterUsage",
      summary: "What was used, as 9Router tells it",
      query: nineRouterUsageQuery,
      answers: {
        200: { description: "As 9Router has it.", schema: nineRouterUsage, example: nineRouterUsageExample },
      },
      faults: [503],
      handle: nineRouterUsageRoute(options),
    },
  ];
}

const llmMuxExample: z.input<typeof llmMuxAnswer> = {
  quotas: [
    {
      auth_id: "glm-main",
      provider: "acme",
      subscription_tier: "Pro",
      models: [
        {
          model_id: "five-hour",
          remaining_fraction: 0.63,
          remaining_percent: 63,
          reset_time: "2026-11-22T05:00:00Z",
          last_updated: "2026-11-22T02:58:00Z",
        },
      ],
      is_forbidden: false,
      last_checked: "2026-11-22T02:58:00Z",
    },
  ],
};

const nineRouterQuotaExample: z.input<typeof nineRouterQuota> = {
  providers: [
    {
      id: "glm-main",
      name: "GLM main",
      quota: { used: 37, limit: 100, unit: "percent", percentage: 37 },
      reset: { type: "rolling", window: "5h", nextReset: "2026-11-22T05:00:00Z" },
      cost: { today: 4.2, month: 52, currency: "USD" },
    },
  ],
};

const nineRouterUsageExample: z.input<typeof nineRouterUsage> = {
  period: "today",
  date: "2026-11-22",
  summary: { requests: 1234, tokens: 26_000_000, cost: 4.8 },
  byModel: [{ model: "glm-main/glm-4.7", requests: 234, tokens: 8_000_000, cost: 4.8 }],
};
