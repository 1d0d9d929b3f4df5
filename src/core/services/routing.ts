import type { Account } from "../domain/account.ts";
import type { Verdict } from "../domain/availability.ts";
import type { Combos } from "../domain/combo.ts";
import { addDays, type Day, type Days } from "../domain/day.ts";
import type { Period } from "../domain/period.ts";
import type { Pricing } from "../domain/price.ts";
import type { Instant, Snapshot } from "../domain/quota.ts";
import type { Billing } from "../domain/usage.ts";
import { AppError } from "../errors.ts";
import type { Clock, History, Ledger, Log, Settings } from "../ports.ts";
import type { ReadingsOf } from "./account-readings.ts";
import { createAvailability } from "./availability.ts";
import { createLimitBlocks } from "./blocks.ts";
import { createCandidates } from "./candidates.ts";
import { type ComboReport, createComboReports } from "./combo-report.ts";
import type { ReadQuotas } from "./read-quotas.ts";
import { createRoutes, type Route } from "./route.ts";
import type { RouteModes } from "./route-mode.ts";
import { createServedModels } from "./served-models.ts";
import { createStandings } from "./standings.ts";
import { createSuggests, type SuggestReport } from "./suggest.ts";
import type { WindowUse } from "./window-use.ts";

/** A route as it stood at an instant. */
export interface RouteReport extends Route {
  at: Instant;
}

/** What people and programs may ask about routes, of this process or of a bot that works on the same data. */
export interface RoutingReports {
  /** The route of a combo, or of a model when no combo is called so. Throws not_found. */
  route(name: string): Promise<RouteReport>;
  /** How a combo was used. Throws not_found. */
  combo(name: string, period: Period): Promise<ComboReport>;
  suggestions(): Promise<SuggestReport>;
}

/** Whether something may be used now, and what the answer is about. */
export interface AvailableReport {
  at: Instant;
  /** The account asked for, or the best one of those that serve the model. */
  account: string;
  model?: string | undefined;
  verdict: Verdict;
}

/** Which models were used is asked anew so often. */
const modelsLifetime = 3_600_000;

/**
 * Everything that tells what to use now, kept up to date by what is read and recorded. `pricing` tells the list price of
 * a call, whatever its account pays.
 */
export function createRouting(options: {
  accounts: readonly Account[];
  combos: Combos;
  readQuotas: Pick<ReadQuotas, "snapshot" | "onRead">;
  readingsOf: ReadingsOf;
  windowUse: Pick<WindowUse, "onChange">;
  sharers: (account: string) => readonly string[];
  billingOf: (account: Account) => Billing;
  pricing: Pricing;
  settings: Pick<Settings, "get" | "swap">;
  ledger: Pick<Ledger, "usage">;
  history: Pick<History, "samples">;
  routeModes: Pick<RouteModes, "current">;
  days: Days;
  today: () => Day;
  clock: Clock;
  log: Log;
}) {
  const { accounts, clock, days } = options;
  const standings = createStandings(options);
  const blocks = createLimitBlocks({ ...options, standings });
  const served = createServedModels({
    ...options,
    onChange(account, models) {
      routes.touchModels(models);
      routes.touch(account);
    },
  });
  const routes = createRoutes({
    ...{ ...options, served, candidates: () => candidates },
    onMode: () => availability.touch(),
    async currentMode() {
      const mode = await options.routeModes.current();
      return mode && { ...mode, until: days.start(addDays(mode.until, 1)) };
    },
  });
  const availability = createAvailability({ ...options, standings, blocks, mode: routes.mode });
  const candidates = createCandidates({ ...options, standings, availability, served });
  const comboReports = createComboReports({ ...options, served });
  const suggests = createSuggests({ ...options, standings, availability, served, candidates });
  let modelsLoadedAt: Instant | undefined;
  /** The snapshots that are known here, by account. */
  const seen = new Map<string, Snapshot | undefined>();

  function touch(account: string): void {
    seen.set(account, options.readQuotas.snapshot(account));
    standings.touch(account);
    availability.touch(account);
    served.told(account, standings.of(account)?.models ?? []);
    routes.touch(account);
  }

  options.readQuotas.onRead((snapshot) => {
    touch(snapshot.account);
    void blocks.read(snapshot);
  });
  options.windowUse.onChange(touch);
  blocks.onChange((account) => {
    availability.touch(account);
    routes.touch(account);
  });

  async function sweep(): Promise<void> {
    const now = clock.now();
    await blocks.refresh();
    if (modelsLoadedAt === undefined || now - modelsLoadedAt >= modelsLifetime) {
      modelsLoadedAt = now;
      await served.load();
    }
    for (const { id, windows = [] } of accounts) {
      const snapshot = options.readQuotas.snapshot(id);
      const isNews = snapshot !== seen.get(id);
      // Other processes read too, and windows of the team's own start over by the clock alone.
      if (isNews || windows.length > 0) touch(id);
      if (isNews && snapshot !== undefined) await blocks.read(snapshot);
    }
    await routes.sweep();
  }

  const reports: RoutingReports = {
    route: async (name) => ({ ...routes.route({ name }), at: clock.now() }),
    combo: comboReports.report,
    suggestions: suggests.report,
  };

  return {
    reports,
    /** Throws like `Routes.route`. */
    route: (wanted: Parameters<typeof routes.route>[0]): RouteReport => ({
      ...routes.route(wanted),
      at: clock.now(),
    }),
    /**
     * Whether an account, a model of it, or a model on any account may be used now.
     * @throws not_found for an account or a model that nobody knows, request_invalid for neither
     */
    available({
      account,
      model,
    }: {
      account?: string | undefined;
      model?: string | undefined;
    }): AvailableReport {
      const at = clock.now();
      if (account !== undefined) return { at, account, model, verdict: availability.of(account, model) };
      if (model === undefined) {
        throw new AppError("request_invalid", "Say which: an account, a model, or a model of an account.");
      }
      const best = routes.best(model);
      return { at, account: best.account, model, verdict: best.verdict };
    },
    comboReports: comboReports.reports,
    reportLimit: blocks.report,
    recorded: served.recorded,
    /** Names of combos and models that begin so, for completion. */
    names: (typed: string, most: number): readonly string[] =>
      [
        ...Object.keys(options.combos).filter((name) => name.toLowerCase().startsWith(typed.toLowerCase())),
        ...served.beginning(typed, most),
      ].slice(0, most),
    onSwitch: routes.onSwitch,
    /** Brings in what was stored; once what was read before the last stop is known. Never throws. */
    async load(): Promise<void> {
      for (const { id } of accounts) touch(id);
      await sweep();
    },
    /** Takes in what other processes have done and what time alone has changed. Never throws. */
    sweep,
  };
}

export type RoutingService = ReturnType<typeof createRouting>;
