import { z } from "zod";
import { availableJson } from "../core/services/route-json.ts";
import type { RoutingService } from "../core/services/routing.ts";
import { json } from "./answers.ts";
import { queryOf } from "./queries.ts";
import type { Query, Route } from "./route.ts";
import type { AvailableAnswer } from "./schemas/routing-answers.ts";

export const availableQuery = {
  account: { description: "Id of the account.", schema: z.string(), example: "glm-main" },
  model: {
    description: "A model: of the account, or else of whichever account serves it best.",
    schema: z.string(),
    example: "glm-4.7",
  },
} satisfies Query;

/**
 * Whether an account, a model of it, or a model on any account may be used now.
 * @throws request_invalid for neither, not_found for an account or a model that nobody knows
 */
export function availableRoute({ routing }: { routing: Pick<RoutingService, "available"> }): Route {
  return async ({ req }) =>
    json<AvailableAnswer>(availableJson(routing.available(queryOf(req, availableQuery))));
}
