import type { Door } from "../cli/ask-bot.ts";
import { openRemoteReports } from "../cli/remote.ts";
import { closedPast, createRemotePast, type Past } from "../cli/remote-past.ts";
import { closedForget, createRemoteForget } from "../cli/remote-people.ts";
import { closedRouting, createRemoteAvailable, createRemoteRouting } from "../cli/remote-routing.ts";
import type { Session, SessionOptions } from "../cli/session.ts";
import type { Config } from "../config.ts";
import type { Days } from "../core/domain/day.ts";
import { type AppError, isAppError } from "../core/errors.ts";
import { reachableHost } from "../core/hosts.ts";
import type { Store } from "../core/ports.ts";
import type { ForgetUser } from "../core/services/forget-user.ts";
import { refusalsOf } from "../core/services/refusals.ts";
import { createStoreCheck } from "../core/services/store-check.ts";
import { readLock } from "../stores/folder-lock.ts";
import { readStored } from "../stores/lowdb.ts";
import { createMemoryStore } from "../stores/memory.ts";
import { createBooks, createRoutes } from "./agents.ts";
import { alertSettings, createAlerts } from "./alerts.ts";
import { channelIds, digestPlans, testChannels } from "./channels.ts";
import { createAllCommands } from "./commands.ts";
import { createAccountReader, createCore, type Machine } from "./core.ts";
import { createDigestParts } from "./digest.ts";
import { createDoctor } from "./doctor.ts";
import { createMoney } from "./money.ts";
import { createForgetting } from "./people.ts";
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
  const opened = holder === undefined ? await tryStore(config, machine, options) : {};
  const { store } = opened;
  const looked = store ?? lookOnly(config, machine, opened.fault !== undefined);
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
  const alerts = createAlerts({ ...all, settings: alertSettings(config) });
  const books = createBooks(core);
  const commands = createAllCommands({ ...all, ...alerts, ...digests, routing, channels, books });
  const session: Session = {
    ...{ ...core, commands, routing, channels },
    records: looked.ledger.records,
    forgetUser: createForgetting(core),
    history: core.histories,
    charts: { draw: core.draw, thresholdsOf: alerts.thresholdsOf },
    refusals: () => refusalsOf(looked.settings, channels.ids),
    async checkStore() {
      if (opened.fault !== undefined) throw opened.fault;
      if (store !== undefined)
        await createStoreCheck({ store, clock: machine.clock, patience: 5_000 }).check();
    },
    checks: createDoctor(config, machine, holder),
    storeWords: storeWords(config, holder !== undefined),
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
  const forgetUser = botForgets(config, notice);
  if (remote !== undefined) return { ...session, ...remote, forgetUser };
  const closed = `${notice} and cannot be asked: give it \`http\` with a key of the scope read.`;
  return {
    ...session,
    ...closedPast(closed),
    forgetUser,
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

function storeWords({ storage }: Config, botRuns: boolean): Session["storeWords"] {
  if (storage.driver === "postgres") {
    return { name: "Database", fine: "can be written, and has the tables of this version" };
  }
  return { name: "Data folder", fine: botRuns ? "in the hands of the bot that runs" : "can be written" };
}

/** The store, or for somebody who only wants to know what is wrong why there is none. */
async function tryStore(
  config: Config,
  machine: Machine,
  { fromDisk }: Pick<SessionOptions, "fromDisk">,
): Promise<{ store?: Store; fault?: AppError }> {
  try {
    return { store: await openStore(config, machine) };
  } catch (error) {
    if (fromDisk && isAppError(error) && error.code.startsWith("store_")) return { fault: error };
    throw error;
  }
}

/**
 * What a bot at work has stored of snapshots and settings; everything else only the bot itself can tell. Of a store that
 * cannot be used there is nothing.
 */
function lookOnly(config: Config, { log }: Machine, unusable: boolean): Store {
  if (unusable) return createMemoryStore();
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
  const door = doorOf(config, "read");
  if (door === undefined) return undefined;
  const providerNames = new Map(machine.providers.map(({ id, name }) => [id, name]));
  try {
    const { accounts } = config;
    const reports = await openRemoteReports({ ...door, accounts, providerNames, clock: machine.clock });
    const routing = { reports: createRemoteRouting(door), available: createRemoteAvailable(door) };
    return { reports, routing, ...createRemotePast({ ...door, days }) };
  } catch (error) {
    if (isAppError(error, "store_unavailable")) return undefined;
    throw error;
  }
}

/** Has the bot that works on the data folder forget people. */
function botForgets(config: Config, notice: string): ForgetUser {
  const door = doorOf(config, "admin");
  if (door !== undefined) return createRemoteForget(door);
  return closedForget(`${notice}: stop it first, or give it \`http\` with a key of the scope admin.`);
}

/** Where the bot answers over HTTP, and a key that has the scope; undefined when there is none. */
function doorOf({ http }: Config, scope: "read" | "admin"): Door | undefined {
  const key = http?.keys.find(({ scopes }) => scopes.includes(scope))?.key;
  if (http === undefined || key === undefined || http.port === 0) return undefined;
  return { url: `http://${reachableHost(http.host)}:${http.port}`, key };
}
