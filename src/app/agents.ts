import { randomUUID } from "node:crypto";
import type { Config } from "../config.ts";
import type { UsageRecord } from "../core/domain/usage.ts";
import { hindranceWords } from "../core/messages/route-words.ts";
import { createAllocations } from "../core/services/allocate.ts";
import { type AllocationBooks, createAllocationBooks } from "../core/services/allocation-books.ts";
import { createRoomOf } from "../core/services/capacity.ts";
import { createPerPercent } from "../core/services/capacity-measure.ts";
import { createRouting, type RoutingService } from "../core/services/routing.ts";
import { createTaskSizes } from "../core/services/task-sizes.ts";
import { parseLimitReport } from "../ingest/limits/limit-report.ts";
import { readUsageRecord } from "../ingest/usage-record.ts";
import type { Core } from "./core.ts";
import type { Money } from "./money.ts";
import type { createUsage } from "./usage.ts";

/** What keeps an account from being used that its own quotas do not show. */
const forbidding: ReadonlySet<string> = new Set(["refused", "budget", "no_balance"]);

/** What tells which account to use now. */
export function createRoutes(config: Pick<Config, "combos">, options: Core & Money): RoutingService {
  const { store } = options;
  return createRouting({
    ...options,
    combos: config.combos,
    ...{ settings: store.settings, ledger: store.ledger, history: store.history },
  });
}

/** What agents have reserved. */
export function createBooks(options: Core) {
  return createAllocationBooks({
    ...options,
    settings: options.store.settings,
    providers: [...new Set(options.accounts.map(({ provider }) => provider))],
    pause: options.sleep,
    random: Math.random,
  });
}

/** What agents ask before they spend. */
export function createAgents(
  config: Pick<Config, "agents">,
  options: Core &
    Pick<Awaited<ReturnType<typeof createUsage>>, "recordUsage"> & {
      taskSizes: ReturnType<typeof createSizes>;
      routing: RoutingService;
      books: AllocationBooks;
    },
) {
  const { store, routing, clock } = options;
  const { ledger, history } = store;
  const allocations = createAllocations({
    ...options,
    async candidatesOf({ combo, model }) {
      if (combo === undefined && model === undefined) return [];
      const { order } = routing.route(combo === undefined ? { model: model ?? "" } : { combo });
      return order;
    },
    roomOf: createRoomOf({
      ...{ ...options, ledger },
      perPercent: createPerPercent({ ...options, ledger, history }),
      hindranceOf(account, model) {
        const { hindrances } = routing.available({ account, model }).verdict;
        const found = hindrances.find(({ code }) => forbidding.has(code));
        return found && { reason: hindranceWords(found), until: found.until };
      },
    }),
    rules: config.agents,
    newId: randomUUID,
  });
  return {
    allocations,
    readRecord: readUsageRecord,
    reportLimit: (body: unknown) => routing.reportLimit(parseLimitReport(body, clock.now())),
  };
}

/** What tasks take, by what has been recorded. */
export function createSizes(options: Core) {
  return createTaskSizes({ ...options, ledger: options.store.ledger });
}

/** Tells all of them of new records. */
export function inform(
  ...listeners: readonly { recorded(records: readonly UsageRecord[]): void }[]
): (records: readonly UsageRecord[]) => void {
  return (records) => {
    for (const listener of listeners) listener.recorded(records);
  };
}
