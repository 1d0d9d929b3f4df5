import type { Account } from "../domain/account.ts";
import type { AlertEvent } from "../domain/event.ts";
import type { Instant, Snapshot } from "../domain/quota.ts";
import type { UsageRecord } from "../domain/usage.ts";
import type { Clock, Outbox } from "../ports.ts";
import type { Standing } from "./alert-standings.ts";
import type { FeedEvent } from "./event-ring.ts";
import { createFeedAlerts } from "./feed-alerts.ts";
import { iso } from "./json-fields.ts";
import { quotaJson } from "./quota-json.ts";
import type { QuotaReports } from "./quota-report.ts";
import type { ReadQuotas } from "./read-quotas.ts";
import { createUsageBatch, usageSumJson } from "./usage-batch.ts";

export interface FeedNewsOptions {
  accounts: readonly Account[];
  readQuotas: Pick<ReadQuotas, "snapshot">;
  reports: Pick<QuotaReports, "report">;
  outbox: Pick<Outbox, "find">;
  /** All accounts that draw on the same pool, itself included. */
  sharers(account: string): readonly string[];
  /** An event as programs read it. */
  eventJson(event: AlertEvent): object;
  clock: Clock;
}

/** An event without its place among all. */
export type News = Omit<FeedEvent, "number">;

/** Gathers what is new, until it is taken. */
export interface FeedNews {
  /** Takes everything as known. Throws store_unavailable. */
  begin(): Promise<void>;
  /** The numbers of an account have changed. */
  changed(account: string): void;
  recorded(records: readonly UsageRecord[]): void;
  /** Alerts, or the numbers of any account, may have changed. */
  look(): void;
  /** What is new of numbers since the last time. */
  takeNumbers(): readonly News[];
  /** The same of alerts. Throws store_unavailable, and then they come the next time. */
  takeAlerts(): Promise<readonly News[]>;
  /** How these accounts stand, found out as it is read, and the alerts that go on now. */
  everything(accounts: readonly string[]): Iterable<News>;
}

/** Models and accounts whose usage is told apart at a time. */
const mostSums = 500;
/** Accounts that are reported on at a time. */
const inOneGo = 100;

export function createFeedNews(options: FeedNewsOptions): FeedNews {
  const { accounts, readQuotas, reports, clock } = options;
  const byId = new Map(accounts.map((account) => [account.id, account]));
  const usage = createUsageBatch(mostSums);
  const alerts = createFeedAlerts(options);
  /** Accounts to be told of. */
  const moved = new Set<string>();
  /** What was told of accounts. */
  const told = new Map<string, Snapshot | undefined>();
  let mayHaveMoved = false;
  let mayHaveAlerted = false;

  function* snapshots(ids: readonly string[]): Generator<News> {
    for (let first = 0; first < ids.length; first += inOneGo) {
      const some = ids.slice(first, first + inOneGo).flatMap((id) => byId.get(id) ?? []);
      const report = quotaJson(reports.report(some));
      for (const account of report.accounts) {
        const data = JSON.stringify({ at: report.at, ...account });
        yield { type: "snapshot", accounts: [account.account], data };
      }
    }
  }

  function takeMoved(): News[] {
    if (mayHaveMoved) {
      for (const { id } of accounts) if (told.get(id) !== readQuotas.snapshot(id)) moved.add(id);
    }
    mayHaveMoved = false;
    const ids = [...moved];
    moved.clear();
    for (const id of ids) told.set(id, readQuotas.snapshot(id));
    return [...snapshots(ids)];
  }

  function takeUsage(): News[] {
    return usage.take().map((sum) => ({
      type: "usage",
      accounts: [sum.account],
      data: JSON.stringify({ at: iso(clock.now()), ...usageSumJson(sum) }),
    }));
  }

  function* standing(ids: readonly string[], open: readonly Standing[]): Generator<News> {
    yield* snapshots(ids);
    for (const { event, openedAt } of open) yield alert(event, "open", openedAt);
  }

  function alert(event: AlertEvent, change: string, openedAt: Instant | undefined): News {
    const what = { event: options.eventJson(event) };
    const at = iso(clock.now());
    const accounts = concerned(event);
    if (openedAt === undefined) return { type: "notice", accounts, data: JSON.stringify({ at, ...what }) };
    const data = JSON.stringify({ at, change, openedAt: iso(openedAt), ...what });
    return { type: "alert", accounts, data };
  }

  /** What is so of a window is so of all accounts that draw on its pool. */
  function concerned({ account, window }: AlertEvent): readonly string[] {
    if (account === undefined) return [];
    return window === undefined ? [account] : options.sharers(account);
  }

  return {
    async begin() {
      moved.clear();
      usage.take();
      for (const { id } of accounts) told.set(id, readQuotas.snapshot(id));
      await alerts.begin();
    },
    changed: (account) => void moved.add(account),
    recorded: usage.add,
    look() {
      mayHaveMoved = true;
      mayHaveAlerted = true;
    },
    takeNumbers: () => [...takeMoved(), ...takeUsage()],
    async takeAlerts() {
      if (!mayHaveAlerted) return [];
      mayHaveAlerted = false;
      try {
        const found = await alerts.look();
        return found.map(({ change, event, openedAt }) => alert(event, change, openedAt));
      } catch (error) {
        mayHaveAlerted = true;
        throw error;
      }
    },
    everything: (ids) => standing(ids, alerts.standing()),
  };
}
