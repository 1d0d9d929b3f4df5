import { join } from "node:path";
import type { Dispatcher } from "undici";
import type { Config } from "../config.ts";
import { createCommands } from "../core/commands/index.ts";
import { createTargets } from "../core/commands/targets.ts";
import { type Account, accountName } from "../core/domain/account.ts";
import { applyConfiguredWindows } from "../core/domain/configured-window.ts";
import type { Snapshot } from "../core/domain/quota.ts";
import { poolName } from "../core/messages/pool-rows.ts";
import type { Clock, Log, Snapshots } from "../core/ports.ts";
import type { Provider } from "../core/provider.ts";
import { createQuotaReports } from "../core/services/quota-report.ts";
import { type AccountReader, createReadQuotas } from "../core/services/read-quotas.ts";
import { createSharedPools } from "../core/services/shared-pools.ts";
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
}

interface CoreOptions
  extends Omit<Machine, "console" | "home" | "dispatcher">,
    Pick<Config, "timezone" | "sharedPools"> {
  accounts: readonly Account[];
  reader: AccountReader;
  snapshots: Snapshots;
}

/** The use cases, with their parts in place. */
export function createCore(options: CoreOptions) {
  const { accounts, clock, timezone } = options;
  const byId = new Map(accounts.map((account) => [account.id, account]));
  const providerNames = new Map(options.providers.map((provider) => [provider.id, provider.name]));
  const readQuotas = createReadQuotas({ ...options, random: Math.random });
  const sharedPools = createSharedPools({ readQuotas, evidence: options.sharedPools });
  const reports = createQuotaReports({ readQuotas, sharedPools, providerNames, clock, timezone });
  const targets = createTargets(accounts, providerNames);
  const sleep = (milliseconds: number) =>
    new Promise<void>((resolve) => void setTimeout(resolve, milliseconds).unref());
  const commands = createCommands({ reports, targets, configured: accounts.length, sleep });
  const nameOf = (id: string): string => accountName(byId.get(id) ?? { id });
  const describe = (id: string) => {
    const provider = byId.get(id)?.provider ?? "";
    return {
      name: poolName(sharedPools.with(id).map(nameOf)),
      providerName: providerNames.get(provider) ?? provider,
    };
  };
  const readingsOf = ({ account, readings, fetchedAt, attemptedAt }: Snapshot) =>
    applyConfiguredWindows(readings, byId.get(account)?.windows ?? [], fetchedAt ?? attemptedAt, timezone);
  const sharers = sharedPools.with;
  return { accounts, readQuotas, reports, targets, commands, describe, readingsOf, sharers };
}

/** Reads accounts through their providers, with the credentials that the configuration names. */
export function createAccountReader(
  config: Pick<Config, "dataDir" | "environment">,
  machine: Omit<Machine, "console">,
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
