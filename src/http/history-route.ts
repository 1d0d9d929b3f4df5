import type { Account } from "../core/domain/account.ts";
import { AppError } from "../core/errors.ts";
import { historyJson } from "../core/services/history-json.ts";
import { parseRange, type QuotaHistories, rangeExamples } from "../core/services/quota-history.ts";
import { json } from "./answers.ts";
import { parametersOf } from "./queries.ts";
import type { Route } from "./route.ts";

export interface HistoryRouteOptions {
  accounts: readonly Account[];
  histories: QuotaHistories;
}

/**
 * What the quotas of an account stood at over a range, the last 24 hours unless told; of one reading with `reading`.
 * @throws request_invalid for a parameter or a range that is none, not_found for an account that nobody knows
 */
export function historyRoute({ accounts, histories }: HistoryRouteOptions): Route {
  const known = new Set(accounts.map(({ id }) => id));
  return async ({ req }) => {
    const given = parametersOf(req, { account: "once", reading: "once", range: "once" });
    const account = given.account?.[0];
    if (account === undefined) throw new AppError("request_invalid", "account: say which.");
    if (!known.has(account)) throw new AppError("not_found", `No account is called "${account}".`);
    const range = parseRange(given.range?.[0] ?? "24h");
    if (range === undefined) {
      throw new AppError("request_invalid", `range: write one such as ${rangeExamples}.`);
    }
    return json(historyJson(await histories({ account, reading: given.reading?.[0], range })));
  };
}
