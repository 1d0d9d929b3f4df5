import { AppError } from "../errors.ts";
import type { Clock, Store } from "../ports.ts";
import { createProbe, type Probe } from "./probe.ts";

export interface StoreCheck extends Probe<void> {
  /** Throws store_unavailable, or what else the store throws, when nothing can be written. */
  check(): Promise<void>;
}

/** Whether the store can be written, as really tried: at most every 30 seconds, and for 2 seconds, however many ask. */
export function createStoreCheck(options: {
  store: { settings: Pick<Store["settings"], "set">; check?: Store["check"] };
  clock: Clock;
  /** Milliseconds for which whoever asks waits. */
  patience?: number | undefined;
}): StoreCheck {
  const { store, patience = 2_000 } = options;
  const probe = createProbe({
    // Forgetting what was never there rewrites everything all the same, and leaves no trace.
    look: async () => await (store.check?.() ?? store.settings.set("health", undefined)),
    late: () =>
      new AppError(
        "store_unavailable",
        `The store has not answered for ${patience / 1000} s: check its disk, or its database.`,
      ),
    ...{ clock: options.clock, every: 30_000, patience },
  });
  return {
    ...probe,
    async check() {
      const outcome = await probe.look();
      if ("error" in outcome) throw outcome.error;
    },
  };
}
