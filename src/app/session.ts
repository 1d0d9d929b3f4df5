import { openRemoteReports } from "../cli/remote.ts";
import { closedPast, createRemotePast, type Past } from "../cli/remote-past.ts";
import type { Session, SessionOptions } from "../cli/session.ts";
import type { Config } from "../config.ts";
import type { Days } from "../core/domain/day.ts";
import { isAppError } from "../core/errors.ts";
import type { Snapshots, Store } from "../core/ports.ts";
import type { QuotaReports } from "../core/services/quota-report.ts";
import { readLock } from "../stores/folder-lock.ts";
import { readSnapshots } from "../stores/lowdb.ts";
import { createMemoryStore } from "../stores/memory.ts";
import { createAccountReader, createCore, type Machine } from "./core.ts";
import { openStore } from "./store.ts";

/**
 * The accounts of a configuration for one command of the CLI. A bot that works on the same data folder is asked over
 * HTTP where it answers; else what it has stored is only looked at.
 */
export async function openSession(
  config: Config,
  machine: Machine,
  options: Pick<SessionOptions, "fromDisk"> = {},
): Promise<Session> {
  const { accounts, timezone, sharedPools, budgets } = config;
  const reader = createAccountReader(config, machine);
  const holder = await readLock(config.dataDir, machine.clock).catch(() => undefined);
  const store = holder === undefined ? await openStore(config, machine) : undefined;
  const core = createCore({
    ...{ ...machine, accounts, timezone, sharedPools, budgets, reader },
    store: store ?? lookOnly(config, machine),
  });
  await core.readQuotas.restore();
  await core.windowUse.refresh();
  const session: Session = {
    ...core,
    accounts,
    records: core.store.ledger.records,
    history: core.histories,
    clock: machine.clock,
    timezone,
    // Forgetting what was never there rewrites everything all the same.
    checkStore: async () => await store?.settings.set("doctor", undefined),
    async close() {
      await core.readQuotas.stop();
      await reader.settled();
      await store?.close();
    },
  };
  if (holder === undefined) return session;
  const notice = `A bot (process ${holder.pid}) works on ${config.dataDir}`;
  const remote = options.fromDisk ? undefined : await askBot(config, machine, core.days);
  if (remote !== undefined) return { ...session, ...remote };
  return {
    ...session,
    ...closedPast(`${notice} and cannot be asked: give it \`http\` with a key of the scope read.`),
    reports: {
      ...core.reports,
      // The bot reads; what it has stored meanwhile is all there is to see.
      read: async () => {
        await core.readQuotas.restore();
        return 0;
      },
    },
    notice: `${notice}; these are the numbers it read last.`,
  };
}

/** What a bot at work has stored of snapshots; everything else only the bot itself can tell. */
function lookOnly(config: Config, { log }: Machine): Pick<Store, "snapshots" | "ledger" | "history"> {
  const snapshots: Snapshots = {
    latest: () => readSnapshots({ folder: config.dataDir, log }),
    replace: async () => undefined,
  };
  return { ...createMemoryStore(), snapshots };
}

/** What the bot that works on the data folder tells; undefined when no key may read it, or nobody answers. */
async function askBot(
  config: Config,
  machine: Machine,
  days: Days,
): Promise<({ reports: QuotaReports } & Past) | undefined> {
  const { http } = config;
  const key = http?.keys.find(({ scopes }) => scopes.includes("read"))?.key;
  if (http === undefined || key === undefined || http.port === 0) return undefined;
  const providerNames = new Map(machine.providers.map(({ id, name }) => [id, name]));
  const url = `http://${reachable(http.host)}:${http.port}`;
  try {
    const { accounts } = config;
    const reports = await openRemoteReports({ url, key, accounts, providerNames, clock: machine.clock });
    return { reports, ...createRemotePast({ url, key, days }) };
  } catch (error) {
    if (isAppError(error, "store_unavailable")) return undefined;
    throw error;
  }
}

/** The address of this machine for a server that listens on `host`. */
function reachable(host: string): string {
  if (host === "0.0.0.0") return "127.0.0.1";
  if (host === "::") return "[::1]";
  return host.includes(":") ? `[${host}]` : host;
}
