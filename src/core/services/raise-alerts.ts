import { type AlertMarks, decideAlerts, windowKey } from "../domain/alert.ts";
import type { Message } from "../domain/message.ts";
import type { Instant, Reading, Snapshot } from "../domain/quota.ts";
import { confirmedResets } from "../domain/reset.ts";
import { isSameReset } from "../domain/window.ts";
import { quotaAlert, resetNotice } from "../messages/notices.ts";
import type { Channel, Log, Settings } from "../ports.ts";

/** Who is told of what: one rule, for one channel. */
export interface AlertRule {
  channel: Channel;
  /** Ids of the accounts it is about. */
  accounts: ReadonlySet<string>;
  /** Only windows of these labels, such as "weekly"; absent: all. */
  windows?: readonly string[] | undefined;
  /** Percent used. */
  thresholds: readonly number[];
  resets: boolean;
}

export interface RaiseAlerts {
  /** Posts what has become due between two snapshots of an account. Never throws. */
  afterRead(snapshot: Snapshot, previous: Snapshot | undefined): Promise<void>;
  /** Resolves when everything that is due by now has been posted or has failed. */
  settled(): Promise<void>;
}

/**
 * Tells channels what is due after each read. What was told is remembered per channel, after the post: a post that
 * fails is due again at the next read, and a crash between post and memory repeats it once. What was told of one
 * account is not told again of another that shares its pool.
 *
 * @param options.readingsOf what is known of the account by a snapshot, the team's own windows included
 * @param options.sharers all accounts that draw on the same pool, itself included
 */
export function createRaiseAlerts(options: {
  rules: readonly AlertRule[];
  settings: Settings;
  readingsOf: (snapshot: Snapshot) => readonly Reading[];
  sharers: (account: string) => readonly string[];
  describe: (account: string) => { name: string; providerName: string };
  log: Log;
}): RaiseAlerts {
  const { log } = options;
  /** Resets that were told: when the window that started over ended, by channel and window. */
  const resetsTold = new Map<string, Instant>();
  let queue: Promise<void> = Promise.resolve();

  async function apply(rule: AlertRule, snapshot: Snapshot, previous: Snapshot | undefined): Promise<void> {
    const readings = options
      .readingsOf(snapshot)
      .filter((reading) => rule.windows?.includes(reading.label) ?? true);
    if (previous !== undefined && rule.resets) {
      await tellResets(rule, snapshot, options.readingsOf(previous), readings);
    }
    await tellThresholds(rule, snapshot.account, readings, previous?.fetchedAt === undefined);
  }

  async function tellResets(
    rule: AlertRule,
    { account, fetchedAt, attemptedAt }: Snapshot,
    before: readonly Reading[],
    after: readonly Reading[],
  ): Promise<void> {
    const facts = { now: fetchedAt ?? attemptedAt, threshold: Math.min(...rule.thresholds) };
    for (const { quota, endedAt } of confirmedResets(before, after, facts)) {
      const sharers = options.sharers(account);
      const keys = sharers.map((sharer) => `${rule.channel.id}|${windowKey(sharer, quota)}`);
      if (keys.some((key) => isSameReset(resetsTold.get(key) ?? 0, endedAt))) continue;
      const notice = resetNotice(options.describe(account), quota);
      if (!(await post(rule.channel, account, notice))) continue;
      for (const key of keys) resetsTold.set(key, endedAt);
    }
  }

  async function tellThresholds(
    rule: AlertRule,
    account: string,
    readings: readonly Reading[],
    firstSight: boolean,
  ): Promise<void> {
    const memory = `alerts ${rule.channel.id}`;
    const told = ((await options.settings.get(memory)) ?? {}) as AlertMarks;
    const facts = { account, readings, firstSight, thresholds: rule.thresholds, marks: told };
    const alone = decideAlerts(facts);
    // Who shares is looked up for what is due only, which is rare.
    const decision =
      alone.due.length > 0 ? decideAlerts({ ...facts, sharers: options.sharers(account) }) : alone;
    const marks = { ...decision.marks };
    for (const alert of decision.due) {
      const message = quotaAlert(options.describe(account), alert.quota);
      if (await post(rule.channel, account, message)) marks[alert.key] = alert.mark;
    }
    if (JSON.stringify(marks) !== JSON.stringify(told)) await options.settings.set(memory, marks);
  }

  async function post(channel: Channel, account: string, message: Message): Promise<boolean> {
    try {
      await channel.post(message);
      return true;
    } catch (error) {
      log.error({ account, channel: channel.id, error }, "An alert could not be posted; it stays due.");
      return false;
    }
  }

  return {
    afterRead(snapshot, previous) {
      // One after the other: what was told is read and written as a whole.
      queue = queue.then(async () => {
        if (snapshot.state !== "ok") return;
        for (const rule of options.rules) {
          if (!rule.accounts.has(snapshot.account)) continue;
          await apply(rule, snapshot, previous).catch((error) =>
            log.error(
              { account: snapshot.account, channel: rule.channel.id, error },
              "Alerts could not be decided.",
            ),
          );
        }
      });
      return queue;
    },
    settled: () => queue,
  };
}
