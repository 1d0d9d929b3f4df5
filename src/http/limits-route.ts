import type { ReportedLimit } from "../core/services/blocks.ts";
import { isoOrNull } from "../core/services/json-fields.ts";
import { json } from "./answers.ts";
import { jsonOf } from "./json-body.ts";
import type { BodyRoute } from "./route.ts";
import type { LimitAnswer } from "./schemas/routing-answers.ts";

/**
 * Takes in a reported refusal.
 * @throws request_invalid for what is none, not_found for an account that is not configured, store_unavailable
 */
export type ReportLimit = (body: unknown) => Promise<ReportedLimit>;

/** Takes in a refusal that somebody met, and answers once what it blocks is durable. */
export function limitsRoute(report: ReportLimit): BodyRoute {
  return async (_, body) => {
    const { kind, blockedUntil, scope, reason } = await report(jsonOf(body));
    return json<LimitAnswer>({
      kind,
      blockedUntil: isoOrNull(blockedUntil),
      scope:
        scope === undefined
          ? null
          : { account: scope.account, pool: scope.pool ?? null, model: scope.model ?? null },
      reason,
    });
  };
}
