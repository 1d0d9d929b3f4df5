import type { Text } from "../domain/message.ts";
import type { AccountState } from "../domain/quota.ts";
import type { AccountReport } from "../services/quota-report.ts";

/** The state in two or three words, the same ones everywhere; undefined when all is well. */
export function stateWords(report: AccountReport): Text | undefined {
  const words = wordsOf[report.state];
  if (words === undefined) return undefined;
  if (report.state === "rate_limited" && report.nextReadAt !== undefined) {
    return ["throttled, next try ", { instant: report.nextReadAt, style: "countdown" }];
  }
  return words;
}

const wordsOf: Record<AccountState, string | undefined> = {
  ok: undefined,
  pending: "not read yet",
  auth_expired: "sign in again",
  forbidden: "forbidden",
  needs_action: "verify the account",
  rate_limited: "throttled",
  unsupported: "not supported",
  retired: "retired",
  error: "cannot be read",
};
