import type { Account } from "../domain/account.ts";
import { findAccountState } from "../domain/account-findings.ts";
import type { AlertEvent } from "../domain/event.ts";
import type { QuotaSample } from "../domain/history.ts";
import { type Changes, type Incident, isOpen, type Look, reconcile } from "../domain/incident.ts";
import { type AnomalyRule, type BudgetState, findBudgets, findSpike } from "../domain/money-findings.ts";
import type { Instant } from "../domain/quota.ts";
import { isTooOld } from "../domain/snapshot.ts";
import type { Clock, Log, Outbox } from "../ports.ts";
import { type AccountFacts, lookAtAccount, newestOf } from "./account-look.ts";
import { type AlertRule, type ChannelWishes, moneyWishes, wishesFor } from "./alert-rules.ts";

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
  /** Samples of an account before an instant, oldest first. */
  samplesOf(account: string, before: Instant): Promise<readonly QuotaSample[]>;
  /** Whether an account is paid by a subscription. */
  isSubscription(account: string): boolean;
  /** Who takes most of an account of late, or of all money. */
  topOf(account: string | undefined): Promise<AlertEvent["top"]>;
  money(): Promise<MoneyFacts>;
  anomaly: AnomalyRule;
  /** All accounts that draw on the same pool, itself included. */
  sharers(account: string): readonly string[];
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
  /** Looks at everything; heals whatever a look before has missed. */
  sweep(): Promise<void>;
  /** Resolves when all looks under way have ended. */
  settled(): Promise<void>;
}

/** Scope of what concerns money alone. */
export const moneyScope = "money";

/**
 * Decides what channels are to be told: every look compares what is so now with what the outbox knows, so that looking
 * twice tells nothing twice, and a look that was missed is made up for by the next. Replicas may look at the same time:
 * the outbox lets one of them win.
 */
export function createRaiseAlerts(options: RaiseAlertsOptions): RaiseAlerts {
  const { outbox, clock, log } = options;
  const byId = new Map(options.accounts.map((account) => [account.id, account]));
  /** The last look of each scope; looks of one scope follow each other. */
  const underWay = new Map<string, Promise<void>>();

  function inTurn(scope: string, work: () => Promise<void>): Promise<void> {
    const before = underWay.get(scope) ?? Promise.resolve();
    const turn = before
      .then(work)
      .catch((error) => log.error({ scope, error }, "Alerts could not be decided."));
    underWay.set(scope, turn);
    return turn.finally(() => {
      if (underWay.get(scope) === turn) underWay.delete(scope);
    });
  }

  /** Looks at a scope for each channel, again when another process has changed it meanwhile. */
  async function settle(
    scope: string,
    wishes: readonly ChannelWishes[],
    lookFor: (wishes: ChannelWishes, known: readonly Incident[]) => Look | Promise<Look>,
  ): Promise<void> {
    for (let attempt = 0; attempt < 4; attempt += 1) {
      const known = await outbox.find({ scope });
      let won = true;
      for (const wish of wishes) {
        const own = known.filter(({ channel }) => channel === wish.channel);
        const look = await lookFor(wish, own);
        const findings = look.findings.filter(({ event }) => wish.wants(event.type));
        const facts = { channel: wish.channel, scope, now: clock.now(), newId: options.newId };
        won = (await store(reconcile(own, { ...look, findings }, facts))) && won;
      }
      if (won) return;
    }
  }

  /** False when another process was quicker. What is added goes first: a crash in between leaves nothing untold. */
  async function store({ added, changed }: Changes): Promise<boolean> {
    let won = true;
    for (const incident of added) {
      if (await outbox.put(incident)) options.wake(incident.channel);
    }
    for (const incident of changed) {
      if (await outbox.change(incident)) options.wake(incident.channel);
      else won = false;
    }
    return won;
  }

  async function lookAtPool(members: readonly string[]): Promise<void> {
    const [account = ""] = members;
    const facts = newestOf(members.map((id) => options.factsOf(id)));
    const { snapshot } = facts;
    const interval = byId.get(account)?.interval ?? 0;
    const now = clock.now();
    const tooOld = snapshot?.fetchedAt !== undefined && isTooOld(snapshot.fetchedAt, interval, now);
    const at = snapshot?.fetchedAt ?? now;
    const samples = await options.samplesOf(account, at);
    const firstSight = snapshot?.fetchedAt !== undefined && samples.length === 0;
    const top = facts.rises.length > 0 ? await options.topOf(account) : undefined;
    const seen = { account, at, now, firstSight, tooOld, facts, samples, top };
    const subscription = options.isSubscription(account);
    await settle(account, wishesFor(options.rules, members), (wish, known) =>
      lookAtAccount({ ...seen, subscription, wish, known }),
    );
  }

  async function lookAtState(account: string): Promise<void> {
    const { snapshot } = options.factsOf(account);
    const config = byId.get(account);
    if (snapshot === undefined || config === undefined) return;
    const now = clock.now();
    const samples = await options.samplesOf(account, snapshot.fetchedAt ?? snapshot.attemptedAt);
    const firstSight = samples.length === 0;
    const { findings, endings } = findAccountState({
      account,
      snapshot,
      interval: config.interval,
      now,
      firstSight,
    });
    await settle(`${account}#state`, wishesFor(options.rules, [account]), (_wish, known) => {
      const unsure = known.filter(({ subject }) => !endings.has(subject)).map(({ subject }) => subject);
      return { findings, endings, held: new Set(unsure), doubts: new Map() };
    });
  }

  async function lookAtMoney(): Promise<void> {
    const wishes = moneyWishes(options.rules);
    if (wishes.length === 0) return;
    const { budgets, spike } = await options.money();
    const now = clock.now();
    const spikes = findSpike(spike, options.anomaly);
    await settle(moneyScope, wishes, (_wish, known) => {
      const open = known.filter(isOpen);
      const { findings, endings } = findBudgets(budgets, { now, open, top: spike.top });
      return { findings: [...findings, ...spikes], endings, held: new Set(), doubts: new Map() };
    });
  }

  const raise: RaiseAlerts = {
    async look(account) {
      const members = [...options.sharers(account)].sort();
      const pool = members.length > 0 ? members : [account];
      await Promise.all([
        inTurn(pool[0] ?? account, () => lookAtPool(pool)),
        inTurn(`${account}#state`, () => lookAtState(account)),
      ]);
    },
    lookAtMoney: () => inTurn(moneyScope, lookAtMoney),
    async sweep() {
      for (const { id } of options.accounts) await raise.look(id);
      await raise.lookAtMoney();
    },
    async settled() {
      await Promise.all(underWay.values());
    },
  };
  return raise;
}
