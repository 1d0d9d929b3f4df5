import { join } from "node:path";
import type { Dispatcher } from "undici";
import type { Config } from "../config.ts";
import { createCommands } from "../core/commands/index.ts";
import { createTargets } from "../core/commands/targets.ts";
import { type Account, accountName } from "../core/domain/account.ts";
import type { Clock, Log, Snapshots } from "../core/ports.ts";
import type { Provider } from "../core/provider.ts";
import { createQuotaReports } from "../core/services/quota-report.ts";
import { type AccountReader, createReadQuotas } from "../core/services/read-quotas.ts";
import { createCredentials } from "../providers/credentials.ts";
import { createReader } from "../providers/reader.ts";
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

interface CoreOptions extends Omit<Machine, "console" | "home" | "dispatcher"> {
  accounts: readonly Account[];
  reader: AccountReader;
  snapshots: Snapshots;
}

/** The use cases, with their parts in place. */
export function createCore(options: CoreOptions) {
  const { accounts, clock } = options;
  const providerNames = new Map(options.providers.map((provider) => [provider.id, provider.name]));
  const readQuotas = createReadQuotas({ ...options, random: Math.random });
  const reports = createQuotaReports({ readQuotas, providerNames, clock });
  const targets = createTargets(accounts, providerNames);
  const sleep = (milliseconds: number) =>
    new Promise<void>((resolve) => void setTimeout(resolve, milliseconds).unref());
  const commands = createCommands({ reports, targets, configured: accounts.length, sleep });
  const describe = (id: string) => {
    const account = accounts.find((candidate) => candidate.id === id);
    const provider = account?.provider ?? "";
    return {
      name: account ? accountName(account) : id,
      providerName: providerNames.get(provider) ?? provider,
    };
  };
  return { accounts, readQuotas, reports, targets, commands, describe };
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
