import type { Account } from "../domain/account.ts";
import type { AlertEvent } from "../domain/event.ts";
import type { QuotaSample } from "../domain/history.ts";
import { createMemo } from "../domain/memo.ts";
import type { Instant } from "../domain/quota.ts";
import { isTooOld } from "../domain/snapshot.ts";
import { findAccountState } from "../domain/state-findings.ts";
import type { Clock, Log } from "../ports.ts";
import { type AccountFacts, lookAtOwn, lookAtTold, newestOf } from "./account-look.ts";
import { type AlertRule, asWished, type ChannelWishes, wishesFor } from "./alert-rules.ts";
import { type Looks, placeOf } from "./settle-looks.ts";

export interface AccountLooksOptions {
  accounts: readonly Account[];
  rules: readonly AlertRule[];
  factsOf(account: string): AccountFacts;
  /** Samples of an account before an instant, oldest first: those of the last hours, or the last there were. */
  samplesOf(account: string, before: Instant): Promise<readonly QuotaSample[]>;
  /** Whether an account is paid by a subscription. */
  isSubscription(account: string): boolean;
  /** Who takes most of an account of late, or of all money. */
  topOf(account: string | undefined): Promise<AlertEvent["top"]>;
  /** All accounts that draw on the same pool, itself included. */
  sharers(account: string): readonly string[];
  /** Whether an account is muted: nothing new of it is told, and nothing ends; absent: none ever is. */
  isMuted?: ((account: string) => boolean | Promise<boolean>) | undefined;
  clock: Clock;
  log: Log;
}

/** Looks at accounts, for every channel that wants to know of them. */
export interface AccountLooks {
  /** All that draw on the pool of an account; the first stands for them. */
  poolOf(account: string): readonly string[];
  /**
   * At what the provider told of a pool, for the account that stands for it; and for some others of it, so that nothing
   * is told twice should they part.
   */
  lookAtPool(members: readonly string[], others: readonly string[]): Promise<void>;
  /** At what is an account's own, whatever pool it draws on: whether it can be read, and the team's windows. */
  lookAtOne(account: string): Promise<void>;
  /** Everywhere that is looked. */
  places(): readonly string[];
}

const ownScope = (account: string) => `${account}#own`;
const stateScope = (account: string) => `${account}#state`;

/** Between two looks there is more than so many milliseconds only when the machine was asleep. */
const longestGap = 10 * 60_000;

export function createAccountLooks(options: AccountLooksOptions, looks: Looks): AccountLooks {
  const { clock, log } = options;
  const byId = new Map(options.accounts.map((account) => [account.id, account]));
  /** Rules stay as they are, so what follows from them for a pool does. */
  const wishes = createMemo<ChannelWishes[]>(10_000);
  const awake = { since: clock.now(), last: clock.now() };

  async function anyMuted(accounts: readonly string[]): Promise<boolean> {
    const muted = await Promise.all(accounts.map((id) => options.isMuted?.(id) ?? false));
    return muted.includes(true);
  }

  function poolOf(account: string): readonly string[] {
    const members = [...options.sharers(account)].sort();
    return members.length > 0 ? members : [account];
  }

  function wishesOf(accounts: readonly string[]): readonly ChannelWishes[] {
    return wishes.get(accounts.join("|"), () => wishesFor(options.rules, accounts));
  }

  async function lookAtPool(members: readonly string[], others: readonly string[]): Promise<void> {
    if (await anyMuted(members)) return;
    const facts = newestOf(members.map((id) => options.factsOf(id)));
    const { account: newest = "", fetchedAt: at } = facts.snapshot ?? {};
    if (at === undefined) return;
    const now = clock.now();
    const samples = await samplesOf(new Set([newest, ...members]), at);
    const seen = {
      ...{ at, now, facts, firstSight: samples.length === 0 && members.every(isFirstSeen) },
      samples: byReading(samples),
      tooOld: isTooOld(at, byId.get(newest)?.interval ?? 0, now),
      subscription: options.isSubscription(newest),
      top: facts.rises.length > 0 ? await topOf(newest) : undefined,
    };
    for (const account of new Set([...members.slice(0, 1), ...others])) {
      const aside = account !== members[0];
      await looks.settle(account, wishesOf(members), (wish, known) => ({
        ...lookAtTold({ ...seen, account }, wish, known),
        aside,
      }));
    }
  }

  /** Whether its numbers are the first that were ever stored; what history tells is stored later than those. */
  function isFirstSeen(account: string): boolean {
    const { knownSince, fetchedAt } = options.factsOf(account).snapshot ?? {};
    return knownSince === undefined || knownSince === fetchedAt;
  }

  /** Of the first account that has any. */
  async function samplesOf(accounts: Iterable<string>, before: Instant): Promise<readonly QuotaSample[]> {
    for (const account of accounts) {
      const samples = await options.samplesOf(account, before);
      if (samples.length > 0) return samples;
    }
    return [];
  }

  /** Nobody's alert waits for the name of who caused it. */
  async function topOf(account: string): Promise<AlertEvent["top"]> {
    return await options.topOf(account).catch((error: unknown) => {
      log.warn({ account, error }, "Who takes most of an account cannot be told.");
      return undefined;
    });
  }

  async function lookAtOne(account: string): Promise<void> {
    const config = byId.get(account);
    if (config === undefined || (await anyMuted([account]))) return;
    const facts = options.factsOf(account);
    const { snapshot } = facts;
    const now = clock.now();
    if (now - awake.last > longestGap) awake.since = now;
    awake.last = now;
    if (snapshot !== undefined) {
      const seen = { account, snapshot, now, interval: config.interval, awakeSince: awake.since };
      await looks.settle(stateScope(account), wishesOf([account]), (wish, known) =>
        asWished(findAccountState({ ...seen, known }), wish, known),
      );
    }
    if (facts.own.length > 0) {
      const own = new Set(facts.own.map(({ id }) => id));
      const seen = {
        ...{ account, now, facts },
        samples: byReading(await options.samplesOf(account, now)),
        top: facts.rises.some(({ reading }) => own.has(reading.id)) ? await topOf(account) : undefined,
      };
      await looks.settle(ownScope(account), wishesOf([account]), (wish, known) =>
        lookAtOwn(seen, wish, known),
      );
    }
  }

  return {
    poolOf,
    lookAtPool,
    lookAtOne,
    places: () =>
      options.accounts.flatMap(({ id }) =>
        wishesOf(poolOf(id)).flatMap(({ channel }) =>
          [id, ownScope(id), stateScope(id)].map((scope) => placeOf({ channel, scope })),
        ),
      ),
  };
}

function byReading(samples: readonly QuotaSample[]): Map<string, QuotaSample[]> {
  const groups = new Map<string, QuotaSample[]>();
  for (const sample of samples) {
    const group = groups.get(sample.reading);
    if (group === undefined) groups.set(sample.reading, [sample]);
    else group.push(sample);
  }
  return groups;
}
