import { createCommands } from "../../src/core/commands/index.ts";
import { createTargets } from "../../src/core/commands/targets.ts";
import { type Account, accountName } from "../../src/core/domain/account.ts";
import type { DrawChart } from "../../src/core/domain/chart.ts";
import type { Combos } from "../../src/core/domain/combo.ts";
import { createDays } from "../../src/core/domain/day.ts";
import type { DigestPlan } from "../../src/core/domain/digest-plan.ts";
import type { Pricing } from "../../src/core/domain/price.ts";
import type { PoolEvidence } from "../../src/core/domain/shared-pool.ts";
import type { Billing } from "../../src/core/domain/usage.ts";
import type { Using } from "../../src/core/messages/account-details.ts";
import { createUsageNames } from "../../src/core/messages/usage-names.ts";
import type { Ledger } from "../../src/core/ports.ts";
import type { ProviderReading } from "../../src/core/provider.ts";
import { createReadingsOf } from "../../src/core/services/account-readings.ts";
import { createAlertActions } from "../../src/core/services/alert-actions.ts";
import { type Budgets, createBudgets } from "../../src/core/services/budgets.ts";
import type { ThresholdsOf } from "../../src/core/services/chart-quotas.ts";
import { createDigestFacts } from "../../src/core/services/digest-facts.ts";
import { createDigestMemory } from "../../src/core/services/digest-memory.ts";
import { createDigestPlans } from "../../src/core/services/digest-plans.ts";
import type { MarkedBudget } from "../../src/core/services/money-facts.ts";
import { createMutes } from "../../src/core/services/mutes.ts";
import { createQuotaHistories } from "../../src/core/services/quota-history.ts";
import { createQuotaReports } from "../../src/core/services/quota-report.ts";
import { createReadQuotas } from "../../src/core/services/read-quotas.ts";
import { createReminders } from "../../src/core/services/reminders.ts";
import { createRouteModes, type RouteModes } from "../../src/core/services/route-mode.ts";
import { createRouting } from "../../src/core/services/routing.ts";
import type { TestChannels } from "../../src/core/services/send-test.ts";
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
  using?: (() => Promise<readonly Using[]>) | undefined;
  /** What the ledger says; nothing at all unless told. */
  usageReports?: UsageReports | undefined;
  records?: Ledger["records"] | undefined;
  /** As configured. */
  plans?: readonly DigestPlan[] | undefined;
  budgets?: readonly MarkedBudget[] | undefined;
  combos?: Combos | undefined;
  /** By account; paid unless told. */
  billing?: Readonly<Record<string, Billing>> | undefined;
  /** List prices; none is known unless told. */
  pricing?: Pricing | undefined;
  /** What follows from budgets; nothing unless told. */
  lookAtMoney?: ((house: { routeModes: RouteModes; budgets: Budgets }) => Promise<void>) | undefined;
  /** Pictures; by default one byte. */
  draw?: DrawChart | undefined;
  /** Percent used; by default 80 and 90. */
  thresholdsOf?: ThresholdsOf | undefined;
  /** Where alerts go; nowhere unless told. */
  channels?: TestChannels | undefined;
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
  const woken: string[] = [];
  const wake = (channel: string) => void woken.push(channel);
  let ids = 0;
  const newId = () => `id${String(++ids).padStart(6, "0")}`;
  const { outbox } = store;
  const mutes = createMutes({ settings: store.settings, clock });
  const reminders = createReminders({
    ...{ accounts: setup.accounts, outbox, sharers: sharedPools.with, wake, newId, clock, log },
    factsOf: (id) => {
      const snapshot = readQuotas.snapshot(id);
      return { snapshot, told: snapshot?.readings ?? [], own: [], projections: [], rises: [] };
    },
  });
  const { settings } = store;
  const days = createDays("UTC");
  const { usageReports } = ledger;
  const digests = {
    digestFacts: createDigestFacts({ accounts: setup.accounts, reports, usageReports, days, clock, outbox }),
    digestPlans: createDigestPlans({ configured: setup.plans ?? [], settings, clock }),
    digestMemory: createDigestMemory(settings),
    budgets: createBudgets({ configured: setup.budgets ?? [], settings, clock }),
    routeModes: createRouteModes({ settings, days, clock }),
  };
  const routing = createRouting({
    ...{ accounts: setup.accounts, combos: setup.combos ?? {}, readQuotas, settings, days, clock, log },
    readingsOf: createReadingsOf({ readQuotas, timezone: "UTC" }),
    windowUse: { onChange: () => {} },
    sharers: sharedPools.with,
    billingOf: ({ id }) => setup.billing?.[id] ?? "paid",
    pricing: setup.pricing ?? (() => undefined),
    ...{ ledger: store.ledger, history: store.history, today: ledger.today, routeModes: digests.routeModes },
  });
  const charts = {
    draw: setup.draw ?? (async () => ({ png: Uint8Array.of(1) })),
    thresholdsOf: setup.thresholdsOf ?? (() => [80, 90]),
  };
  const commands = createCommands({
    raise: { lookAtMoney: async () => await setup.lookAtMoney?.(digests) },
    using: setup.using ?? (async () => []),
    ...digests,
    routing,
    timezone: "UTC",
    ...{ outbox, mutes, reminders, clock },
    histories: createQuotaHistories({ history: store.history, clock }),
    ...charts,
    alertActions: createAlertActions({ outbox, clock, wake }),
    channels: setup.channels ?? { ids: [], post: async () => {} },
    nameAccount: (id) => ({
      name: accountName(setup.accounts.find((account) => account.id === id) ?? { id }),
      providerName: "Acme",
    }),
    reports,
    targets,
    configured: setup.accounts.length,
    ...ledger,
    sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, Math.min(milliseconds, 60))),
  });
  return {
    clock,
    log,
    store,
    readQuotas,
    reports,
    targets,
    commands,
    mutes,
    reminders,
    routing,
    charts,
    woken,
    ...ledger,
    ...digests,
  };
}
