import type { Instant, Spend, Unit } from "../core/domain/quota.ts";
import { costSums, type Day, toDays, tokenReadings } from "./kit/daily-report.ts";
import { amount, record, text } from "./kit/lenient.ts";
import { currencyUnit } from "./kit/money.ts";

const costFields = record({
  /** In dollars, as number or text; checked 2026-11-22. */
  amount: record({ value: amount, currency: text }),
});

/** What was spent this month in each currency, from the days of /costs; undefined before there are any. */
export function monthCosts(
  name: string,
  entries: readonly unknown[],
  project: string | undefined,
): ReadonlyMap<Unit, number> | undefined {
  return costSums(name, ofProject(toDays(name, entries), project), (result) => {
    const cost = costFields.parse(result)?.amount;
    return cost?.value === undefined ? undefined : { amount: cost.value, unit: currencyUnit(cost.currency) };
  });
}

const tokenFields = record({ input_tokens: amount, output_tokens: amount });

/** Tokens of today and this month, from the days of /usage/completions. Their input has what was cached in it. */
export function usageReadings(
  name: string,
  entries: readonly unknown[],
  now: Instant,
  project: string | undefined,
): Spend[] {
  const days = ofProject(toDays(name, entries), project);
  return tokenReadings(days, now, tokensOf, "input with cached, output");
}

function tokensOf(result: unknown): number | undefined {
  const told = tokenFields.parse(result);
  if (told?.input_tokens === undefined || told.output_tokens === undefined) return undefined;
  return told.input_tokens + told.output_tokens;
}

const projectFields = record({ project_id: text });

/** Without results of other projects, which are there when the filter in the request was not understood. */
function ofProject(days: readonly Day[], project: string | undefined): readonly Day[] {
  if (project === undefined) return days;
  return days.map((day) => ({
    ...day,
    results: day.results.filter((result) => {
      const told = projectFields.parse(result)?.project_id;
      return told === undefined || told === project;
    }),
  }));
}
