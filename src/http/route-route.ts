import { z } from "zod";
import type { Day } from "../core/domain/day.ts";
import { AppError } from "../core/errors.ts";
import { combosJson } from "../core/services/combo-json.ts";
import { routeJson } from "../core/services/route-json.ts";
import type { RoutingService } from "../core/services/routing.ts";
import { suggestJson } from "../core/services/suggest-json.ts";
import { json } from "./answers.ts";
import { periodOf, periodParameter, queryOf } from "./queries.ts";
import type { Query, Route } from "./route.ts";
import type { CombosAnswer, RouteAnswer } from "./schemas/routing-answers.ts";

export interface RoutesRouteOptions {
  routing: Pick<RoutingService, "route" | "available" | "comboReports" | "reports">;
  /** The team's day now. */
  today: () => Day;
}

export const routeQuery = {
  combo: { description: "A combo of the configuration.", schema: z.string() },
  model: { description: "A model.", schema: z.string(), example: "glm-4.7" },
  name: { description: "A combo, or a model when no combo is called so.", schema: z.string() },
} satisfies Query;

export const combosQuery = {
  period: { ...periodParameter, description: `${periodParameter.description} Left out: 30d.` },
  combo: { description: "Only this combo.", schema: z.string() },
} satisfies Query;

export const suggestionsQuery = {} satisfies Query;

/**
 * What to use now, what comes after it and why, by `combo`, by `model`, or by `name` for either.
 * @throws request_invalid for none or several of them, not_found for what nobody knows
 */
export function routeRoute({ routing }: RoutesRouteOptions): Route {
  return async ({ req }) => {
    const { combo, model, name } = queryOf(req, routeQuery);
    const wanted = [combo, model, name].filter((one) => one !== undefined && one !== "");
    if (wanted.length !== 1) {
      throw new AppError("request_invalid", "Say which: a combo, a model, or by name either.");
    }
    const of = combo ? { combo } : model ? { model } : { name: name ?? "" };
    return json<RouteAnswer>(routeJson(routing.route(of)));
  };
}

/** How combos were used in a period, the last 30 days unless told; `combo` chooses one. */
export function combosRoute({ routing, today }: RoutesRouteOptions): Route {
  return async ({ req }) => {
    const given = queryOf(req, combosQuery);
    const period = periodOf(given.period ?? "30d", today());
    const { combo } = given;
    const reports =
      combo === undefined ? await routing.comboReports(period) : [await routing.reports.combo(combo, period)];
    return json<CombosAnswer>(combosJson(reports));
  };
}

/** Where money or quota could be saved. */
export function suggestionsRoute({ routing }: RoutesRouteOptions): Route {
  return async ({ req }) => {
    queryOf(req, suggestionsQuery);
    return json(suggestJson(await routing.reports.suggestions()));
  };
}
