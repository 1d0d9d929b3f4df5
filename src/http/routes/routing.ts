import { availableQuery, availableRoute } from "../available-route.ts";
import type { RouteEntry } from "../route.ts";
import {
  combosQuery,
  combosRoute,
  type RoutesRouteOptions,
  routeQuery,
  routeRoute,
  suggestionsQuery,
  suggestionsRoute,
} from "../route-route.ts";
import { availableAnswer, combosAnswer, routeAnswer, suggestionsAnswer } from "../schemas/routing-answers.ts";

const tag = "Routing";
const at = "2026-11-22T03:00:00Z";

/** What to use now, and how that went. */
export function routingRoutes(options: RoutesRouteOptions): readonly RouteEntry[] {
  return [
    {
      ...{ method: "GET", path: "/api/v1/available", scope: "read", operationId: "checkAvailable", tag },
      summary: "Whether an account or a model may be used now",
      description:
        "Tell an `account`, a `model`, or both. Answered from memory, so it may be asked before every call.",
      query: availableQuery,
      answers: {
        200: {
          description: "Whether it may, and why not.",
          schema: availableAnswer,
          example: { at, account: "glm-main", model: "glm-4.7", available: true, ...verdict },
        },
      },
      faults: [404],
      handle: availableRoute(options),
    },
    {
      ...{ method: "GET", path: "/api/v1/route", scope: "read", operationId: "chooseRoute", tag },
      summary: "What to use now for a combo or a model",
      description: "Tell one of `combo`, `model` and `name`.",
      query: routeQuery,
      answers: {
        200: {
          description: "The choice, and everything in question in its order.",
          schema: routeAnswer,
          example: routeExample,
        },
      },
      faults: [404],
      handle: routeRoute(options),
    },
    {
      ...{ method: "GET", path: "/api/v1/combos", scope: "read", operationId: "listCombos", tag },
      summary: "How combos were used",
      query: combosQuery,
      answers: {
        200: {
          description: "Combos with the shares of their members.",
          schema: combosAnswer,
          example: combosExample,
        },
      },
      faults: [404, 503],
      handle: combosRoute(options),
    },
    {
      ...{ method: "GET", path: "/api/v1/suggestions", scope: "read", operationId: "listSuggestions", tag },
      summary: "Where money or quota could be saved",
      query: suggestionsQuery,
      answers: {
        200: {
          description: "With the numbers behind each; none without data.",
          schema: suggestionsAnswer,
          example: suggestionsExample,
        },
      },
      faults: [503],
      handle: suggestionsRoute(options),
    },
  ];
}

const verdict = {
  until: null,
  leftPercent: 63,
  window: "5-hour",
  pool: null,
  resetsAt: "2026-11-22T05:00:00Z",
  knownAt: "2026-11-22T02:58:00Z",
  reasons: [],
};

const place = { member: "glm-main/glm-4.7", account: "glm-main", model: "glm-4.7" };

const routeExample = {
  ...{ at, name: "premium-coding", kind: "combo", choice: place, since: "2026-11-21T22:10:00Z" },
  ...{ standsInFor: null, mode: null },
  order: [
    { ...place, usable: true, ...verdict, billing: "subscription", basis: "combo", pricePerMillionUsd: 1 },
  ],
};

const combosExample = {
  combos: [
    {
      ...{
        at,
        combo: "premium-coding",
        period: { name: "30d", from: "2026-10-24", to: "2026-11-22" },
        requests: 40,
      },
      members: [
        {
          ...{ account: "glm-main", requests: 40, share: 1, tokens: 84000 },
          cost: { billedUsd: 0.1, includedUsd: 0, freeUsd: 0, unpriced: 0 },
        },
      ],
      savings: null,
      missing: [],
    },
  ],
};

const suggestionsExample = {
  ...{ at, days: 30, needsDays: 7 },
  suggestions: [
    {
      ...{ kind: "unused", account: "glm-spare", days: 14 },
      message: "glm-spare was not used in 14 days.",
    },
  ],
};
