import { z } from "zod";
import type { Day } from "../core/domain/day.ts";
import type { Ledger } from "../core/ports.ts";
import { recordJson } from "../core/services/usage-json.ts";
import { json } from "./answers.ts";
import { filters, filtersOf, periodOf, periodParameter, queryOf } from "./queries.ts";
import type { Query, Route } from "./route.ts";
import type { RecordsAnswer } from "./schemas/usage-answers.ts";

export interface RecordsRouteOptions {
  records: Ledger["records"];
  /** The team's day now. */
  today: () => Day;
}

const most = 1_000;
const limitHint = `write a number from 1 to ${most}`;

export const recordsQuery = {
  period: { ...periodParameter, description: `${periodParameter.description} Left out: today.` },
  limit: {
    description: "How many a page has at most; 100 unless told.",
    schema: z.preprocess(
      (written) => (/^\d{1,4}$/.test(String(written)) ? Number(written) : undefined),
      z.int(limitHint).min(1, limitHint).max(most, limitHint),
    ),
    example: "1000",
  },
  cursor: { description: "Where the page before says that the next one begins.", schema: z.string() },
  ...filters,
} satisfies Query;

/**
 * The records of a period as they were added, a page of them: the cursor is where the page before says that the next one
 * begins. Dimensions limit them as they limit usage.
 * @throws request_invalid for a parameter or a period that does not exist, a limit beyond 1 to 1000, a strange cursor
 */
export function recordsRoute({ records, today }: RecordsRouteOptions): Route {
  return async ({ req }) => {
    const { period = "today", cursor, limit = 100, ...only } = queryOf(req, recordsQuery);
    const { from, to } = periodOf(period, today());
    const page = await records({ from, to, only: filtersOf(only), cursor, most: limit });
    return json<RecordsAnswer>({ records: page.records.map(recordJson), cursor: page.cursor ?? null });
  };
}
