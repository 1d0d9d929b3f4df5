import { join } from "node:path";
import type { Dispatcher } from "undici";
import { createDrawChart } from "../charts/draw.ts";
import type { Config } from "../config.ts";
import { createTargets } from "../core/commands/targets.ts";
import { type Account, accountName } from "../core/domain/account.ts";
import { createDays } from "../core/domain/day.ts";
import { poolName } from "../core/messages/pool-rows.ts";
import { createUsageNames } from "../core/messages/usage-names.ts";
import type { Clock, Log, Store } from "../core/ports.ts";
import type { Provider } from "../core/provider.ts";
import { createReadingsOf } from "../core/services/account-readings.ts";
import { createBudgets } from "../core/services/budgets.ts";
import { createKeepHistory } from "../core/services/keep-history.ts";
import { createQuotaHistories } from "../core/services/quota-history.ts";
import { createQuotaReports } from "../core/services/quota-report.ts";
import { type AccountReader, createReadQuotas } from "../core/services/read-quotas.ts";
import { createRouteModes } from "../core/services/route-mode.ts";
import { createSharedPools } from "../core/services/shared-pools.ts";
import { createUsageReports } from "../core/services/usage-report.ts";
import { createWindowUse } from "../core/services/window-use.ts";
import { createCredentials } from "../providers/reader/credentials.ts";
import { createReader } from "../providers/reader/reader.ts";
import type { Console } from "../terminal/chat.ts";

/** What the machine gives; everything else is made here. */
export interface Machine {
  providers: readonly Provider[];
  dispatcher: Dispatcher;
  clock: Clock;
  log: Log;
  console: Console;
  home: string;
  /** The program's own version. */
  version: string;
}

interface CoreOptions
  extends Omit<Machine, "console" | "home" | "dispatcher" | "version">,
    Pick<Config, "timezone" | "sharedPools" | "budgets"> {
  accounts: readonly Account[];
  reader: AccountReader;
  store: Store;
}

/** What is known of accounts, usage and money: the use cases that everything else asks, with their parts in place. */
export function createCore(options: CoreOptions) {
  const { accounts, clock, log, timezone, store } = options;
  const { ledger, settings } = store;
  const byId = new Map(accounts.map((account) => [account.id, account]));
  const providerNames = new Map(options.providers.map((provider) => [provider.id, provider.name]));
  const readQuotas = createReadQuotas({ ...options, snapshots: store.snapshots, random: Math.random });
  const sharedPools = createSharedPools({ readQuotas, evidence: options.sharedPools });
  const windowUse = createWindowUse({ ledger, accounts, clock, timezone, log, pause: () => sleep(500) });
  const readingsOf = createReadingsOf({ readQuotas, windowUse, timezone });
  const trails = createKeepHistory({ history: store.history, readQuotas, readingsOf, clock, log });
  const reports = createQuotaReports({
    ...{ readQuotas, sharedPools, providerNames, clock, timezone, windowUse },
    history: trails,
  });
  const days = createDays(timezone);
  const budgets = createBudgets({ configured: options.budgets, settings, clock });
  const nameOf = (id: string): string => accountName(byId.get(id) ?? { id });
  return {
    ...{ accounts, store, clock, log, timezone, sleep, days, budgets },
    ...{ readQuotas, reports, windowUse, trails, readingsOf },
    usageReports: createUsageReports({ ledger, days, clock, budgets: budgets.list }),
    routeModes: createRouteModes({ settings, days, clock }),
    histories: createQuotaHistories({ history: store.history, clock }),
    targets: createTargets(accounts, providerNames),
    draw: createDrawChart({ log }),
    names: createUsageNames(accounts, providerNames),
    today: () => days.at(clock.now()).day,
    sharers: sharedPools.with,
    /** What an account, with all that share its pool, is called. */
    nameAccount(id: string) {
      const provider = byId.get(id)?.provider ?? "";
      const sharers = sharedPools.with(id);
      return {
        name: poolName(sharers.map(nameOf)),
        alone: sharers.length > 1 ? nameOf(id) : undefined,
        providerName: providerNames.get(provider) ?? provider,
      };
    },
  };
}

export type Core = ReturnType<typeof createCore>;

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, milliseconds).unref());
}

/** Reads accounts through their providers, with the credentials that the configuration names. */
export function createAccountReader(
  config: Pick<Config, "dataDir" | "environment">,
  machine: Omit<Machine, "console" | "version">,
) {
  const credentials = createCredentials({
    environment: config.environment,
    home: machine.home,
    folder: join(config.dataDir, "credentials"),
    clock: machine.clock,
  });
  const reader = createReader({ ...machine, credentials });
  const floors = new Map(machine.providers.map((provider) => [provider.id, provider.minInterval]));
  return { ...reader, minInterval: (account: Account) => floors.get(account.provider) ?? 0 };
}
