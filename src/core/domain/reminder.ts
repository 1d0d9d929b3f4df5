import { type Incident, isOpen } from "./incident.ts";
import {
  type Instant,
  type Quota,
  type Reading,
  remainingPercent,
  tightestQuota,
  usedPercent,
} from "./quota.ts";
import { findQuotas, quotaSubject, windowOf } from "./quota-findings.ts";
import { isSameReset } from "./window.ts";

/** Milliseconds that somebody waits before a reminder is given up. */
export const longestWait = 8 * 86_400_000;

/**
 * Subject and scope of the reminders of an account. A reminder is an incident on somebody's own channel that is open,
 * with nothing to see, until what is waited for has come.
 */
export function reminderOf(account: string): { subject: string; scope: string } {
  return { subject: `remind|${account}`, scope: `${account}#remind` };
}

/** Whether an incident is somebody's reminder, which concerns nobody else. */
export function isReminder({ subject }: Pick<Incident, "subject">): boolean {
  return subject.startsWith("remind|");
}

/** What a reminder waits for: that this window starts over. */
export function awaiting(account: string, quota: Quota, at: Instant): Pick<Incident, "level" | "event"> {
  const used = usedPercent(quota) ?? 0;
  const type = used >= 100 ? "quota.exhausted" : "quota.low";
  return { level: levelOf(used), event: { type, at, account, window: windowOf(quota) } };
}

/** The window that an account is waited for: the one that stops somebody first, of those whose use is known. */
export function awaitedQuota(readings: readonly Reading[]): Quota | undefined {
  return tightestQuota(
    readings.filter((reading) => reading.kind === "quota" && usedPercent(reading) !== undefined),
  );
}

/**
 * The reminder after a look; the same object when nothing has changed. What is back is judged as alerts judge it. An
 * exhausted account is back when nothing of its pool is exhausted any more; where another window is, that one is
 * waited for. One that was not exhausted is back when its window has started over.
 *
 * @param seen.at when the readings were true
 */
export function nextReminder(
  reminder: Incident,
  seen: { readings: readonly Reading[]; at: Instant; now: Instant },
): Incident {
  const { account, window } = reminder.event;
  if (!isOpen(reminder)) return reminder;
  if (seen.now >= reminder.openedAt + longestWait) return over(reminder, seen.now);
  const quota = seen.readings.find((one): one is Quota => one.kind === "quota" && one.id === window?.id);
  const used = quota && usedPercent(quota);
  if (account === undefined || quota === undefined || used === undefined) return reminder;

  const subject = quotaSubject(account, quota);
  const look = findQuotas({
    ...{ account, at: seen.at, firstSight: false, resets: false },
    readings: [quota],
    thresholds: () => [reminder.level],
    open: [{ ...reminder, subject }],
  });
  const doubtedAt = look.doubts.get(subject);
  if (doubtedAt !== undefined)
    return doubtedAt === reminder.doubtedAt ? reminder : { ...reminder, doubtedAt };
  const ending = look.endings.get(subject);
  if (ending === undefined) {
    const level = Math.max(reminder.level, levelOf(used));
    return waiting(reminder, { ...awaiting(account, quota, seen.at), level });
  }
  // Less used than before, without having started over: only an exhausted account has gained anything by that.
  const onlyEased = ending.event.type === "quota.recovered" && reminder.level < 100;
  const blocking = tightestQuota(
    seen.readings.filter(
      (one) =>
        one.kind === "quota" &&
        (one.scope === undefined || one.scope === quota.scope) &&
        usedPercent(one) !== undefined &&
        remainingPercent(one) === 0,
    ),
  );
  const next = onlyEased ? quota : blocking;
  if (next !== undefined) return waiting(reminder, awaiting(account, next, seen.at));
  return over({ ...reminder, event: { ...ending.event, threshold: undefined, since: undefined } }, seen.now);
}

/** Told with the event that it has now: what is back, or what is waited for no longer. */
function over(reminder: Incident, now: Instant): Incident {
  return { ...reminder, endedAt: now, doubtedAt: undefined, version: 1, loud: true };
}

function waiting(reminder: Incident, { level, event }: Pick<Incident, "level" | "event">): Incident {
  const [before, after] = [reminder.event.window, event.window];
  const same =
    level === reminder.level &&
    before?.id === after?.id &&
    reminder.doubtedAt === undefined &&
    Math.abs((before?.usedPercent ?? 0) - (after?.usedPercent ?? 0)) < 1 &&
    isSame(before?.resetsAt, after?.resetsAt);
  return same ? reminder : { ...reminder, level, event, doubtedAt: undefined };
}

function isSame(before: Instant | undefined, after: Instant | undefined): boolean {
  return before === undefined || after === undefined ? before === after : isSameReset(before, after);
}

/** What has to fall before anything is back; where nothing is used, anything. */
function levelOf(used: number): number {
  return Math.max(1, Math.min(100, Math.floor(used)));
}
