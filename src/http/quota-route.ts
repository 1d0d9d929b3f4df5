import { z } from "zod";
import type { Account } from "../core/domain/account.ts";
import { AppError } from "../core/errors.ts";
import { nearest } from "../core/matching.ts";
import type { QuotaReports } from "../core/services/quota-report.ts";
import { answerAtOnce } from "./answers.ts";
import { createKeptReport, type KeptReportOptions, reportBytes } from "./kept-report.ts";
import { queryOf } from "./queries.ts";
import type { Query, Route } from "./route.ts";

export interface QuotaRouteOptions extends KeptReportOptions {
  reports: QuotaReports;
  /** Resolves when a caller has waited long enough for providers to be read. */
  patience: () => Promise<unknown>;
}

export const quotaQuery = {
  account: {
    description: "Id of an account: only it; repeated: only these.",
    schema: z.string(),
    repeats: true,
  },
  provider: {
    description: "Id of a provider: only its accounts; repeated: only theirs.",
    schema: z.string(),
    repeats: true,
  },
  fresh: {
    description: "`1` reads first what the providers' floors allow, and waits 15 seconds at the most.",
    schema: z.enum(["1", "0", "true", "false", ""], "write 1 to read again, or leave it out"),
  },
} satisfies Query;

/**
 * How the accounts stand: `account` and `provider` choose some, both may be repeated; `fresh=1` reads first what the
 * providers' floors allow.
 * @throws not_found for an account or a provider that no account has, request_invalid for any other parameter
 */
export function quotaRoute(options: QuotaRouteOptions): Route {
  const { accounts, reports } = options;
  const all = createKeptReport(options);
  const known = {
    account: new Set(accounts.map(({ id }) => id)),
    provider: new Set(accounts.map(({ provider }) => provider)),
  };

  function select(ids: readonly string[] = [], providers: readonly string[] = []): readonly Account[] {
    for (const id of ids) assertKnown("account", id, known.account);
    for (const id of providers) assertKnown("provider", id, known.provider);
    return accounts.filter(
      ({ id, provider }) =>
        (ids.length === 0 || ids.includes(id)) && (providers.length === 0 || providers.includes(provider)),
    );
  }

  return async (context) => {
    const { account, provider, fresh } = queryOf(context.req, quotaQuery);
    const some = account || provider ? select(account, provider) : undefined;
    if (fresh !== undefined && fresh !== "0" && fresh !== "false") {
      await Promise.race([reports.read(some ?? accounts, "allowed"), options.patience()]);
    }
    const bytes = some === undefined ? all() : reportBytes(reports.report(some));
    return answerAtOnce(context, bytes, "application/json");
  };
}

function assertKnown(what: "account" | "provider", id: string, known: ReadonlySet<string>): void {
  if (known.has(id)) return;
  const meant = nearest(id, [...known]);
  const hint = meant === undefined ? "" : ` Did you mean "${meant}"?`;
  const is = what === "account" ? "No account is called" : "No account has the provider";
  throw new AppError("not_found", `${is} "${id.slice(0, 120)}".${hint}`);
}
