import { openRemoteReports } from "../cli/remote.ts";
import { closedPast, createRemotePast, type Past } from "../cli/remote-past.ts";
import { closedRouting, createRemoteRouting } from "../cli/remote-routing.ts";
import type { Session, SessionOptions } from "../cli/session.ts";
import type { Config } from "../config.ts";
import type { Days } from "../core/domain/day.ts";
import { isAppError } from "../core/errors.ts";
import type { Store } from "../core/ports.ts";
import { refusalsOf } from "../core/services/refusals.ts";
import { readLock } from "../stores/folder-lock.ts";
import { readStored } from "../stores/lowdb.ts";
import { createMemoryStore } from "../stores/memory.ts";
import { createBooks, createRoutes } from "./agents.ts";
import { alertSettings, createAlerts } from "./alerts.ts";
import { channelIds, digestPlans, testChannels } from "./channels.ts";
import { createAllCommands } from "./commands.ts";
import { createAccountReader, createCore, type Machine } from "./core.ts";
import { createDigestParts } from "./digest.ts";
import { createMoney } from "./money.ts";
import { createPosting } from "./posting.ts";
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
  const looked = store ?? lookOnly(config, machine);
  const core = createCore({ ...machine, accounts, timezone, sharedPools, budgets, reader, store: looked });
  await core.readQuotas.restore();
  await core.windowUse.refresh();
  const posting = createPosting(config, { ...machine, store: looked });
  const all = { ...core, ...machine, ...createMoney(config, machine), channelOf: () => undefined };
  const channels = testChannels(channelIds(config), posting.open);
  const digests = createDigestParts({ ...all, plans: digestPlans(config), channels: channels.ids });
  // Whoever only asks switches nothing.
  const asking: Store = { ...looked, settings: { ...looked.settings, swap: async () => false } };
  const routing = createRoutes(config, { ...all, store: asking });
  await routing.load();
  const commands = createAllCommands({
    ...{ ...all, ...digests, routing, channels, books: createBooks(core) },
    ...createAlerts({ ...all, settings: alertSettings(config) }),
  });
  const session: Session = {
    ...{ ...core, commands, routing, channels },
    records: looked.ledger.records,
    history: core.histories,
    refusals: () => refusalsOf(looked.settings, channels.ids),
    // Forgetting what was never there rewrites everything all the same.
    checkStore: async () => await store?.settings.set("doctor", undefined),
    async close() {
      await core.readQuotas.stop();
      await reader.settled();
      await posting.stop();
      await store?.close();
    },
  };
  if (holder === undefined) return session;
  const notice = `A bot (process ${holder.pid}) works on ${config.dataDir}`;
  const remote = options.fromDisk ? undefined : await askBot(config, machine, core.days);
  if (remote !== undefined) return { ...session, ...remote };
  const closed = `${notice} and cannot be asked: give it \`http\` with a key of the scope read.`;
  return {
    ...session,
    ...closedPast(closed),
    routing: { reports: closedRouting(closed) },
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

/** What a bot at work has stored of snapshots and settings; everything else only the bot itself can tell. */
function lookOnly(config: Config, { log }: Machine): Store {
  const stored = () => readStored({ folder: config.dataDir, log });
  const memory = createMemoryStore();
  return {
    ...memory,
    snapshots: { latest: async () => (await stored()).snapshots, replace: async () => undefined },
    settings: { ...memory.settings, get: async (key) => (await stored()).settings.get(key) },
  };
}

/** What the bot that works on the data folder tells; undefined when no key may read it, or nobody answers. */
async function askBot(
  config: Config,
  machine: Machine,
  days: Days,
): Promise<(Pick<Session, "reports" | "routing"> & Past) | undefined> {
  const { http } = config;
  const key = http?.keys.find(({ scopes }) => scopes.includes("read"))?.key;
  if (http === undefined || key === undefined || http.port === 0) return undefined;
  const providerNames = new Map(machine.providers.map(({ id, name }) => [id, name]));
  const url = `http://${reachable(http.host)}:${http.port}`;
  try {
    const { accounts } = config;
    const reports = await openRemoteReports({ url, key, accounts, providerNames, clock: machine.clock });
    const routing = { reports: createRemoteRouting({ url, key }) };
    return { reports, routing, ...createRemotePast({ url, key, days }) };
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
