import { z } from "zod";
import type { Days } from "../core/domain/day.ts";
import { billings, type UsageRecord } from "../core/domain/usage.ts";
import { AppError } from "../core/errors.ts";
import type { Ledger } from "../core/ports.ts";
import { parseHistoryJson } from "../core/services/history-json.ts";
import { instant, known } from "../core/services/json-fields.ts";
import type { QuotaHistories } from "../core/services/quota-history.ts";
import { parseCostJson, parseUsageJson } from "../core/services/usage-json.ts";
import type { UsageReports } from "../core/services/usage-report.ts";
import { createAsk, type Door } from "./ask-bot.ts";

/** What the command line asks about the past. */
export interface Past {
  usageReports: UsageReports;
  records: Ledger["records"];
  history: QuotaHistories;
}

/**
 * Asks the bot at the address about usage and history. Everything throws store_unavailable when it does not answer, and
 * request_invalid with its words when it does not take a question.
 */
export function createRemotePast({ days, ...door }: Door & { days: Days }): Past {
  const ask = createAsk(door);
  return {
    usageReports: {
      usage: ({ period, by, only }) =>
        ask("/api/v1/usage", { period: period.name, by, ...only }, parseUsageJson),
      cost: (period) => ask("/api/v1/cost", { period: period.name }, parseCostJson),
    },
    async records({ from, to, only, cursor, most }) {
      const period = from === to ? from : `${from}..${to}`;
      const { records, cursor: next } = await ask(
        "/api/v1/records",
        { period, cursor, limit: String(most), ...only },
        (value) => pageFields.safeParse(value).data,
      );
      return { records: records.map((told) => ({ ...told, hour: days.at(told.at).hour })), cursor: next };
    },
    history: ({ account, reading, range }) =>
      ask("/api/v1/history", { account, reading, range: `${range / 3_600_000}h` }, parseHistoryJson),
  };
}

/** Of a data folder that a bot works on which cannot be asked: everything throws store_unavailable. */
export function closedPast(why: string): Past {
  const refuse = () => Promise.reject(new AppError("store_unavailable", why));
  return { usageReports: { usage: refuse, cost: refuse }, records: refuse, history: refuse };
}

const word = known(z.string());

const recordFields = z
  .object({
    id: z.string(),
    at: instant,
    day: z.string(),
    account: z.string(),
    provider: word,
    model: word,
    user: word,
    agent: word,
    operation: word,
    task: word,
    combo: word,
    requests: z.number(),
    tokens: z.object({
      input: z.number(),
      output: z.number(),
      cacheRead: z.number(),
      cacheWrite: z.number(),
      reasoning: z.number(),
    }),
    estimated: z.boolean().transform((estimated) => estimated || undefined),
    audioSeconds: z.number(),
    billing: z.enum(billings),
    costBasis: z.enum(["reported", "priced", "included", "free", "unpriced"]),
    costUsd: known(z.number()),
    durationMs: known(z.number()),
    outcome: z.string(),
    source: z.enum(["api", "otlp", "logs", "allocation"]),
  })
  .transform(
    ({ audioSeconds, costUsd, ...told }): Omit<UsageRecord, "hour"> => ({
      ...told,
      audioMs: Math.round(audioSeconds * 1000),
      costMicros: costUsd === undefined ? undefined : Math.round(costUsd * 1e6),
    }),
  );

const pageFields = z.object({ records: z.array(recordFields), cursor: word });
