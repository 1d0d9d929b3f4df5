import { z } from "zod";
import type { Day, Days } from "../domain/day.ts";
import { type BudgetState, isSwitching } from "../domain/money-findings.ts";
import { type Billing, billings } from "../domain/usage.ts";
import type { Clock, Settings } from "../ports.ts";

/** Which accounts alone may be used at present, and why. */
export interface RouteMode {
  /** How these accounts are paid. */
  to: Billing;
  /** Id of the budget that is exceeded. */
  budget: string;
  /** The last day of its period. */
  until: Day;
}

export interface RouteModes {
  /** What holds now; undefined: all accounts may be used. */
  current(): Promise<RouteMode | undefined>;
  /** Takes note of how budgets stand; of several that are exceeded, the one whose period ends last counts. */
  update(budgets: readonly (BudgetState & { to: Day })[]): Promise<void>;
}

const key = "route mode";

const fields = z.object({
  to: z.enum(billings),
  budget: z.string(),
  until: z.string(),
});

/** Remembers which accounts alone may be used while a budget with `switchTo` is exceeded. */
export function createRouteModes(options: {
  settings: Pick<Settings, "get" | "set">;
  days: Days;
  clock: Clock;
}): RouteModes {
  const { settings, days, clock } = options;

  return {
    async current() {
      const mode = fields.safeParse(await settings.get(key)).data;
      return mode !== undefined && days.at(clock.now()).day <= mode.until ? mode : undefined;
    },
    async update(budgets) {
      const [longest] = budgets.filter(isSwitching).sort((a, b) => (a.to < b.to ? 1 : -1));
      const mode = longest && { to: longest.switchTo, budget: longest.id, until: longest.to };
      const stored = fields.safeParse(await settings.get(key)).data;
      if (JSON.stringify(mode) !== JSON.stringify(stored)) await settings.set(key, mode);
    },
  };
}
