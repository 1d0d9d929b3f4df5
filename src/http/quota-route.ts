import type { Account } from "../core/domain/account.ts";
import { AppError } from "../core/errors.ts";
import { nearest } from "../core/matching.ts";
import { quotaJson } from "../core/services/quota-json.ts";
import type { QuotaReports } from "../core/services/quota-report.ts";
import { json } from "./answers.ts";
import type { Route } from "./route.ts";

export interface QuotaRouteOptions {
  accounts: readonly Account[];
  reports: QuotaReports;
  /** Resolves when a caller has waited long enough for providers to be read. */
  patience: () => Promise<unknown>;
}

/**
 * How the accounts stand: `account` and `provider` choose some, both may be repeated; `fresh=1` reads first what the
 * providers' floors allow.
 * @throws not_found for an account or a provider that no account has, request_invalid for another `fresh`
 */
export function quotaRoute(options: QuotaRouteOptions): Route {
  return async ({ req }) => {
    const accounts = select(options.accounts, req.queries("account"), req.queries("provider"));
    if (isFresh(req.query("fresh")))
      await Promise.race([options.reports.read(accounts, "allowed"), options.patience()]);
    return json(quotaJson(options.reports.report(accounts)));
  };
}

function select(
  accounts: readonly Account[],
  ids: readonly string[] = [],
  providers: readonly string[] = [],
): Account[] {
  const known = { account: accounts.map(({ id }) => id), provider: accounts.map(({ provider }) => provider) };
  for (const id of ids) assertKnown("account", id, known.account);
  for (const id of providers) assertKnown("provider", id, known.provider);
  return accounts.filter(
    ({ id, provider }) =>
      (ids.length === 0 || ids.includes(id)) && (providers.length === 0 || providers.includes(provider)),
  );
}

function assertKnown(what: "account" | "provider", id: string, known: readonly string[]): void {
  if (known.includes(id)) return;
  const meant = nearest(id, known);
  const hint = meant === undefined ? "" : ` Did you mean "${meant}"?`;
  const is = what === "account" ? "No account is called" : "No account has the provider";
  throw new AppError("not_found", `${is} "${id}".${hint}`);
}

function isFresh(written: string | undefined): boolean {
  if (written === undefined || ["0", "false"].includes(written)) return false;
  if (["", "1", "true"].includes(written)) return true;
  throw new AppError("request_invalid", "fresh: write 1 to read again, or leave it out.");
}
