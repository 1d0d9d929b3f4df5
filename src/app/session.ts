import type { Session } from "../cli/session.ts";
import type { Config } from "../config.ts";
import type { Snapshots } from "../core/ports.ts";
import { readLock } from "../stores/folder-lock.ts";
import { readSnapshots } from "../stores/lowdb.ts";
import { createAccountReader, createCore, type Machine } from "./core.ts";
import { openStore } from "./store.ts";

/** The accounts of a configuration for one command of the CLI; what a running bot reads is only looked at. */
export async function openSession(config: Config, machine: Machine): Promise<Session> {
  const { accounts, timezone } = config;
  const reader = createAccountReader(config, machine);
  const holder = await readLock(config.dataDir, machine.clock).catch(() => undefined);
  const store = holder === undefined ? await openStore(config, machine) : undefined;
  const snapshots: Snapshots = store?.snapshots ?? {
    latest: () => readSnapshots({ folder: config.dataDir, log: machine.log }),
    replace: async () => undefined,
  };
  const core = createCore({ ...machine, accounts, reader, snapshots });
  await core.readQuotas.restore();
  const session = { ...core, accounts, clock: machine.clock, timezone };
  const close = async () => {
    await core.readQuotas.stop();
    await reader.settled();
    await store?.close();
  };
  if (holder === undefined) return { ...session, close };
  return {
    ...session,
    close,
    reports: {
      ...core.reports,
      // The bot reads; what it has stored meanwhile is all there is to see.
      read: async () => {
        await core.readQuotas.restore();
        return 0;
      },
    },
    notice: `A bot (process ${holder.pid}) works on ${config.dataDir}; these are the numbers it read last.`,
  };
}
