import type { Provider } from "../core/provider.ts";
import { checkAccounts } from "./accounts.ts";
import { checkCombos } from "./combos.ts";
import { checkSlack, checkStorage } from "./connections.ts";
import { checkDigest } from "./digest.ts";
import { checkEvents } from "./events.ts";
import { mapOf } from "./glimpse.ts";
import { checkPrices } from "./prices.ts";
import type { Problem } from "./problems.ts";
import { checkQuietHours } from "./quiet-hours.ts";
import { checkChannels, checkTargets } from "./targets.ts";
import { checkUnique } from "./unique.ts";
import { checkUsage } from "./usage.ts";

/** All that ties fields to each other and to the providers. The settings may be of any shape. */
export function checkSettings(settings: unknown, providers: readonly Provider[]): Problem[] {
  const { budgets, http } = mapOf(settings);
  return [
    ...checkStorage(settings),
    ...checkAccounts(settings, providers),
    ...checkUsage(settings),
    ...checkCombos(settings),
    ...checkPrices(settings),
    ...checkUnique(budgets, ["budgets"], "id"),
    ...checkTargets(settings),
    ...checkChannels(settings),
    ...checkEvents(settings),
    ...checkQuietHours(settings),
    ...checkDigest(settings),
    ...checkSlack(settings),
    ...checkUnique(mapOf(http).keys, ["http", "keys"], "name"),
  ];
}
