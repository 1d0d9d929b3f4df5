import type { Day } from "../core/domain/day.ts";
import { AppError } from "../core/errors.ts";
import { combosJson } from "../core/services/combo-json.ts";
import { routeJson } from "../core/services/route-json.ts";
import type { RoutingService } from "../core/services/routing.ts";
import { suggestJson } from "../core/services/suggest-json.ts";
import { json } from "./answers.ts";
import { parametersOf, periodOf } from "./queries.ts";
import type { Route } from "./route.ts";

export interface RoutesRouteOptions {
  routing: Pick<RoutingService, "route" | "available" | "comboReports" | "reports">;
  /** The team's day now. */
  today: () => Day;
}

/**
 * What to use now, what comes after it and why, by `combo`, by `model`, or by `name` for either.
 * @throws request_invalid for none or several of them, not_found for what nobody knows
 */
export function routeRoute({ routing }: RoutesRouteOptions): Route {
  return async ({ req }) => {
    const given = parametersOf(req, { combo: "once", model: "once", name: "once" });
    const combo = given.combo?.[0];
    const model = given.model?.[0];
    const name = given.name?.[0];
    const wanted = [combo, model, name].filter((one) => one !== undefined && one !== "");
    if (wanted.length !== 1) {
      throw new AppError("request_invalid", "Say which: a combo, a model, or by name either.");
    }
    if (combo) return json(routeJson(routing.route({ combo })));
    return json(routeJson(routing.route(model ? { model } : { name: name ?? "" })));
  };
}

/** How combos were used in a period, the last 30 days unless told; `combo` chooses one. */
export function combosRoute({ routing, today }: RoutesRouteOptions): Route {
  return async ({ req }) => {
    const given = parametersOf(req, { period: "once", combo: "once" });
    const period = periodOf(given.period?.[0] ?? "30d", today());
    const [combo] = given.combo ?? [];
    if (combo !== undefined) return json(combosJson([await routing.reports.combo(combo, period)]));
    return json(combosJson(await routing.comboReports(period)));
  };
}

/** Where money or quota could be saved. */
export function suggestionsRoute({ routing }: RoutesRouteOptions): Route {
  return async ({ req }) => {
    parametersOf(req, {});
    return json(suggestJson(await routing.reports.suggestions()));
  };
}
