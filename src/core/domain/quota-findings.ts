import type { AlertEvent } from "./event.ts";
import type { QuotaSample } from "./history.ts";
import { type Ending, type Finding, type Incident, isOpen } from "./incident.ts";
import { type Instant, type Quota, type Reading, remainingPercent, usedPercent } from "./quota.ts";
import { isSameReset } from "./window.ts";

/** Percent points below a threshold at which it arms again. */
const deadBand = 5;
/** A fall of so many points that no reset explains has to show twice before it is believed. */
const suddenFall = 20;

/** What is known of an account when its quotas are looked at. */
export interface QuotaFacts {
  /** The account that stands for all that draw on its pool. */
  account: string;
  readings: readonly Reading[];
  /** When the readings were true. */
  at: Instant;
  /** Nothing was known of the account before: what is so already is only noted, unless nothing is left. */
  firstSight: boolean;
  /** Percent used that a reading is told of, in any order; none: not at all. */
  thresholds: (quota: Quota) => readonly number[];
  /** Whether the channel is told when something that it was told of comes back. */
  resets: boolean;
  /** Open incidents of the account, on the channel that is looked at for. */
  open: readonly Incident[];
  /** Earlier samples of a reading, oldest first, without the present one. */
  samples: (reading: string) => readonly QuotaSample[];
}

/** What a look at the quotas of one account has found; see `Look`. */
export interface QuotaLook {
  findings: Finding[];
  endings: Map<string, Ending>;
  held: Set<string>;
  doubts: Map<string, Instant>;
}

/** The subject of a window's thresholds. */
export function quotaSubject(account: string, { scope, id }: Pick<Quota, "scope" | "id">): string {
  return `quota|${account}|${scope ?? ""}|${id}`;
}

/**
 * Finds which windows have reached a threshold, and how those that had are now over.
 *
 * A jump over several thresholds is one finding of the highest. A threshold arms again when use falls 5 points below
 * it. A window is over when its reset has passed and use has fallen, or when two looks in a row say so: a later reset
 * without a fall, or a sudden fall before the reset. That something is back is news of its own, but not while another
 * window keeps its pool exhausted.
 */
export function findQuotas(facts: QuotaFacts): QuotaLook {
  const look: QuotaLook = { findings: [], endings: new Map(), held: new Set(), doubts: new Map() };
  for (const quota of facts.readings) {
    if (quota.kind !== "quota") continue;
    const subject = quotaSubject(facts.account, quota);
    const open = facts.open.find((incident) => isOpen(incident) && incident.subject === subject);
    const used = usedPercent(quota);
    if (used === undefined) {
      if (open !== undefined) look.held.add(subject);
      continue;
    }
    const thresholds = facts.thresholds(quota);
    const verdict = open === undefined ? undefined : verdictOn(open, quota, used, thresholds, facts.at);
    if (verdict?.doubted && open !== undefined) look.doubts.set(subject, open.doubtedAt ?? facts.at);
    if (open !== undefined && verdict?.over !== undefined) {
      const event = endOf(verdict.over, open, quota, facts);
      look.endings.set(subject, { event, quiet: true });
      const news = open.version > 0 && facts.resets && verdict.over !== "quota.recovered";
      if (news && !isPoolExhausted(quota, facts.readings)) {
        look.findings.push({ subject: `back|${open.key}`, level: 1, event, once: true });
      }
    }
    if (open !== undefined && verdict?.doubted) {
      look.findings.push({ subject, level: open.level, event: open.event });
      continue;
    }
    const level = levelOf(used, thresholds, verdict?.over === undefined ? open?.level : undefined);
    if (level === 0) continue;
    const type = used >= 100 ? "quota.exhausted" : "quota.low";
    const { account, at, firstSight } = facts;
    look.findings.push({
      subject,
      level,
      event: { type, at, account, window: windowOf(quota), threshold: level },
      silent: firstSight && used < 100,
    });
  }
  holdVanished(facts, look);
  look.findings.push(...findMoved(facts));
  return look;
}

