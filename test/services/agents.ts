import type { Account } from "../../src/core/domain/account.ts";
import { createDays } from "../../src/core/domain/day.ts";
import type { Snapshot } from "../../src/core/domain/quota.ts";
import type { Clock, Log, Store } from "../../src/core/ports.ts";
import { createReadingsOf } from "../../src/core/services/account-readings.ts";
import { type AgentRules, type Candidate, createAllocations } from "../../src/core/services/allocate.ts";
import { createAllocationBooks } from "../../src/core/services/allocation-books.ts";
import { createRoomOf, type Hindrance } from "../../src/core/services/capacity.ts";
import { createPerPercent } from "../../src/core/services/capacity-measure.ts";
import { createRecordUsage } from "../../src/core/services/record-usage.ts";
import { createTaskSizes } from "../../src/core/services/task-sizes.ts";
import { account, createKeptLog, createManualClock } from "../fakes/core.ts";

export const hour = 3_600_000;

/** An account with one window of the team's own: so many tokens a day. */
export function limited(id: string, limit: number, rest: Partial<Account> = {}): Account {
  return account(id, { windows: [{ id: "daily", unit: "tokens", limit, resets: {} }], ...rest });
}

/** What one process does for agents, on a store that others may share. */
export function createAgents(setup: {
  accounts: readonly Account[];
  store: Pick<Store, "settings" | "ledger" | "history">;
  rules?: Partial<AgentRules> | undefined;
  snapshots?: readonly Snapshot[] | undefined;
  candidates?: Readonly<Record<string, readonly Candidate[]>> | undefined;
  sharers?: ((account: string) => readonly string[]) | undefined;
  hindranceOf?: ((account: string) => Hindrance | undefined) | undefined;
  clock?: Clock | undefined;
  log?: Log | undefined;
  /** Tells this process's ids from those of others. */
  name?: string | undefined;
}) {
  const { accounts, store, snapshots = [], name = "p", sharers = (id) => [id] } = setup;
  const clock = setup.clock ?? createManualClock();
  const log = setup.log ?? createKeptLog();
  const days = createDays("UTC");
  const readQuotas = {
    accounts,
    snapshot: (id: string) => snapshots.find(({ account }) => account === id),
  };
  const readingsOf = createReadingsOf({ readQuotas, timezone: "UTC" });
  const perPercent = createPerPercent({ ...store, sharers, clock, log });
  const { ledger } = store;
  const taskSizes = createTaskSizes({ ledger, today: () => days.at(clock.now()).day, log });
  const recordUsage = createRecordUsage({
    ...{ ledger, accounts, clock, days, log },
    services: () => [],
    billingOf: () => "subscription",
    pricing: () => undefined,
    nameUser: (user) => user,
    hash: (text) => text.slice(0, 20),
    uniqueId: () => newId(),
    onRecorded: taskSizes.recorded,
  });
  let made = 0;
  const newId = () => `${name}-${made++}`;
  const allocations = createAllocations({
    ...{ accounts, recordUsage, taskSizes, newId, clock },
    candidatesOf: async ({ combo, model }) => setup.candidates?.[combo ?? model ?? ""] ?? [],
    roomOf: createRoomOf({
      ...{ readQuotas, readingsOf, perPercent, ledger, sharers, clock, timezone: "UTC" },
      hindranceOf: setup.hindranceOf,
    }),
    books: createAllocationBooks({
      providers: [...new Set(accounts.map(({ provider }) => provider))],
      settings: store.settings,
      // Tests are in more of a hurry.
      pause: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds / 20)),
      random: Math.random,
      clock,
      log,
    }),
    rules: {
      ...{ maxConcurrent: {}, maxConcurrentPerAccount: {}, lendUnused: false, allocationTtl: 4 * hour },
      ...setup.rules,
    },
  });
  return { ...allocations, taskSizes, recordUsage, clock, log };
}

/** Tokens, all of them input. */
export function input(tokens: number) {
  return { input: tokens, output: 0, cacheRead: 0, cacheWrite: 0, reasoning: 0 };
}
