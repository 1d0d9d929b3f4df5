import { type Instant, type Quota, type Reading, usedPercent } from "./quota.ts";
import { isSameReset } from "./window.ts";

/** The highest threshold that has been dealt with for one window, and the window it was for. */
export interface AlertMark {
  threshold: number;
  resetsAt?: Instant | undefined;
}

/** Marks by `account|pool|window`. */
export type AlertMarks = Readonly<Record<string, AlertMark>>;

/** A threshold that a window has reached and that nobody has been told of. */
export interface DueAlert {
  key: string;
  quota: Quota;
  /** Percent used. */
  threshold: number;
  mark: AlertMark;
}

/** The key of a window of an account. */
export function windowKey(account: string, { scope, id }: Pick<Quota, "scope" | "id">): string {
  return `${account}|${scope ?? ""}|${id}`;
}

/** Percent points below a threshold at which it arms again. */
const deadBand = 5;

/**
 * Decides what is due for one account after a read. A jump over several thresholds is due once, for the highest. A
 * threshold arms again in a new window, or when use falls 5 points below it. On first sight only exhaustion is due;
 * what is passed already is marked silently. What was told of an account that shares the pool is told.
 *
 * @param thresholds percent used, in any order
 * @returns what is due, and the marks that hold without posting anything; a due alert's own mark is for after its post
 */
export function decideAlerts(facts: {
  account: string;
  /** Accounts that draw on the same pool. */
  sharers?: readonly string[] | undefined;
  readings: readonly Reading[];
  firstSight: boolean;
  thresholds: readonly number[];
  marks: AlertMarks;
}): { due: DueAlert[]; marks: AlertMarks } {
  const due: DueAlert[] = [];
  const marks: Record<string, AlertMark> = { ...facts.marks };
  for (const quota of facts.readings) {
    const used = quota.kind === "quota" ? usedPercent(quota) : undefined;
    if (quota.kind !== "quota" || used === undefined) continue;
    const key = windowKey(facts.account, quota);
    const sharedKeys = facts.sharers?.map((account) => windowKey(account, quota)) ?? [];
    const handled = Math.max(
      ...[key, ...sharedKeys].map((each) => stillHandled(marks[each], quota, used, facts.thresholds)),
    );
    const reached = Math.max(0, ...facts.thresholds.filter((threshold) => used >= threshold));
    if (handled > 0) marks[key] = { threshold: handled, resetsAt: quota.resetsAt };
    else delete marks[key];
    if (reached <= handled) continue;
    const mark = { threshold: reached, resetsAt: quota.resetsAt };
    if (facts.firstSight && used < 100) marks[key] = mark;
    else due.push({ key, quota, threshold: reached, mark });
  }
  return { due, marks };
}

/** The threshold that stays dealt with: 0 in a new window, a lower one after use has fallen below the dead band. */
function stillHandled(
  mark: AlertMark | undefined,
  quota: Quota,
  used: number,
  thresholds: readonly number[],
): number {
  if (mark === undefined || isOtherWindow(mark.resetsAt, quota.resetsAt)) return 0;
  return Math.max(
    0,
    ...thresholds.filter((threshold) => threshold <= mark.threshold && used > threshold - deadBand),
  );
}

function isOtherWindow(before: Instant | undefined, now: Instant | undefined): boolean {
  return before !== undefined && now !== undefined && !isSameReset(before, now);
}
