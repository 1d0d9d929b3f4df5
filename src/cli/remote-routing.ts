import { AppError } from "../core/errors.ts";
import { parseCombosJson } from "../core/services/combo-json.ts";
import { parseAvailableJson, parseRouteJson } from "../core/services/route-json.ts";
import type { AvailableReport, RoutingReports } from "../core/services/routing.ts";
import { parseSuggestJson } from "../core/services/suggest-json.ts";
import { createAsk, type Door } from "./ask-bot.ts";
import type { AvailableQuestion } from "./session.ts";

/** Asks the bot at the address what to use. Throws like `createAsk`. */
export function createRemoteRouting(door: Door): RoutingReports {
  const ask = createAsk(door);
  return {
    route: (name) => ask("/api/v1/route", { name }, parseRouteJson),
    combo: (combo, period) =>
      ask("/api/v1/combos", { combo, period: period.name }, (value) => parseCombosJson(value)?.[0]),
    suggestions: () => ask("/api/v1/suggestions", {}, parseSuggestJson),
  };
}

/** Asks the bot at the address whether something may be used now. Throws like `createAsk`. */
export function createRemoteAvailable(door: Door) {
  const ask = createAsk(door);
  return ({ account, model }: AvailableQuestion): Promise<AvailableReport> =>
    ask("/api/v1/available", { account, model }, parseAvailableJson);
}

/** Of a data folder that a bot works on which cannot be asked: everything throws store_unavailable. */
export function closedRouting(why: string): RoutingReports {
  const refuse = () => Promise.reject(new AppError("store_unavailable", why));
  return { route: refuse, combo: refuse, suggestions: refuse };
}
