import { applyConfiguredWindows } from "../domain/configured-window.ts";
import type { Instant, Reading } from "../domain/quota.ts";
import type { ReadQuotas } from "./read-quotas.ts";
import type { WindowUse } from "./window-use.ts";

/**
 * All that is known of an account at an instant: what its provider or somebody's machine told, with the team's own
 * windows as the provider or the ledger fills them. Also of an account that was never read.
 */
export type ReadingsOf = (account: string, now: Instant) => readonly Reading[];

/**
 * @param options.windowUse absent: nothing is counted
 * @param options.timezone the team's
 */
export function createReadingsOf(options: {
  readQuotas: Pick<ReadQuotas, "accounts" | "snapshot">;
  windowUse?: Pick<WindowUse, "countedOf"> | undefined;
  timezone: string;
}): ReadingsOf {
  const { readQuotas, windowUse, timezone } = options;
  const windows = new Map(readQuotas.accounts.map((account) => [account.id, account.windows ?? []]));
  return (account, now) =>
    applyConfiguredWindows(
      readQuotas.snapshot(account)?.readings ?? [],
      windows.get(account) ?? [],
      now,
      timezone,
      (window) => windowUse?.countedOf(account, window),
    );
}
