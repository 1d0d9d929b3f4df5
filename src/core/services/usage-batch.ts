import { otherValues } from "../domain/book.ts";
import { addRecord, noSums, type Sums, tokensOf } from "../domain/sums.ts";
import type { UsageRecord } from "../domain/usage.ts";

/** What was recorded of a model on an account, added up. */
export interface UsageSum {
  account: string;
  provider?: string | undefined;
  /** Absent when the records do not tell; "(other)" is the sum of those beyond what a batch tells apart. */
  model?: string | undefined;
  sums: Sums;
}

/** Adds up what comes in until it is taken. */
export interface UsageBatch {
  add(records: readonly UsageRecord[]): void;
  /** What has come in since the last time, by account and model. */
  take(): readonly UsageSum[];
}

/** @param most models and accounts that are told apart in one batch */
export function createUsageBatch(most: number): UsageBatch {
  let batch = new Map<string, UsageSum>();

  function sumOf({ account, provider, model }: UsageRecord): UsageSum {
    const key = `${account} ${model ?? ""}`;
    const known = batch.get(key);
    if (known !== undefined) return known;
    const other = batch.size >= most;
    const at = other ? `${account} ${otherValues}` : key;
    const sum = batch.get(at) ?? {
      ...(other ? { account, model: otherValues } : { account, provider, model }),
      sums: noSums(),
    };
    batch.set(at, sum);
    return sum;
  }

  return {
    add(records) {
      for (const record of records) addRecord(sumOf(record).sums, record);
    },
    take() {
      const taken = [...batch.values()];
      batch = new Map();
      return taken;
    },
  };
}

/** The sums as JSON: only what can be added up further, in the manner of `usageJson`. */
export function usageSumJson({ account, provider, model, sums }: UsageSum) {
  const { requests, succeeded, input, output, cacheRead, cacheWrite, reasoning, estimated } = sums;
  return {
    account,
    provider: provider ?? null,
    model: model ?? null,
    requests,
    succeeded,
    tokens: { input, output, cacheRead, cacheWrite, reasoning, total: tokensOf(sums), estimated },
    audioSeconds: sums.audioMs / 1000,
    cost: {
      billedUsd: sums.billedMicros / 1e6,
      includedUsd: sums.includedMicros / 1e6,
      freeUsd: sums.freeMicros / 1e6,
      unpriced: sums.unpriced,
    },
  };
}
