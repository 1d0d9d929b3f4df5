import type { Config } from "../config.ts";
import { AppError } from "../core/errors.ts";
import type { Clock, Log, Store } from "../core/ports.ts";
import { openLowdbStore } from "../stores/lowdb.ts";

/** The store that the configuration names. Throws config_invalid for one that this version does not have. */
export function openStore(config: Config, machine: { clock: Clock; log: Log }): Promise<Store> {
  if (config.storage.driver !== "lowdb") {
    throw new AppError("config_invalid", "This version keeps its data in files only.", {
      problems: ["storage.driver: write lowdb, or leave storage out"],
    });
  }
  return openLowdbStore({ folder: config.dataDir, ...machine });
}
