import type { Account } from "./account.ts";
import { createMemo } from "./memo.ts";

/** What a record tells about whose it is. */
export interface UsageFacts {
  /** Id of an account, as the reporter calls it. */
  account?: string | undefined;
  provider?: string | undefined;
  service?: string | undefined;
  user?: string | undefined;
  model?: string | undefined;
  /** Name of the key it came with. */
  key: string;
}

/** The account that a record counts to, or none, and all those that it may be of. */
export interface UsageMatch {
  account?: Account | undefined;
  possible: readonly Account[];
}

interface Candidate {
  account: Account;
  /** How many selectors it has, and how many of them the record fits. */
  selectors: number;
  fitting: number;
  /** Whether what the record tells is against it. */
  ruledOut: boolean;
}

const kinds = [
  ["users", "user"],
  ["services", "service"],
  ["keys", "key"],
  ["models", "model"],
] as const;

/**
 * Finds the account of a record, and never guesses:
 *
 * 1. The account that it names.
 * 2. The account all of whose selectors it fits; of several the one with the most, and none when there are two of them.
 *    The provider that the record tells must be the account's. Where it tells none, its service's providers count,
 *    except for accounts that are chosen by service or model: a program may be pointed at another provider.
 * 3. When it names no account: the only one of its provider, or of its service's, that nothing it tells rules out.
 *
 * @param options.services ids of the providers that a program reports on; none when it is not known
 * @param options.fits whether a name fits a pattern
 */
export function createUsageMatch(options: {
  accounts: readonly Account[];
  services: (service: string) => readonly string[];
  fits: (pattern: string, name: string) => boolean;
}): (facts: UsageFacts) => UsageMatch {
  const byId = new Map(options.accounts.map((account) => [account.id, { account, possible: [account] }]));
  const memo = createMemo<UsageMatch>(10_000);

  function weigh(account: Account, facts: UsageFacts): Candidate {
    const candidate = { account, selectors: 0, fitting: 0, ruledOut: false };
    for (const [selector, fact] of kinds) {
      const patterns = account.usage?.[selector];
      const told = facts[fact]?.toLowerCase();
      if (patterns === undefined) continue;
      candidate.selectors += 1;
      if (told === undefined) continue;
      if (patterns.some((pattern) => options.fits(pattern.toLowerCase(), told))) candidate.fitting += 1;
      else candidate.ruledOut = true;
    }
    return candidate;
  }

  function search(facts: UsageFacts): UsageMatch {
    const { provider, service } = facts;
    const ofService = service === undefined ? [] : options.services(service);
    const providers = provider === undefined ? ofService : [provider];
    const isNear = ({ account }: Candidate) => providers.includes(account.provider);
    const candidates = options.accounts.map((account) => weigh(account, facts));
    const chosen = candidates.filter((candidate) => {
      const { selectors, fitting, account } = candidate;
      if (selectors === 0 || fitting < selectors) return false;
      if (providers.length === 0 || isNear(candidate)) return true;
      const { services, models } = account.usage ?? {};
      return provider === undefined && (services !== undefined || models !== undefined);
    });
    if (chosen.length > 0) {
      const most = Math.max(...chosen.map(({ fitting }) => fitting));
      return only(chosen.filter(({ fitting }) => fitting === most));
    }
    const left = candidates.filter((candidate) => isNear(candidate) && !candidate.ruledOut);
    return facts.account === undefined ? only(left) : { possible: left.map(({ account }) => account) };
  }

  return (facts) => {
    const named = facts.account === undefined ? undefined : byId.get(facts.account);
    if (named !== undefined) return named;
    const { account, provider, service, user, model, key } = facts;
    return memo.get(JSON.stringify([account, provider, service, user, model, key]), () => search(facts));
  };
}

function only(candidates: readonly Candidate[]): UsageMatch {
  const possible = candidates.map(({ account }) => account);
  return possible.length === 1 ? { account: possible[0], possible } : { possible };
}
