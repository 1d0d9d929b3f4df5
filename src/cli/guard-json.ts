import type { Instant } from "../core/domain/quota.ts";
import { iso, isoOrNull } from "../core/services/json-fields.ts";
import type { GuardRule, GuardVerdict } from "./guard-verdict.ts";

/** What a guard has found, for programs; what is not known is null. */
export function guardJson(
  verdicts: readonly GuardVerdict[],
  { ok, at, rule }: { ok: boolean; at: Instant; rule: GuardRule },
) {
  return {
    at: iso(at),
    ok,
    minLeftPercent: rule.minLeft,
    model: rule.model ?? null,
    accounts: verdicts.map((verdict) => ({
      account: verdict.account,
      ok: verdict.ok,
      reason: verdict.reason,
      leftPercent: verdict.left === undefined ? null : Math.round(verdict.left * 100) / 100,
      window: verdict.window ?? null,
      resetsAt: isoOrNull(verdict.resetsAt),
      knownAt: isoOrNull(verdict.knownAt),
      message: verdict.message,
    })),
  };
}
