import type { Account } from "../domain/account.ts";
import type { AlertEvent } from "../domain/event.ts";
import type { QuotaSample } from "../domain/history.ts";
import { isOpen } from "../domain/incident.ts";
import { type AnomalyRule, type BudgetState, findBudgets, findSpike } from "../domain/money-findings.ts";
import type { Instant } from "../domain/quota.ts";
import { isTooOld } from "../domain/snapshot.ts";
import { findAccountState } from "../domain/state-findings.ts";
import type { Clock, Log, Outbox } from "../ports.ts";
import { type AccountFacts, lookAtOwn, lookAtTold, newestOf } from "./account-look.ts";
import { type AlertRule, asWished, moneyWishes, wishesFor } from "./alert-rules.ts";
import { createLooks, placeOf } from "./settle-looks.ts";
import { createTurns } from "./turns.ts";

/** Money as it stands now. */
export interface MoneyFacts {
  budgets: readonly BudgetState[];
  spike: Parameters<typeof findSpike>[0];
}

export interface RaiseAlertsOptions {
  accounts: readonly Account[];
  rules: readonly AlertRule[];
  outbox: Pick<Outbox, "put" | "change" | "find">;
  factsOf(account: string): AccountFacts;
  /** Samples of an account before an instant, oldest first: those of the last hours, or the last there were. */
  samplesOf(account: string, before: Instant): Promise<readonly QuotaSample[]>;
  /** Whether an account is paid by a subscription. */
  isSubscription(account: string): boolean;
  /** Who takes most of an account of late, or of all money. */
  topOf(account: string | undefined): Promise<AlertEvent["top"]>;
  money(): Promise<MoneyFacts>;
  anomaly: AnomalyRule;
  /** All accounts that draw on the same pool, itself included. */
  sharers(account: string): readonly string[];
  /** Whether an account is muted: nothing new of it is told, and nothing ends; absent: none ever is. */
  isMuted?: ((account: string) => boolean | Promise<boolean>) | undefined;
  /** Called when a channel has something to be told. */
  wake(channel: string): void;
  newId: () => string;
  clock: Clock;
  log: Log;
}

export interface RaiseAlerts {
  /** Puts into the outbox what has become due of an account, and ends what is over. Never throws. */
  look(account: string): Promise<void>;
  /** The same for budgets and spend. */
  lookAtMoney(): Promise<void>;
  /** Tells those who are told of money something that has happened, once for each subject. Never throws. */
  announce(subject: string, event: AlertEvent): Promise<void>;
  /** Looks at everything; heals whatever a look before has missed. Never throws. */
  sweep(): Promise<void>;
  /** Resolves when all looks under way have ended. */
  settled(): Promise<void>;
}

/** Scope of what concerns money alone. */
export const moneyScope = "money";
/** Scope of what is news and over with that. */
const newsScope = "news";
/** What of an account is its own, whatever pool it draws on: the team's windows, and whether it can be read. */
const ownScope = (account: string) => `${account}#own`;
const stateScope = (account: string) => `${account}#state`;

/** Between two looks there is more than so many milliseconds only when the machine was asleep. */
const longestGap = 10 * 60_000;

/**
 * Decides what channels are to be told: every look compares what is so now with what the outbox knows, so that looking
 * twice tells nothing twice, and a look that was missed is made up for by the next. Replicas may look at the same time:
 * the outbox lets one of them win.
 */
