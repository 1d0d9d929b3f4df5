import { z } from "zod";
import type { Account } from "../core/domain/account.ts";
import { historyJson } from "../core/services/history-json.ts";
import { createKnownAccounts } from "../core/services/known-accounts.ts";
import { parseRange, type QuotaHistories, rangeExamples } from "../core/services/quota-history.ts";
import { json } from "./answers.ts";
import { queryOf } from "./queries.ts";
import type { Query, Route } from "./route.ts";
import type { HistoryAnswer } from "./schemas/quota-answer.ts";

export interface HistoryRouteOptions {
  accounts: readonly Account[];
  histories: QuotaHistories;
}

export const historyQuery = {
  account: { description: "Id of the account.", schema: z.string(), required: true, example: "glm-main" },
  reading: { description: "Id of a reading, such as `session`: only of it.", schema: z.string() },
  range: {
    description: `How far back, 366 days at the most: ${rangeExamples}; left out: 24h.`,
    schema: z.string().transform((written, context) => {
      const range = parseRange(written);
      if (range !== undefined) return range;
      context.issues.push({ code: "custom", input: written, message: `write one such as ${rangeExamples}` });
      return z.NEVER;
    }),
    example: "7d",
  },
} satisfies Query;

const usualRange = 24 * 3_600_000;

/**
 * What the quotas of an account stood at over a range, the last 24 hours unless told; of one reading with `reading`.
 * @throws request_invalid for a parameter or a range that is none, not_found for an account that nobody knows
 */
export function historyRoute({ accounts, histories }: HistoryRouteOptions): Route {
  const known = createKnownAccounts(accounts);
  return async ({ req }) => {
    const { account, reading, range = usualRange } = queryOf(req, historyQuery);
    const { id } = known(account);
    return json<HistoryAnswer>(historyJson(await histories({ account: id, reading, range })));
  };
}
