import type { Instant, Reading } from "../core/domain/quota.ts";
import { monthEndingAt, startOfNextMonth, windowLabel } from "../core/domain/window.ts";
import { amount, record, text, unwrap } from "./kit/lenient.ts";

/** Plans of schools: their seats have a monthly cap on credits that the usage answer does not tell. */
const schools: ReadonlySet<string | undefined> = new Set(["Education", "K12"]);

/** Whether a seat's use of this month has to be asked for by itself. */
export function hidesItsMonth(plan: string | undefined, readings: readonly Reading[]): boolean {
  return schools.has(plan) && !readings.some((reading) => reading.kind === "quota");
}

/** Where a seat's use of this month is told; undocumented, checked 2026-11-22. */
export function monthUrl(workspace: string): string {
  const account = encodeURIComponent(workspace);
  return `https://chatgpt.com/backend-api/accounts/${account}/spend-controls/current-user/monthly-usage`;
}

const month = record({
  current_month_usage: amount,
  effective_monthly_limit: record({ limit: amount, limit_mode: text, enforcement_mode: text }),
});

/**
 * The credits that a seat has used this month: a quota where a cap in credits is enforced, else a spend. Nothing when
 * the answer does not say how many. Only a limit whose mode is "amount_credits" is a number of credits.
 */
export function monthReadings(answer: unknown, now: Instant): Reading[] {
  const told = month.parse(unwrap(answer, ["current_month_usage"]));
  const used = told?.current_month_usage;
  if (used === undefined || used < 0) return [];
  const cap = told?.effective_monthly_limit;
  const limit = cap?.limit_mode === "amount_credits" && (cap.limit ?? 0) > 0 ? cap.limit : undefined;
  const resetsAt = startOfNextMonth(now);
  const windowSeconds = monthEndingAt(resetsAt);
  const common = { id: "spend-limit", windowSeconds, unit: "credits", used, limit, resetsAt } as const;
  if (limit !== undefined && cap?.enforcement_mode === "HARD_CAP") {
    return [{ kind: "quota", label: windowLabel(windowSeconds), ...common }];
  }
  return [{ kind: "spend", label: "This month", ...common }];
}
