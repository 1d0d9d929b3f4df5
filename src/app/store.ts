import type { Config } from "../config.ts";
import type { Clock, Log, Store } from "../core/ports.ts";
import { openLowdbStore } from "../stores/lowdb.ts";

/** The store that the configuration names. Throws what opening it throws. */
export async function openStore(config: Config, machine: { clock: Clock; log: Log }): Promise<Store> {
  const { storage } = config;
  if (storage.driver === "lowdb") return await openLowdbStore({ folder: config.dataDir, ...machine });
  // The driver is only loaded where it is used.
  const { openPostgresStore } = await import("../stores/postgres.ts");
  return await openPostgresStore({ url: storage.url, log: machine.log });
}
