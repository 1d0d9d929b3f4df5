import { z } from "zod";
import type { Account } from "../../core/domain/account.ts";
import { type Instant, type Quota, remainingPercent } from "../../core/domain/quota.ts";
import { iso } from "../../core/services/json-fields.ts";
import { createKnownAccounts } from "../../core/services/known-accounts.ts";
import type { AccountReport, QuotaReports } from "../../core/services/quota-report.ts";
import { json } from "../answers.ts";
import type { KeptReport } from "../kept-report.ts";
import type { Route } from "../route.ts";

/**
 * What tools for llm-mux read: an account is an "auth", a pool or window a "model". The names are those of llm-mux's
 * docs/QUOTA_ANALYSIS.md and docs/QUOTA_VISUAL_COMPARISON.md, and so is what stands for unknown in JSON made by Go: text is left out,
 * a time is the year 1 (checked 2026-11-22). A model whose share nobody knows is left out: there is no number for that.
 */
export const llmMuxAnswer = z.strictObject({
  quotas: z.array(
    z.strictObject({
      auth_id: z.string(),
      provider: z.string(),
      email: z.string().optional(),
      subscription_tier: z.string().optional(),
      models: z.array(
        z.strictObject({
          model_id: z.string(),
          remaining_fraction: z.number().min(0).max(1),
          remaining_percent: z.int().min(0).max(100),
          reset_time: z.iso.datetime(),
          last_updated: z.iso.datetime(),
        }),
      ),
      is_forbidden: z.boolean(),
      last_checked: z.iso.datetime(),
    }),
  ),
});
type Auth = z.input<typeof llmMuxAnswer>["quotas"][number];
type Model = Auth["models"][number];

const never = "0001-01-01T00:00:00Z";

export interface LlmMuxOptions {
  accounts: readonly Account[];
  reports: Pick<QuotaReports, "read">;
  kept: Pick<KeptReport, "reports">;
  /** Resolves when a caller has waited long enough for a provider to be read. */
  patience: () => Promise<unknown>;
}

/** Routes that answer as llm-mux would: all accounts, those of a provider, one of them, and one read again. */
export function llmMuxRoutes({ accounts, reports, kept, patience }: LlmMuxOptions) {
  function statusOf(some: readonly Account[]): Response {
    const ids = new Set(some.map(({ id }) => id));
    const told = kept.reports().filter(({ account }) => ids.has(account));
    return json<z.input<typeof llmMuxAnswer>>({ quotas: told.map(authOf) });
  }

  const named = createKnownAccounts(accounts);

  const status: Route = async ({ req }) => {
    const provider = req.param("provider");
    const id = req.param("auth_id");
    const some = provider === undefined ? accounts : accounts.filter((one) => one.provider === provider);
    return statusOf(id === undefined ? some : [createKnownAccounts(some)(id)]);
  };

  /** Reads as far as the provider's floor allows; answers with what is known then. */
  const refresh: Route = async ({ req }) => {
    const account = named(req.param("auth_id") ?? "");
    await Promise.race([reports.read([account], "allowed"), patience()]);
    return statusOf([account]);
  };

  return { status, refresh };
}

function authOf(report: AccountReport): Auth {
  const { account, provider, name, plan, readings, fetchedAt } = report;
  const updated = timeOf(fetchedAt);
  const tightest = new Map<string, Model>();
  for (const reading of readings) {
    if (reading.kind !== "quota") continue;
    for (const model of modelsOf(reading, updated)) {
      const known = tightest.get(model.model_id);
      if (known === undefined || model.remaining_fraction < known.remaining_fraction) {
        tightest.set(model.model_id, model);
      }
    }
  }
  return {
    auth_id: account,
    provider,
    ...(name.includes("@") && { email: name }),
    ...(plan !== undefined && { subscription_tier: plan }),
    models: [...tightest.values()],
    is_forbidden: report.state === "forbidden",
    last_checked: updated,
  };
}

/** A model each where the provider tells the models of a pool, else the pool, else the window. */
function modelsOf(quota: Quota, updated: string): Model[] {
  const percent = remainingPercent(quota);
  if (percent === undefined) return [];
  const share = Math.min(100, Math.max(0, percent));
  const numbers = {
    remaining_fraction: Math.round(share * 1e4) / 1e6,
    remaining_percent: Math.floor(share),
    reset_time: timeOf(quota.resetsAt),
    last_updated: updated,
  };
  const ids = quota.models?.length ? quota.models : [quota.scope ?? quota.id];
  return ids.map((id) => ({ model_id: id, ...numbers }));
}

function timeOf(instant: Instant | undefined): string {
  return instant === undefined ? never : iso(instant);
}
