import type { Text } from "../domain/message.ts";
import type { AccountState } from "../domain/quota.ts";
import type { AccountReport } from "../services/quota-report.ts";

/** The state in two or three words, the same ones everywhere, with the next try of one that is throttled. */
export function stateWords(report: AccountReport): Text | undefined {
  if (report.state === "rate_limited" && report.nextReadAt !== undefined) {
    return ["throttled, next try ", { instant: report.nextReadAt, style: "countdown" }];
  }
  return stateName(report);
}

/** The state in two or three words; undefined when all is well. */
export function stateName({ state, message }: Pick<AccountReport, "state" | "message">): string | undefined {
  return state === "pending" && message !== undefined ? "waiting for the first report" : wordsOf[state];
}

const wordsOf: Record<AccountState, string | undefined> = {
  ok: undefined,
  pending: "not read yet",
  auth_expired: "sign in again",
  forbidden: "forbidden",
  needs_action: "needs attention",
  rate_limited: "throttled",
  unsupported: "not supported",
  retired: "retired",
  error: "cannot be read",
};
