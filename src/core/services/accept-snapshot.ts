import type { Account } from "../domain/account.ts";
import { afterReport } from "../domain/pushed.ts";
import type { Instant, Reading } from "../domain/quota.ts";
import { AppError } from "../errors.ts";
import type { Clock } from "../ports.ts";
import { createKnownAccounts } from "./known-accounts.ts";
import type { ReadQuotas } from "./read-quotas.ts";

/** What a person's machine sends of an account: windows it has read, or its program's status line document. */
export interface PushedSnapshot {
  account: string;
  user?: string | undefined;
  /** When the numbers were true; absent: now. */
  at?: Instant | undefined;
  plan?: string | undefined;
  content: { readings: readonly Reading[] } | { statusLine: unknown };
}

/** Whether a pushed snapshot is now the account's, or why it is not. */
export type Acceptance =
  | { accepted: true; account: string; at: Instant }
  | { accepted: false; account: string; reason: string };

export interface AcceptSnapshots {
  /**
   * Makes a pushed snapshot the account's; it is durable once this resolves.
   * @throws not_found for an unknown account, request_invalid for numbers of the future or a status line where there
   * is none, store_unavailable
   */
  accept(pushed: PushedSnapshot): Promise<Acceptance>;
}

/** Clocks of people's machines may be ahead by so many milliseconds. */
const clockSkew = 5 * 60_000;

/**
 * @param options.statusLine the readings in a status line document of a provider; undefined when it has no status line
 * @param options.nameUser what may be kept of a person's name
 */
export function createAcceptSnapshots(options: {
  accounts: readonly Account[];
  readQuotas: Pick<ReadQuotas, "snapshot" | "accept">;
  statusLine: (provider: string, document: unknown) => readonly Reading[] | undefined;
  nameUser: (user: string) => string | undefined;
  clock: Clock;
}): AcceptSnapshots {
  const { readQuotas, clock } = options;
  const find = createKnownAccounts(options.accounts);

  function readingsFor(account: Account, content: PushedSnapshot["content"]): readonly Reading[] {
    if ("readings" in content) return content.readings;
    const readings = options.statusLine(account.provider, content.statusLine);
    if (readings !== undefined) return readings;
    throw new AppError(
      "request_invalid",
      `"${account.id}" is of a provider whose program has no status line. Send \`readings\` instead.`,
    );
  }

  return {
    async accept({ account: id, user, at: told, plan, content }) {
      const account = find(id);
      const readings = readingsFor(account, content);
      const now = clock.now();
      if (told !== undefined && told > now + clockSkew) {
        throw new AppError(
          "request_invalid",
          "at: is in the future. Check the clock of the machine that sent this.",
        );
      }
      const at = Math.min(told ?? now, now);
      const previous = readQuotas.snapshot(id);
      if (previous?.fetchedAt !== undefined && at < previous.fetchedAt) {
        return { accepted: false, account: id, reason: "Newer numbers are known already." };
      }
      if (readings.length === 0) {
        const reason =
          "The status line tells no limits: they come with the first answer, to Pro and Max plans only.";
        return { accepted: false, account: id, reason };
      }
      const by = user === undefined ? undefined : options.nameUser(user);
      const report = { account: id, provider: account.provider, user: by, at, plan, readings };
      await readQuotas.accept(afterReport(report, previous, { interval: account.interval, now }));
      return { accepted: true, account: id, at };
    },
  };
}
