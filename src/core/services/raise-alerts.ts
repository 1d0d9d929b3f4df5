import type { Day } from "../domain/day.ts";
import type { AlertEvent } from "../domain/event.ts";
import { isOpen } from "../domain/incident.ts";
import { type AnomalyRule, type BudgetState, findBudgets, findSpike } from "../domain/money-findings.ts";
import type { Outbox } from "../ports.ts";
import { asWished, moneyWishes } from "./alert-rules.ts";
import { type AccountLooksOptions, createAccountLooks } from "./look-at-accounts.ts";
import { createLooks, placeOf } from "./settle-looks.ts";
import { createTurns } from "./turns.ts";

/** Money as it stands now. */
export interface MoneyFacts {
  budgets: readonly (BudgetState & { to: Day })[];
  spike: Parameters<typeof findSpike>[0];
}

export interface RaiseAlertsOptions extends AccountLooksOptions {
  outbox: Pick<Outbox, "put" | "change" | "find">;
  money(): Promise<MoneyFacts>;
  anomaly: AnomalyRule;
  /** Called when a channel has something to be told. */
  wake(channel: string): void;
  newId: () => string;
}

export interface RaiseAlerts {
  /** Puts into the outbox what has become due of an account, and ends what is over. Never throws. */
  look(account: string): Promise<void>;
  /** The same for budgets and spend, once who listens has drawn the consequences. */
  lookAtMoney(): Promise<void>;
  /** Calls back with how money stands before anything is told of it, and waits for that. */
  onMoney(listener: (facts: MoneyFacts) => Promise<void>): void;
  /** Tells those who are told of money something that has happened, once for each subject. Never throws. */
  announce(subject: string, event: AlertEvent): Promise<void>;
  /** Looks at everything; heals whatever a look before has missed. Never throws. */
  sweep(): Promise<void>;
  /** Resolves when all looks under way have ended. */
  settled(): Promise<void>;
}

/** Scopes of what concerns money alone, and of what is news and over with that; no account has such an id. */
const moneyScope = "#money";
const newsScope = "#news";

/**
 * Decides what channels are to be told: every look compares what is so now with what the outbox knows, so that looking
 * twice tells nothing twice, and a look that was missed is made up for by the next. Replicas may look at the same time:
 * the outbox lets one of them win.
 */
export function createRaiseAlerts(options: RaiseAlertsOptions): RaiseAlerts {
  const { clock, log } = options;
  const turns = createTurns((scope, error) => log.error({ scope, error }, "Alerts could not be decided."));
  const looks = createLooks(options);
  const accounts = createAccountLooks(options, looks);
  const listeners: ((facts: MoneyFacts) => Promise<void>)[] = [];

  async function lookAtMoney(): Promise<void> {
    if (options.rules.length === 0 && listeners.length === 0) return;
    const facts = await options.money();
    for (const listener of listeners) await listener(facts);
    const { budgets, spike } = facts;
    const now = clock.now();
    const spikes = findSpike(spike, options.anomaly);
    await looks.settle(moneyScope, moneyWishes(options.rules), (wish, known) => {
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

  function moneyPlaces(): string[] {
    return moneyWishes(options.rules).map(({ channel }) => placeOf({ channel, scope: moneyScope }));
  }

  const raise: RaiseAlerts = {
    async look(account) {
      const members = accounts.poolOf(account);
      await Promise.all([
        turns.run(account, () => accounts.lookAtPool(members, [account])),
        turns.run(`${account} alone`, () => accounts.lookAtOne(account)),
      ]);
    },
    lookAtMoney: () => turns.run(moneyScope, lookAtMoney),
    onMoney: (listener) => void listeners.push(listener),
    announce: (subject, event) =>
      turns.run(`${newsScope} ${subject}`, () =>
        looks.settle(newsScope, moneyWishes(options.rules), (wish, known) => {
          const findings = [{ subject, level: 1, event, once: true }];
          const look = { findings, endings: new Map(), held: new Set<string>(), doubts: new Map() };
          return asWished(look, wish, known);
        }),
      ),
    async sweep() {
      await raise.lookAtMoney();
      for (const { id } of options.accounts) {
        const members = accounts.poolOf(id);
        if (members[0] === id) await turns.run(id, () => accounts.lookAtPool(members, members));
        await turns.run(`${id} alone`, () => accounts.lookAtOne(id));
      }
      await turns.run("others", () => looks.endOthers(new Set([...moneyPlaces(), ...accounts.places()])));
    },
    settled: turns.settled,
  };
  return raise;
}