export function createRaiseAlerts(options: RaiseAlertsOptions): RaiseAlerts {
  const { clock, log } = options;
  const byId = new Map(options.accounts.map((account) => [account.id, account]));
  const turns = createTurns((scope, error) => log.error({ scope, error }, "Alerts could not be decided."));
  const looks = createLooks(options);
  const awake = { since: clock.now(), last: clock.now() };

  async function anyMuted(accounts: readonly string[]): Promise<boolean> {
    const muted = await Promise.all(accounts.map((id) => options.isMuted?.(id) ?? false));
    return muted.includes(true);
  }

  /** All that draw on the pool of an account; the first stands for them. */
  function poolOf(account: string): readonly string[] {
    const members = [...options.sharers(account)].sort();
    return members.length > 0 ? members : [account];
  }

  /** For the account that stands for the pool, and so that nothing is told twice should they part, for some others. */
  async function lookAtPool(members: readonly string[], others: readonly string[]): Promise<void> {
    if (await anyMuted(members)) return;
    const facts = newestOf(members.map((id) => options.factsOf(id)));
    const { account: newest = "", fetchedAt: at } = facts.snapshot ?? {};
    if (at === undefined) return;
    const now = clock.now();
    const samples = await samplesOf(new Set([newest, ...members]), at);
    const seen = {
      ...{ at, now, facts, samples, firstSight: samples.length === 0 },
      tooOld: isTooOld(at, byId.get(newest)?.interval ?? 0, now),
      subscription: options.isSubscription(newest),
      top: facts.rises.length > 0 ? await topOf(newest) : undefined,
    };
    const wishes = wishesFor(options.rules, members);
    for (const account of new Set([...members.slice(0, 1), ...others])) {
      const noted = account !== members[0];
      await looks.settle(account, wishes, (wish, known) => ({
        ...lookAtTold({ ...seen, account }, wish, known),
        noted,
      }));
    }
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
    const wishes = wishesFor(options.rules, [account]);
    const now = clock.now();
    if (now - awake.last > longestGap) awake.since = now;
    awake.last = now;
    if (snapshot !== undefined) {
      const seen = { account, snapshot, now, interval: config.interval, awakeSince: awake.since };
      await looks.settle(stateScope(account), wishes, (wish, known) =>
        asWished(findAccountState({ ...seen, known }), wish, known),
      );
    }
    if (facts.own.length > 0) {
      await looks.settle(ownScope(account), wishes, (wish, known) =>
        lookAtOwn({ account, now, facts }, wish, known),
      );
    }
  }

  async function lookAtMoney(): Promise<void> {
    const wishes = moneyWishes(options.rules);
    if (wishes.length === 0) return;
    const { budgets, spike } = await options.money();
    const now = clock.now();
    const spikes = findSpike(spike, options.anomaly);
    await looks.settle(moneyScope, wishes, (wish, known) => {
      const { findings, endings } = findBudgets(budgets, { now, open: known.filter(isOpen), top: spike.top });
      const look = {
        findings: [...findings, ...spikes],
        endings,
        held: new Set<string>(),
        doubts: new Map(),
      };
      return asWished(look, wish, known);
    });
  }

  /** The channels and scopes that are looked at. */
  function placesOf(): Set<string> {
    const places = moneyWishes(options.rules).map(({ channel }) => placeOf({ channel, scope: moneyScope }));
    for (const { id } of options.accounts) {
      for (const { channel } of wishesFor(options.rules, poolOf(id))) {
        const scopes = [id, ownScope(id), stateScope(id)];
        places.push(...scopes.map((scope) => placeOf({ channel, scope })));
      }
    }
    return new Set(places);
  }

  const raise: RaiseAlerts = {
    async look(account) {
      const members = poolOf(account);
      await Promise.all([
        turns.run(account, () => lookAtPool(members, [account])),
        turns.run(ownScope(account), () => lookAtOne(account)),
      ]);
    },
    lookAtMoney: () => turns.run(moneyScope, lookAtMoney),
    announce: (subject, event) =>
      turns.run(newsScope, () =>
        looks.settle(newsScope, moneyWishes(options.rules), (wish, known) => {
          const findings = [{ subject, level: 1, event, once: true }];
          const look = { findings, endings: new Map(), held: new Set<string>(), doubts: new Map() };
          return asWished(look, wish, known);
        }),
      ),
    async sweep() {
      for (const { id } of options.accounts) {
        const members = poolOf(id);
        if (members[0] === id) await turns.run(id, () => lookAtPool(members, members));
        await turns.run(ownScope(id), () => lookAtOne(id));
      }
      await raise.lookAtMoney();
      await turns.run("others", () => looks.endOthers(placesOf()));
    },
    settled: turns.settled,
  };
  return raise;
}
