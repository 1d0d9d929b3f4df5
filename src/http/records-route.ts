import type { Day } from "../core/domain/day.ts";
import { AppError } from "../core/errors.ts";
import type { Ledger } from "../core/ports.ts";
import { recordJson } from "../core/services/usage-json.ts";
import { json } from "./answers.ts";
import { filters, filtersOf, parametersOf, periodOf } from "./queries.ts";
import type { Route } from "./route.ts";

export interface RecordsRouteOptions {
  records: Ledger["records"];
  /** The team's day now. */
  today: () => Day;
}

const most = 1_000;

/**
 * The records of a period as they were added, a page of them: the cursor is where the page before says that the next one
 * begins. Dimensions limit them as they limit usage.
 * @throws request_invalid for a parameter or a period that does not exist, a limit beyond 1 to 1000, a strange cursor
 */
export function recordsRoute({ records, today }: RecordsRouteOptions): Route {
  return async ({ req }) => {
    const given = parametersOf(req, { period: "once", cursor: "once", limit: "once", ...filters });
    const { from, to } = periodOf(given.period?.[0] ?? "today", today());
    const page = await records({
      from,
      to,
      only: filtersOf(given),
      cursor: given.cursor?.[0],
      most: limitOf(given.limit?.[0]),
    });
    return json({ records: page.records.map(recordJson), cursor: page.cursor ?? null });
  };
}

function limitOf(given: string | undefined): number {
  if (given === undefined) return 100;
  const limit = /^\d{1,4}$/.test(given) ? Number(given) : 0;
  if (limit >= 1 && limit <= most) return limit;
  throw new AppError("request_invalid", `limit: write a number from 1 to ${most}.`);
}
