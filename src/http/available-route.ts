import { availableJson } from "../core/services/route-json.ts";
import type { RoutingService } from "../core/services/routing.ts";
import { json } from "./answers.ts";
import { parametersOf } from "./queries.ts";
import type { Route } from "./route.ts";

/**
 * Whether an account, a model of it, or a model on any account may be used now.
 * @throws request_invalid for neither, not_found for an account or a model that nobody knows
 */
export function availableRoute({ routing }: { routing: Pick<RoutingService, "available"> }): Route {
  return async ({ req }) => {
    const { account, model } = parametersOf(req, { account: "once", model: "once" });
    return json(availableJson(routing.available({ account: account?.[0], model: model?.[0] })));
  };
}
