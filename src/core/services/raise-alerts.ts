import { type AlertMarks, decideAlerts } from "../domain/alert.ts";
import type { Message } from "../domain/message.ts";
import type { Snapshot } from "../domain/quota.ts";
import { confirmedResets } from "../domain/reset.ts";
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
}

/**
 * Tells channels what is due after each read. What was told is remembered per channel, after the post: a post that
 * fails is due again at the next read, and a crash between post and memory repeats it once.
 */
export function createRaiseAlerts(options: {
  rules: readonly AlertRule[];
  settings: Settings;
  describe: (account: string) => { name: string; providerName: string };
  log: Log;
}): RaiseAlerts {
  const { log } = options;
  let queue: Promise<void> = Promise.resolve();

  async function apply(rule: AlertRule, snapshot: Snapshot, previous: Snapshot | undefined): Promise<void> {
    const readings = snapshot.readings.filter(
      (reading) => rule.windows?.includes(reading.label) ?? true,
    );
    const account = options.describe(snapshot.account);
    if (rule.resets && previous !== undefined) {
      const threshold = Math.min(...rule.thresholds);
      for (const quota of confirmedResets(previous.readings, readings, {
        now: snapshot.attemptedAt,
        threshold,
      })) {
        await post(rule.channel, snapshot.account, resetNotice(account, quota));
      }
    }
    const memory = `alerts ${rule.channel.id}`;
    const told = ((await options.settings.get(memory)) ?? {}) as AlertMarks;
    const decision = decideAlerts({
      account: snapshot.account,
      readings,
      firstSight: previous?.fetchedAt === undefined,
      thresholds: rule.thresholds,
      marks: told,
    });
    const marks = { ...decision.marks };
    for (const alert of decision.due) {
      if (await post(rule.channel, snapshot.account, quotaAlert(account, alert.quota)))
        marks[alert.key] = alert.mark;
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
  };
}