/** A window that is not told any more says nothing of its use; a day after its reset it is given up. */
function holdVanished({ open, readings, at }: QuotaFacts, look: QuotaLook): void {
  const told = new Set(readings.filter(({ kind }) => kind === "quota").map(({ id }) => id));
  for (const { subject, event } of open) {
    const { id = "", resetsAt } = event.window ?? {};
    const lasts = resetsAt === undefined || at < resetsAt + 86_400_000;
    if (subject.startsWith("quota|") && !told.has(id) && lasts) look.held.add(subject);
  }
}

/** The highest threshold that holds, with those of an open incident let go only below the dead band; 0: none. */
function levelOf(used: number, thresholds: readonly number[], before: number | undefined): number {
  const holding = thresholds.filter(
    (threshold) =>
      used >= threshold || (before !== undefined && threshold <= before && used > threshold - deadBand),
  );
  return Math.max(0, ...holding);
}

type Over = "quota.reset" | "quota.reset_early" | "quota.recovered";

/** Whether the window of an open incident is over; `doubted`: it looks over, and the next look will tell. */
function verdictOn(
  open: Incident,
  quota: Quota,
  used: number,
  thresholds: readonly number[],
  at: Instant,
): { over?: Over | undefined; doubted?: boolean } {
  const before = open.event.window;
  const usedBefore = before?.usedPercent ?? 100;
  const boundary = before?.resetsAt;
  const confirmed = open.doubtedAt !== undefined && at > open.doubtedAt;
  const fallen = levelOf(used, thresholds, open.level) === 0 || usedBefore - used >= suddenFall;
  if (boundary !== undefined && at >= boundary) {
    if (used < usedBefore && fallen) return { over: "quota.reset" };
    const next =
      quota.resetsAt !== undefined && quota.resetsAt > boundary && !isSameReset(quota.resetsAt, boundary);
    if (!next) return {};
    return confirmed ? { over: "quota.reset" } : { doubted: true };
  }
  if (levelOf(used, thresholds, open.level) > 0) return {};
  if (usedBefore - used < suddenFall) return { over: "quota.recovered" };
  if (!confirmed) return { doubted: true };
  return { over: boundary === undefined ? "quota.recovered" : "quota.reset_early" };
}

function endOf(type: Over, open: Incident, quota: Quota, facts: QuotaFacts): AlertEvent {
  const { account, at } = facts;
  return { type, at, account, window: windowOf(quota), threshold: open.level, since: open.openedAt };
}

/** What an event tells of a window. */
export function windowOf(quota: Quota): NonNullable<AlertEvent["window"]> {
  const { id, label, scope, resetsAt } = quota;
  return { id, label, scope, usedPercent: usedPercent(quota), resetsAt };
}

function isPoolExhausted(quota: Quota, readings: readonly Reading[]): boolean {
  return readings.some(
    (other) =>
      other.kind === "quota" &&
      other.id !== quota.id &&
      other.scope === quota.scope &&
      remainingPercent(other) === 0,
  );
}

/**
 * Resets that have moved while their window goes on: two samples in a row agreed on another one, more than 10 minutes
 * away and not passed yet, and use has not fallen. Windows that nobody has used yet have no fixed reset.
 */
function findMoved(facts: QuotaFacts): Finding[] {
  return facts.readings.flatMap((quota): Finding[] => {
    if (quota.kind !== "quota" || quota.resetsAt === undefined || facts.thresholds(quota).length === 0)
      return [];
    const [older, old] = facts.samples(quota.id).slice(-2);
    const used = quota.used ?? 0;
    if (older?.resetsAt === undefined || old?.resetsAt === undefined) return [];
    const steady = isSameReset(older.resetsAt, old.resetsAt) && older.value > 0 && old.value > 0;
    const moved = !isSameReset(old.resetsAt, quota.resetsAt) && old.resetsAt > facts.at && used >= old.value;
    if (!steady || !moved) return [];
    const event: AlertEvent = {
      type: "quota.reset_moved",
      at: facts.at,
      account: facts.account,
      window: windowOf(quota),
      moved: { from: old.resetsAt, to: quota.resetsAt },
    };
    // Told once for each place it moves to; providers reckon resets anew for every answer.
    const place = Math.round(quota.resetsAt / (20 * 60_000));
    const subject = `moved|${facts.account}|${quota.scope ?? ""}|${quota.id}|${place}`;
    return [{ subject, level: 1, event, once: true, silent: facts.firstSight }];
  });
}
