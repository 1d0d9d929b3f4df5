import type { DigestFacts } from "./digest-facts.ts";
import { iso, isoOrNull } from "./json-fields.ts";
import { quotaJson } from "./quota-json.ts";
import { costJson } from "./usage-json.ts";

/**
 * A digest as JSON for scripts, made of the shapes of `quotaJson` and `costJson`; `cost` is null while nobody reports
 * what is used.
 */
export function digestJson({ at, period, cost, low, stuck, resets, health }: DigestFacts) {
  const accounts = (reports: DigestFacts["low"]) => quotaJson({ at, accounts: reports }).accounts;
  return {
    at: iso(at),
    period,
    cost: cost === undefined ? null : costJson(cost),
    low: accounts(low),
    needsHand: accounts(stuck),
    resets: resets.map(({ name, reading, at: resetsAt }) => ({
      account: name,
      id: reading.id,
      label: reading.label,
      resetsAt: iso(resetsAt),
    })),
    oldestReadAt: isoOrNull(health.oldestRead),
    refusing: health.refusing,
  };
}
