import { randomBytes } from "node:crypto";
import type { Config } from "../config.ts";
import { runaway } from "../core/domain/account-findings.ts";
import { createBillingOf } from "../core/domain/billing.ts";
import { rose } from "../core/domain/burn-rate.ts";
import type { QuotaSample } from "../core/domain/history.ts";
import { paceOf } from "../core/domain/pace.ts";
import { type Instant, type Quota, trueAt, usedPercent } from "../core/domain/quota.ts";
import { burnRateBasis } from "../core/messages/burn-rate.ts";
import { incidentDetails, incidentMessage } from "../core/messages/incidents.ts";
import type { Channel, Clock, Log, Settings, Store } from "../core/ports.ts";
import type { AccountFacts } from "../core/services/account-look.ts";
import type { AlertRule } from "../core/services/alert-rules.ts";
import { createMoneyFacts, type MarkedBudget } from "../core/services/money-facts.ts";
import { isUrgentFor, quietUntilFor } from "../core/services/quiet.ts";
import { createRaiseAlerts } from "../core/services/raise-alerts.ts";
import type { DigestPlan } from "../core/services/send-digest.ts";
import { createTellChannels } from "../core/services/tell-channels.ts";
import type { createCore, Machine } from "./core.ts";

/** What is told by itself: what has become due, and how it gets to the channels. */
export function createAlerts(
  options: ReturnType<typeof createCore> & {
    clock: Clock;
    log: Log;
    outbox: Store["outbox"];
    rules: readonly AlertRule[];
    anomaly: Config["anomaly"];
    mostPosts: number;
    channelOf: (id: string) => Channel | undefined;
    quietUntil: (channel: string, now: Instant) => Instant | undefined;
    isUrgent: Parameters<typeof createTellChannels>[0]["isUrgent"];
    isSubscription: (account: string) => boolean;
    budgets: () => Promise<readonly MarkedBudget[]>;
    onRefusal: (channel: string, reason: string | undefined) => void;
  },
) {
  const { store, describe, anomaly } = options;
  const money = createMoneyFacts({ ...options, ledger: store.ledger });
  const tell = createTellChannels({
    ...options,
    compose: (incidents) => incidentMessage(incidents, describe),
    details: (incidents) => incidentDetails(incidents, describe),
    later(milliseconds, work) {
      const timer = setTimeout(work, milliseconds);
      return () => clearTimeout(timer);
    },
  });
  const raise = createRaiseAlerts({
    ...options,
    ...money,
    anomaly: {
      factor: anomaly.factor,
      minimumMicros: Math.round(anomaly.minimumUsd * 1_000_000),
      minimumDays: anomaly.minimumDays,
    },
    factsOf: createFactsOf(options),
    samplesOf: (account, before) => samplesBefore(options, account, before),
    newId: () => randomBytes(6).toString("base64url").replaceAll(/[-_]/g, "x"),
    wake: tell.wake,
  });
  return { raise, tell, money };
}

/** What is known of an account now, with where its quotas are heading. */
function createFactsOf(
  options: Pick<ReturnType<typeof createCore>, "readQuotas" | "readingsOf" | "trails"> & { clock: Clock },
): (account: string) => AccountFacts {
  const { readQuotas, readingsOf, trails, clock } = options;
  return (account) => {
    const now = clock.now();
    const snapshot = readQuotas.snapshot(account);
    const readings = readingsOf(account, now);
    const isOwn = (reading: AccountFacts["told"][number]) =>
      reading.kind === "quota" && reading.counted !== undefined;
    const quotas = readings.flatMap((reading): { quota: Quota; at: Instant; used: number }[] => {
      const at = trueAt(reading, snapshot?.fetchedAt);
      const used = reading.kind === "quota" ? usedPercent(reading) : undefined;
      return reading.kind !== "quota" || at === undefined || used === undefined
        ? []
        : [{ quota: reading, at, used }];
    });
    return {
      snapshot,
      told: readings.filter((reading) => !isOwn(reading)),
      own: readings.filter(isOwn),
      projections: quotas.flatMap(({ quota, at, used }) => {
        const pace = paceOf(quota, { at, now, samples: trails.recent(account, quota) });
        if (pace?.projection === undefined) return [];
        const { runsOutAt, beforeReset } = pace.projection;
        const runsOut = { at: runsOutAt, beforeReset };
        return [{ reading: quota, usedPercent: used, runsOut, basis: burnRateBasis(pace) }];
      }),
      rises: quotas.flatMap(({ quota, at, used }) => {
        const { used: value = 0, limit, resetsAt } = quota;
        const before = trails.recent(account, quota).filter((sample) => sample.at < at);
        const points = riseOf([...before, { at, value, limit, resetsAt }]);
        return points === undefined ? [] : [{ reading: quota, usedPercent: used, points }];
      }),
    };
  };
}

/** Percent points that the last of the samples rose by, if that was fast: at a run, or at a third of one. */
function riseOf(samples: Parameters<typeof rose>[0]): number | undefined {
  const { points, minutes } = runaway;
  const fast = rose(samples, points, minutes * 60_000);
  if (fast !== undefined) return fast.points;
  const calmer = rose(samples, points / 3, minutes * 60_000);
  return calmer && Math.min(calmer.points, points - 1);
}

/** So far back a sample tells that an account is not seen for the first time. */
const remembered = 35 * 86_400_000;

/** What is at hand, and only where nothing is, what was stored longer ago. */
async function samplesBefore(
  {
    readingsOf,
    trails,
    store,
    clock,
  }: Pick<ReturnType<typeof createCore>, "readingsOf" | "trails" | "store"> & {
    clock: Clock;
  },
  account: string,
  before: Instant,
): Promise<readonly QuotaSample[]> {
  const recent = readingsOf(account, clock.now())
    .flatMap((reading) => trails.recent(account, reading))
    .filter(({ at }) => at < before);
  if (recent.length > 0) return recent;
  return await store.history.samples({ account, from: before - remembered, to: before });
}

/** What the configuration says of alerts. */
export function alertSettings(
  config: Config,
  options: Pick<Machine, "providers" | "clock"> & { settings: Settings },
) {
  const billingOf = createBillingOf({ configured: config.billing, providers: options.providers });
  const subscriptions = new Set(
    config.accounts
      .filter((account) => billingOf({ account, possible: [account] }, account.provider) === "subscription")
      .map(({ id }) => id),
  );
  return {
    rules: config.alerts,
    anomaly: config.anomaly,
    mostPosts: config.postsPerHour,
    quietUntil: quietUntilFor(config.quietHours),
    isUrgent: isUrgentFor(config.quietHours, options.clock),
    isSubscription: (account: string) => subscriptions.has(account),
    budgets: async () => config.budgets,
    onRefusal: (channel: string, reason: string | undefined) =>
      void options.settings
        .set(`refused ${channel}`, reason === undefined ? undefined : { reason, at: options.clock.now() })
        .catch(() => {}),
  };
}

/** The digests of the configuration, those left out whose channel cannot be posted to. */
export function digestPlans(config: Config, channelOf: (id: string) => Channel | undefined): DigestPlan[] {
  return config.digest.flatMap((plan) =>
    plan.channels.flatMap((id) => {
      const channel = channelOf(id);
      return channel === undefined ? [] : [{ channel, at: plan.at, days: plan.days }];
    }),
  );
}
