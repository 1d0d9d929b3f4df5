import { createHash, createHmac, randomUUID } from "node:crypto";
import { setImmediate as pause } from "node:timers/promises";
import type { Config } from "../config.ts";
import type { UsageRecord } from "../core/domain/usage.ts";
import { createRecordUsage } from "../core/services/record-usage.ts";
import { createOtlpIngest } from "../ingest/otlp/ingest.ts";
import { parseUsageRecords } from "../ingest/usage-records.ts";
import { createUserNames } from "../ingest/users.ts";
import type { Core, Machine } from "./core.ts";
import type { Money } from "./money.ts";
import { userSalt } from "./people.ts";

/** All ways in which usage comes into the ledger. */
export async function createUsage(
  config: Config,
  options: Core &
    Money &
    Pick<Machine, "providers"> & { onRecorded: (records: readonly UsageRecord[]) => void },
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
    ...{ nameUser, ledger: store.ledger, uniqueId: randomUUID, billingOf: options.billing },
    pause: () => pause(),
    services: (service) => byService.get(service) ?? [],
    // Keyed, because the text holds people's names.
    hash: (text) => createHmac("sha256", salt).update(text).digest("base64url").slice(0, 22),
  });
  const otlp = createOtlpIngest({
    ...{ settings: store.settings, counters: store.ledger.counters, clock },
    hash: (text) => createHash("sha256").update(text).digest("base64url").slice(0, 22),
  });
  return { nameUser, recordUsage, otlp, parseUsageRecords };
}
