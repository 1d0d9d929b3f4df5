import { randomBytes } from "node:crypto";
import type { Config } from "../config.ts";
import { runaway } from "../core/domain/account-findings.ts";
import { rose } from "../core/domain/burn-rate.ts";
import { type QuotaSample, samplesOf } from "../core/domain/history.ts";
import { paceOf } from "../core/domain/pace.ts";
import { type Instant, type Quota, trueAt, usedPercent } from "../core/domain/quota.ts";
import { isReminder } from "../core/domain/reminder.ts";
import { burnRateBasis } from "../core/messages/burn-rate.ts";
import { incidentDetails, incidentMessage } from "../core/messages/incidents.ts";
import type { Channel } from "../core/ports.ts";
import type { AccountFacts } from "../core/services/account-look.ts";
import { createAlertActions } from "../core/services/alert-actions.ts";
import { type AlertRule, wishesFor } from "../core/services/alert-rules.ts";
import type { ThresholdsOf } from "../core/services/chart-quotas.ts";
import type { EventFeed } from "../core/services/event-feed.ts";
import { createMoneyFacts } from "../core/services/money-facts.ts";
import { createMutes } from "../core/services/mutes.ts";
import { isUrgentFor, type QuietRule, quietUntilFor } from "../core/services/quiet.ts";
import { createRaiseAlerts } from "../core/services/raise-alerts.ts";
import { noteRefusal } from "../core/services/refusals.ts";
import { createReminders } from "../core/services/reminders.ts";
import { createTellChannels } from "../core/services/tell-channels.ts";
import type { Core } from "./core.ts";
import type { Money } from "./money.ts";

/** How alerts are to be told; see the configuration. */
export interface AlertSettings {
  rules: readonly AlertRule[];
  anomaly: Config["anomaly"];
  postsPerHour: number;
  quietHours: readonly QuietRule[];
}

export function alertSettings(config: Config): AlertSettings {
  return { ...config, rules: config.alerts };
}

/** What is told by itself: what has become due, how it gets to the channels, and what people do about it. */
export function createAlerts(
  options: Core &
    Pick<Money, "billingOf"> & {
      settings: AlertSettings;
      channelOf: (id: string) => Channel | undefined;
      feed?: Pick<EventFeed, "look"> | undefined;
    },
) {
  const { clock, log, store, accounts, nameAccount, settings } = options;
  const { outbox } = store;
  const money = createMoneyFacts({ ...options, ledger: store.ledger, budgets: options.budgets.list });
  const isUrgent = isUrgentFor(settings.quietHours, clock);
  const newId = () => randomBytes(6).toString("base64url").replaceAll(/[-_]/g, "x");
  const subscriptions = new Set(
    accounts.filter((account) => options.billingOf(account) === "subscription").map(({ id }) => id),
  );
  const tell = createTellChannels({
    ...options,
    outbox,
    mostPosts: settings.postsPerHour,
    quietUntil: quietUntilFor(settings.quietHours),
    // Whoever asked to be reminded wants to know.
    isUrgent: (incident) => isReminder(incident) || isUrgent(incident),
    compose: (incidents) => incidentMessage(incidents, nameAccount, clock.now()),
    details: (incidents) => incidentDetails(incidents, nameAccount, clock.now()),
    onRefusal(channel, reason) {
      noteRefusal({ settings: store.settings, clock }, channel, reason).catch((error: unknown) =>
        log.warn({ channel, error }, "That a channel refuses could not be remembered."),
      );
    },
    later(milliseconds, work) {
      const timer = setTimeout(work, milliseconds);
      return () => clearTimeout(timer);
    },
  });
  const wake = (channel: string): void => {
    tell.wake(channel);
    options.feed?.look();
  };
  const mutes = createMutes({ settings: store.settings, clock });
  const factsOf = createFactsOf(options);
  const raise = createRaiseAlerts({
    ...options,
    ...money,
    outbox,
    factsOf,
    newId,
    rules: settings.rules,
    anomaly: {
      factor: settings.anomaly.factor,
      minimumMicros: Math.round(settings.anomaly.minimumUsd * 1_000_000),
      minimumDays: settings.anomaly.minimumDays,
    },
    isSubscription: (account) => subscriptions.has(account),
    samplesOf: (account, before) => samplesBefore(options, account, before),
    isMuted: mutes.isMuted,
    wake,
  });
  const reminders = createReminders({ ...options, outbox, factsOf, newId, wake });
  const alertActions = createAlertActions({ outbox, clock, wake });
  /** Percent used at which somebody is told of a window. */
  const thresholdsOf: ThresholdsOf = (account, window) =>
    wishesFor(
      settings.rules.filter(({ hook }) => !hook),
      options.sharers(account),
    ).flatMap((wish) => wish.thresholds(window));
  return { raise, tell, money, mutes, reminders, alertActions, thresholdsOf };
}

/** What is known of an account now, with where its quotas are heading. */
function createFactsOf(
  options: Pick<Core, "readQuotas" | "readingsOf" | "trails" | "clock">,
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
        const rise = rose(
          [...before, { at, value, limit, resetsAt }],
          runaway.points / 3,
          runaway.minutes * 60_000,
        );
        return rise === undefined ? [] : [{ reading: quota, usedPercent: used, ...rise }];
      }),
    };
  };
}

/** So far back a sample tells that an account is not seen for the first time. */
const remembered = 35 * 86_400_000;

/** What is at hand, and of readings of which nothing is, what was stored longer ago. */
async function samplesBefore(
  {
    readQuotas,
    readingsOf,
    trails,
    store,
    clock,
  }: Pick<Core, "readQuotas" | "readingsOf" | "trails" | "store" | "clock">,
  account: string,
  before: Instant,
): Promise<readonly QuotaSample[]> {
  const fetchedAt = readQuotas.snapshot(account)?.fetchedAt;
  const lacking = new Set<string>();
  const recent = readingsOf(account, clock.now()).flatMap((reading) => {
    const at = Math.min(before, trueAt(reading, fetchedAt) ?? before);
    const samples = trails.recent(account, reading).filter((sample) => sample.at < at);
    if (samples.length === 0 && samplesOf(account, [reading], at).length > 0) lacking.add(reading.id);
    return samples;
  });
  if (lacking.size === 0) return recent;
  const stored = await store.history.samples({ account, from: before - remembered, to: before });
  return [...stored.filter(({ reading }) => lacking.has(reading)), ...recent];
}
