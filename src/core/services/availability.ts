import { judge, type RouteMode, type Verdict } from "../domain/availability.ts";
import type { Instant } from "../domain/quota.ts";
import type { Clock } from "../ports.ts";
import type { LimitBlocks } from "./blocks.ts";
import { unknownAccount } from "./known-accounts.ts";
import type { Standings } from "./standings.ts";

export interface Availability {
  /**
   * Whether an account, or a model of it, may be used now, by what is at hand: a few look-ups, however many accounts,
   * models and records there are.
   * @throws not_found for an account that is not configured
   */
  of(account: string, model?: string | undefined): Verdict;
  /** Takes note that something is known of an account that was not before; without one, of all of them. */
  touch(account?: string): void;
}

/** Verdicts on so many models of one account are remembered: their names come from outside. */
const mostRemembered = 1_000;

/**
 * A verdict is remembered until something is learned of its account, or until it changes by itself.
 *
 * @param options.mode what a budget has restricted usage to, as it stands now
 */
export function createAvailability(options: {
  accounts: readonly { id: string }[];
  standings: Pick<Standings, "of">;
  blocks: Pick<LimitBlocks, "of">;
  mode: () => RouteMode | undefined;
  clock: Clock;
}): Availability {
  const { standings, blocks, clock } = options;
  /** By account, and by model; `""` is the account itself. */
  const known = new Map<string, Map<string, Verdict>>();

  function judged(account: string, model: string | undefined, now: Instant): Verdict {
    const standing = standings.of(account);
    if (standing === undefined) throw unknownAccount(account, options.accounts);
    const { billing, state, fetchedAt, broke } = standing;
    return judge(
      {
        ...{ billing, state, fetchedAt, broke, interval: standing.account.interval },
        windows: standing.windowsFor(model),
        block: blocks.of(account, model, now),
        mode: options.mode(),
      },
      now,
    );
  }

  return {
    of(account, model) {
      const now = clock.now();
      const before = known.get(account)?.get(model ?? "");
      if (before !== undefined && now < before.changesAt) return before;
      const verdict = judged(account, model, now);
      const own = known.get(account) ?? new Map<string, Verdict>();
      if (own.size >= mostRemembered) own.clear();
      known.set(account, own.set(model ?? "", verdict));
      return verdict;
    },
    touch(account) {
      if (account === undefined) known.clear();
      else known.delete(account);
    },
  };
}
