import type { Account } from "../core/domain/account.ts";
import type { Instant } from "../core/domain/quota.ts";
import type { Clock } from "../core/ports.ts";
import { isoOrNull } from "../core/services/json-fields.ts";
import { createKnownAccounts } from "../core/services/known-accounts.ts";
import { quotaJson } from "../core/services/quota-json.ts";
import type { AccountReport, QuotaReports } from "../core/services/quota-report.ts";
import { json } from "./answers.ts";
import { queryOf } from "./queries.ts";
import type { Route } from "./route.ts";
import type { RefreshAnswer } from "./schemas/refresh-answer.ts";

export interface RefreshRouteOptions {
  accounts: readonly Account[];
  reports: QuotaReports;
  /** Resolves when a caller has waited long enough for a provider to be read. */
  patience: () => Promise<unknown>;
  clock: Clock;
}

/**
 * Reads an account now as far as its provider's floor allows, waits for that for a time, and answers how it stands, whether
 * it was read, and when it may be read next.
 * @throws not_found with the nearest id for an account that nobody knows, request_invalid for any parameter
 */
export function refreshRoute(options: RefreshRouteOptions): Route {
  const { reports, clock } = options;
  const known = createKnownAccounts(options.accounts);
  return async ({ req }) => {
    queryOf(req, {});
    const account = known(req.param("account") ?? "");
    const reads = await Promise.race([reports.read([account], "allowed"), options.patience().then(() => -1)]);
    const report = reports.report([account]);
    const [now] = report.accounts;
    const read = reads > 0;
    return json<RefreshAnswer>({
      ...quotaJson(report),
      read,
      reason: read || now === undefined ? null : reasonOf(account, now, reads < 0, clock.now()),
      nextAllowedAt: isoOrNull(account.push ? undefined : now?.nextReadAt),
    });
  };
}

function reasonOf(
  account: Account,
  { nextReadAt, pushedBy }: AccountReport,
  isImpatient: boolean,
  now: Instant,
): RefreshAnswer["reason"] {
  if (account.push) return "push";
  if (isImpatient) return "reading";
  if (nextReadAt !== undefined && now < nextReadAt) return "floor";
  return pushedBy === undefined ? "stopping" : "push";
}
