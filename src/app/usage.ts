import { createHash, createHmac, randomUUID } from "node:crypto";
import type { Config } from "../config.ts";
import { createBillingOf } from "../core/domain/billing.ts";
import { createConfiguredPricing, firstPricing } from "../core/domain/price.ts";
import type { UsageRecord } from "../core/domain/usage.ts";
import { fitsPattern } from "../core/matching.ts";
import type { Settings, Store } from "../core/ports.ts";
import { createRecordUsage } from "../core/services/record-usage.ts";
import { createOtlpIngest } from "../ingest/otlp/ingest.ts";
import { parseUsageRecords } from "../ingest/usage-records.ts";
import { createUserNames } from "../ingest/users.ts";
import { createListPricing } from "../prices/list-pricing.ts";
import type { createCore, Machine } from "./core.ts";

/** All ways in which usage comes into the ledger. */
export async function createUsage(
  config: Config,
  options: Pick<ReturnType<typeof createCore>, "days"> &
    Pick<Machine, "providers" | "clock" | "log"> & {
      store: Pick<Store, "ledger" | "settings">;
      onRecorded: (records: readonly UsageRecord[]) => void;
    },
) {
  const { store, providers, clock } = options;
  const salt = await userSalt(store.settings);
  const nameUser = createUserNames({ mode: config.privacy.users, salt });
  const byService = new Map<string, string[]>();
  for (const { id, services = [] } of providers) {
    for (const service of services) byService.set(service, [...(byService.get(service) ?? []), id]);
  }
  const recordUsage = createRecordUsage({
    ...options,
    ...{ nameUser, ledger: store.ledger, accounts: config.accounts, uniqueId: randomUUID },
    services: (service) => byService.get(service) ?? [],
    billingOf: createBillingOf({ configured: config.billing, providers }),
    pricing: firstPricing(
      createConfiguredPricing(config.prices, fitsPattern),
      createListPricing({ providers }),
    ),
    // Keyed, because the text holds people's names.
    hash: (text) => createHmac("sha256", salt).update(text).digest("base64url").slice(0, 22),
  });
  const otlp = createOtlpIngest({
    settings: store.settings,
    counters: store.ledger.counters,
    clock,
    hash: (text) => createHash("sha256").update(text).digest("base64url").slice(0, 22),
  });
  return { nameUser, recordUsage, otlp, parseUsageRecords };
}

/** Keeps pseudonyms from being guessed by hashing the names of everybody in the team; the same for good. */
async function userSalt(settings: Settings): Promise<string> {
  const kept = await settings.get("user salt");
  if (typeof kept === "string") return kept;
  const salt = randomUUID();
  await settings.set("user salt", salt);
  return salt;
}
