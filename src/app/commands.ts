import type { Commands } from "../core/commands/command.ts";
import { createCommands } from "../core/commands/index.ts";
import type { RoutingCommandOptions } from "../core/commands/route.ts";
import type { AllocationBooks } from "../core/services/allocation-books.ts";
import type { TestChannels } from "../core/services/send-test.ts";
import type { createAlerts } from "./alerts.ts";
import type { Core } from "./core.ts";
import type { createDigestParts } from "./digest.ts";

/** All commands of /quota, over everything that they ask. */
export function createAllCommands(
  options: Core &
    ReturnType<typeof createAlerts> &
    ReturnType<typeof createDigestParts> &
    Pick<RoutingCommandOptions, "routing"> & { channels: TestChannels; books: AllocationBooks },
): Commands {
  const { store, accounts, books } = options;
  return createCommands({
    ...options,
    configured: accounts.length,
    records: store.ledger.records,
    outbox: store.outbox,
    using: async () => (await books.find(() => true)).active,
  });
}
