import type { Account } from "../domain/account.ts";
import { type Incident, isOpen } from "../domain/incident.ts";
import { type Instant, usedPercent } from "../domain/quota.ts";
import { awaitedQuota, awaiting, isReminder, nextReminder, reminderOf } from "../domain/reminder.ts";
import { isTooOld } from "../domain/snapshot.ts";
import type { Clock, Log, Outbox } from "../ports.ts";
import { type AccountFacts, newestOf } from "./account-look.ts";

/** What has come of asking for a reminder. */
export type Asked =
  /** `again`: it had been asked for already. */
  | { kind: "waiting"; again: boolean; event: Incident["event"] }
  /** Nothing is exhausted, and nothing tells when the window starts over. */
  | { kind: "nothing due"; event: Incident["event"] }
  /** Use of no window is known. */
  | { kind: "unknown" };

export interface Reminders {
  /**
   * Tells this channel once when the account is back, or, while nothing of it is exhausted, when its tightest window
   * has started over. After 8 days it says instead that it waits no longer. However often it is asked for, there is
   * one reminder for an account and channel.
   *
   * @param channel somebody's own, such as "slack:U012ABC"
   */
  ask(account: string, channel: string): Promise<Asked>;
  /** Tells what has come back of an account and of those that share its pool. Never throws. */
  look(account: string): Promise<void>;
  /** Looks at every account that somebody waits for. Never throws. */
  sweep(): Promise<void>;
  /** Resolves when all looks under way have ended. */
  settled(): Promise<void>;
}

/**
 * Reminders are kept in the outbox, which brings them to their channels. Replicas may look at the same time: the outbox
 * lets one of them win.
 */
export function createReminders(options: {
  accounts: readonly Account[];
  outbox: Pick<Outbox, "put" | "change" | "find">;
  factsOf(account: string): AccountFacts;
  /** All accounts that draw on the same pool, itself included. */
  sharers(account: string): readonly string[];
  wake(channel: string): void;
  newId: () => string;
  clock: Clock;
  log: Log;
}): Reminders {
  const { outbox, clock, log } = options;
  const intervals = new Map(options.accounts.map(({ id, interval }) => [id, interval]));
  const underWay = new Set<Promise<void>>();

  function factsOf(account: string): AccountFacts {
    const members = options.sharers(account);
    return newestOf((members.length > 0 ? members : [account]).map((id) => options.factsOf(id)));
  }

  /** The readings of one instant each: what the provider told, if it can still be believed, and the team's own. */
  function seenOf(account: string, now: Instant) {
    const { snapshot, told, own } = factsOf(account);
    const at = snapshot?.fetchedAt;
    const believed = at !== undefined && !isTooOld(at, intervals.get(account) ?? 0, now);
    return { told: believed ? told : [], own, at: at ?? now };
  }

  function judged(reminder: Incident, seen: ReturnType<typeof seenOf>, now: Instant): Incident {
    const { told, own, at } = seen;
    const isOwn = own.some(({ id }) => id === reminder.event.window?.id);
    return nextReminder(reminder, { readings: isOwn ? own : told, at: isOwn ? now : at, now });
  }

  async function lookAt(account: string): Promise<void> {
    const known = (await outbox.find({ scope: reminderOf(account).scope })).filter((one) => isOpen(one));
    if (known.length === 0) return;
    const now = clock.now();
    const seen = seenOf(account, now);
    for (const reminder of known) {
      const next = judged(reminder, seen, now);
      // Whoever was quicker has judged by the same numbers; the next look goes on from there.
      if (next !== reminder && (await outbox.change(next)) && !isOpen(next)) options.wake(next.channel);
    }
  }

  async function lookAtAll(accounts: readonly string[]): Promise<void> {
    await Promise.all([...new Set(accounts)].map((account) => lookAt(account)));
  }

  function run(looking: () => Promise<void>): Promise<void> {
    const work = looking()
      .catch((error) =>
        log.error({ error }, "Reminders could not be looked at; the next look makes up for it."),
      )
      .finally(() => underWay.delete(work));
    underWay.add(work);
    return work;
  }

  return {
    async ask(account, channel) {
      const now = clock.now();
      const { told, own, snapshot } = factsOf(account);
      const quota = awaitedQuota([...told, ...own]);
      if (quota === undefined) return { kind: "unknown" };
      const wanted = awaiting(account, quota, snapshot?.fetchedAt ?? now);
      const { event } = wanted;
      const back = quota.resetsAt !== undefined && quota.resetsAt > now && usedPercent(quota) !== 0;
      if (event.type !== "quota.exhausted" && !back) return { kind: "nothing due", event };

      const { subject, scope } = reminderOf(account);
      for (;;) {
        const known = (await outbox.find({ scope })).filter((one) => one.channel === channel);
        const open = known.find((one) => isOpen(one));
        const same = open?.event.window?.id === event.window?.id && open?.event.type === event.type;
        if (open !== undefined && same) return { kind: "waiting", again: true, event };
        const number = Math.max(0, ...known.map((one) => one.number)) + 1;
        const stored =
          open === undefined
            ? await outbox.put({
                ...{ key: `${channel}|${subject}|${number}`, id: options.newId(), channel, scope, subject },
                ...{ number, ...wanted, openedAt: now, version: 0, loud: true, revision: 0 },
                delivery: { sentVersion: 0, attempts: 0, nextTry: now },
              })
            : await outbox.change({ ...open, ...wanted, openedAt: now, doubtedAt: undefined });
        if (stored) return { kind: "waiting", again: open !== undefined, event };
      }
    },
    look: (account) => run(() => lookAtAll([account, ...options.sharers(account)])),
    sweep: () =>
      run(async () => {
        const open = await outbox.find({ open: true });
        await lookAtAll(open.filter(isReminder).map(({ event }) => event.account ?? ""));
      }),
    async settled() {
      await Promise.all(underWay);
    },
  };
}
