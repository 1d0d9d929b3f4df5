import { randomBytes } from "node:crypto";
import type { Account } from "../core/domain/account.ts";
import type { Days } from "../core/domain/day.ts";
import type { DigestPlan } from "../core/domain/digest-plan.ts";
import { digest } from "../core/messages/digest.ts";
import type { NameAccount } from "../core/messages/event-words.ts";
import type { UsageNames } from "../core/messages/usage-names.ts";
import type { Channel, Clock, Log, Store } from "../core/ports.ts";
import { createDigestFacts } from "../core/services/digest-facts.ts";
import { createDigestMemory } from "../core/services/digest-memory.ts";
import { createDigestPlans } from "../core/services/digest-plans.ts";
import type { QuotaReports } from "../core/services/quota-report.ts";
import { noteRefusal, refusalsOf } from "../core/services/refusals.ts";
import { createSendDigests, type SendDigests } from "../core/services/send-digest.ts";
import type { UsageReports } from "../core/services/usage-report.ts";

/** What digests are made of, for the command and for those that come by the clock. */
export function createDigestParts(options: {
  accounts: readonly Account[];
  reports: QuotaReports;
  usageReports: UsageReports;
  days: Days;
  clock: Clock;
  store: Pick<Store, "settings" | "outbox" | "check">;
  /** As configured. */
  plans: readonly DigestPlan[];
  /** Ids of the channels that alerts and digests go to. */
  channels: readonly string[];
}) {
  const { store, plans, channels, clock } = options;
  const { settings, outbox } = store;
  return {
    digestFacts: createDigestFacts({
      ...options,
      outbox,
      refusing: async () => (await refusalsOf(settings, channels)).map(({ channel }) => channel),
      checkStore: store.check,
    }),
    digestPlans: createDigestPlans({ configured: plans, settings, clock }),
    digestMemory: createDigestMemory(settings),
  };
}

/** Posts digests by the clock. */
export function createDigestSender(
  options: ReturnType<typeof createDigestParts> & {
    channelOf: (id: string) => Channel | undefined;
    names: UsageNames;
    nameAccount: NameAccount;
    store: Pick<Store, "settings">;
    clock: Clock;
    timezone: string;
    log: Log;
  },
): SendDigests {
  const { store, clock, log } = options;
  const { settings } = store;
  return createSendDigests({
    ...options,
    settings,
    plans: options.digestPlans.list,
    facts: options.digestFacts,
    memory: options.digestMemory,
    compose: (facts) => digest(facts, options),
    onRefusal(channel, reason) {
      noteRefusal({ settings, clock }, channel, reason).catch((error: unknown) =>
        log.warn({ channel, error }, "That a channel refuses could not be remembered."),
      );
    },
    newId: () => randomBytes(6).toString("base64url"),
    later(milliseconds, work) {
      const timer = setTimeout(work, milliseconds);
      return () => clearTimeout(timer);
    },
  });
}
