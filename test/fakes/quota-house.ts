import { createCommands } from "../../src/core/commands/index.ts";
import { createTargets } from "../../src/core/commands/targets.ts";
import type { Account } from "../../src/core/domain/account.ts";
import type { PoolEvidence } from "../../src/core/domain/shared-pool.ts";
import { createUsageNames } from "../../src/core/messages/usage-names.ts";
import type { Ledger } from "../../src/core/ports.ts";
import type { ProviderReading } from "../../src/core/provider.ts";
import { createQuotaReports } from "../../src/core/services/quota-report.ts";
import { createReadQuotas } from "../../src/core/services/read-quotas.ts";
import { createSharedPools } from "../../src/core/services/shared-pools.ts";
import type { UsageReports } from "../../src/core/services/usage-report.ts";
import { createMemoryStore } from "../../src/stores/memory.ts";
import { createKeptLog, createManualClock } from "./core.ts";
import { createFakeRecords, createFakeUsageReports } from "./usage.ts";

/** The core with real parts and a reader of the test's choice: what each account answers, or how it fails. */
export function createQuotaHouse(setup: {
  accounts: readonly Account[];
  read: (account: Account) => Promise<ProviderReading>;
  evidence?: PoolEvidence | undefined;
  /** What the ledger says; nothing at all unless told. */
  usageReports?: UsageReports | undefined;
  records?: Ledger["records"] | undefined;
}) {
  const clock = createManualClock();
  const log = createKeptLog();
  const store = createMemoryStore();
  const providerNames = new Map([["acme", "Acme"]]);
  const readQuotas = createReadQuotas({
    accounts: setup.accounts,
    reader: { read: setup.read, credentialKey: async () => "key", minInterval: () => 5 * 60_000 },
    snapshots: store.snapshots,
    clock,
    log,
    random: () => 0,
  });
  const sharedPools = createSharedPools({ readQuotas, evidence: setup.evidence ?? "auto" });
  const reports = createQuotaReports({ readQuotas, sharedPools, providerNames, clock, timezone: "UTC" });
  const targets = createTargets(setup.accounts, providerNames);
  const ledger = {
    usageReports: setup.usageReports ?? createFakeUsageReports(),
    records: setup.records ?? createFakeRecords([]),
    today: () => new Date(clock.now()).toISOString().slice(0, 10),
    names: createUsageNames(setup.accounts, providerNames),
  };
  const commands = createCommands({
    reports,
    targets,
    configured: setup.accounts.length,
    ...ledger,
    sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, Math.min(milliseconds, 60))),
  });
  return { clock, log, store, readQuotas, reports, targets, commands, ...ledger };
}
