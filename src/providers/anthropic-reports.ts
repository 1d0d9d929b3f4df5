import { z } from "zod";
import type { Instant, Spend } from "../core/domain/quota.ts";
import { costSums, toDays, tokenReadings } from "./kit/daily-report.ts";
import { amount, list, record, text } from "./kit/lenient.ts";
import { addUp, currencyUnit, type Money, spendOf } from "./kit/money.ts";
import { utcDay, utcMonth } from "./kit/utc-calendar.ts";

/** Cents, as a decimal text with fractions; checked 2026-11-22. */
const moneyFields = record({ amount, currency: text });

/** What the organisation's API use cost this month, from the days of /cost_report. Priority tier is not in it. */
export function costReadings(name: string, entries: readonly unknown[], now: Instant): Spend[] {
  const sums = costSums(name, toDays(name, entries), toMoney);
  return spendOf(sums, { id: "month", label: "Cost this month", ...utcMonth(now) });
}

function toMoney(result: unknown): Money | undefined {
  const told = moneyFields.parse(result);
  if (told?.amount === undefined) return undefined;
  return { amount: told.amount / 100, unit: currencyUnit(told.currency) };
}

const tokenFields = record({
  uncached_input_tokens: amount,
  output_tokens: amount,
  cache_read_input_tokens: amount,
  cache_creation: record({ ephemeral_1h_input_tokens: amount, ephemeral_5m_input_tokens: amount }),
});

/** Tokens of today and this month, from the days of /usage_report/messages. */
export function usageReadings(name: string, entries: readonly unknown[], now: Instant): Spend[] {
  return tokenReadings(toDays(name, entries), now, tokensOf, "input, output, cache reads and writes");
}

/** Input and output are always told; the parts of the cache only where there are any. */
function tokensOf(result: unknown): number | undefined {
  const told = tokenFields.parse(result);
  if (told?.uncached_input_tokens === undefined || told.output_tokens === undefined) return undefined;
  return (
    told.uncached_input_tokens +
    told.output_tokens +
    (told.cache_read_input_tokens ?? 0) +
    (told.cache_creation?.ephemeral_1h_input_tokens ?? 0) +
    (told.cache_creation?.ephemeral_5m_input_tokens ?? 0)
  );
}

const rowFields = record({
  organization_id: text,
  model_breakdown: list(record({ estimated_cost: z.unknown() })),
});

/**
 * What Claude Code is estimated to have cost today, over all people and keys, from the rows of
 * /usage_report/claude_code; they are an hour late. Before the first row nothing is known.
 */
export function claudeCodeReport(
  rows: readonly unknown[],
  now: Instant,
): { organization?: string | undefined; readings: Spend[] } {
  const told = rows.map((row) => rowFields.parse(row));
  const organization = told.find((row) => row?.organization_id !== undefined)?.organization_id;
  if (rows.length === 0) return { organization, readings: [] };
  const costs = told.flatMap(
    (row) => row?.model_breakdown?.map(({ estimated_cost }) => toMoney(estimated_cost)) ?? [undefined],
  );
  const label = "Claude Code today (estimate)";
  return {
    organization,
    readings: spendOf(addUp(costs), { id: "claude-code-today", label, ...utcDay(now) }),
  };
}
