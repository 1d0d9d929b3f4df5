import { z } from "zod";
import type { Account } from "../core/domain/account.ts";
import { AppError } from "../core/errors.ts";
import { didYouMean, nearest } from "../core/matching.ts";
import { createKnownAccounts } from "../core/services/known-accounts.ts";
import type { QuotaReports } from "../core/services/quota-report.ts";
import { answerAtOnce } from "./answers.ts";
import type { KeptReport } from "./kept-report.ts";
import { queryOf } from "./queries.ts";
import type { Query, Route } from "./route.ts";

export interface QuotaRouteOptions {
  accounts: readonly Account[];
  reports: Pick<QuotaReports, "read">;
  kept: Pick<KeptReport, "bytes">;
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
  const { accounts, reports, kept } = options;
  const known = createKnownAccounts(accounts);
  const knownProviders = [...new Set(accounts.map(({ provider }) => provider))];

  function select(ids: readonly string[] = [], providers: readonly string[] = []): readonly Account[] {
    for (const id of ids) known(id);
    for (const id of providers) assertProvider(id, knownProviders);
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
    const bytes = kept.bytes(some && new Set(some.map(({ id }) => id)));
    return answerAtOnce(context, bytes, "application/json");
  };
}

function assertProvider(id: string, known: readonly string[]): void {
  if (known.includes(id)) return;
  const written = id.slice(0, 120);
  const hint = didYouMean(nearest(written, known));
  throw new AppError("not_found", `No account has the provider "${written}".${hint}`);
}
