import { Counter, type Registry } from "prom-client";
import type { UsageRecord } from "../core/domain/usage.ts";
import { dollars, isModel, modelLabel, mostModels, otherModels, tokenClasses } from "./names.ts";

/** Counts what is recorded. */
export interface UsageMeter {
  /** Takes note of records that are new in the ledger. */
  recorded(records: readonly UsageRecord[]): void;
  /** Gives models that are used most a label of their own, from now on. */
  favour(models: readonly string[]): void;
}

/** So many models have a label at the most: those that came first, and those that turned out to be used most. */
const mostLabels = 2 * mostModels;
/** So many pairs of account and model have series. */
const mostPairs = 2_000;

/**
 * What this process recorded since it started, as counters do; a restart begins at 0, which Prometheus knows how to read.
 * A label once given stays: a counter never falls.
 */
export function createUsageMeter(registry: Registry): UsageMeter {
  const counter = (name: string, help: string, labelNames: string[]) =>
    new Counter({ name, help, labelNames, registers: [registry] });
  const tokens = counter("quotabot_usage_tokens_total", "Tokens recorded.", ["account", "model", "class"]);
  const requests = counter("quotabot_usage_requests_total", "Requests recorded.", [
    "account",
    "model",
    "outcome",
  ]);
  const cost = counter("quotabot_usage_cost_dollars_total", "Billed money recorded.", ["account", "billing"]);
  const listValue = counter(
    "quotabot_usage_list_value_dollars_total",
    "What recorded calls would have cost that subscriptions or free plans covered.",
    ["account", "billing"],
  );
  const unpriced = counter("quotabot_usage_unpriced_total", "Records whose cost nobody knows.", ["account"]);
  const labels = new Set<string>();
  const pairs = new Set<string>();

  function labelOf(account: string, model: string | undefined): string {
    const label = modelLabel(model);
    if (!isModel(label)) return label;
    if (labels.size < mostModels) labels.add(label);
    if (!labels.has(label)) return otherModels;
    const pair = JSON.stringify([account, label]);
    if (pairs.size < mostPairs) pairs.add(pair);
    return pairs.has(pair) ? label : otherModels;
  }

  return {
    recorded(records) {
      for (const record of records) {
        const { account, billing, costBasis, costMicros } = record;
        const model = labelOf(account, record.model);
        for (const [key, name] of tokenClasses) {
          const number = record.tokens[key];
          if (number > 0) tokens.inc({ account, model, class: name }, number);
        }
        const outcome = record.outcome === "ok" ? "ok" : "error";
        if (record.requests > 0) requests.inc({ account, model, outcome }, record.requests);
        const isBilled = costBasis === "reported" || costBasis === "priced";
        if (costMicros === undefined) unpriced.inc({ account });
        else (isBilled ? cost : listValue).inc({ account, billing }, dollars(costMicros));
      }
    },
    favour(models) {
      for (const model of models) if (labels.size < mostLabels) labels.add(model);
    },
  };
}
