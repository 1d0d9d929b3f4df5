import type { AlertEvent } from "./event.ts";
import { type Ending, type Finding, type Incident, isOpen } from "./incident.ts";
import { type Instant, type Quota, type Reading, usedPercent } from "./quota.ts";
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
 * it. A window is over when its reset has passed and use has fallen, or when two looks in a row say so: the next window
 * without a fall, or a sudden fall before the reset. That something is back is news of its own, but not while the window
 * is exhausted again or a longer one keeps its pool exhausted: then it only ends.
 */
export function findQuotas(facts: QuotaFacts): QuotaLook {
  const look: QuotaLook = { findings: [], endings: new Map(), held: new Set(), doubts: new Map() };
  const quotas = facts.readings.filter((reading) => reading.kind === "quota");
  const over = quotas.flatMap((quota) => findQuota(quota, facts, look) ?? []);
  holdVanished(facts, look);
  for (const { quota, incident, event, isNews } of over) {
    const { subject, key } = incident;
    const blocking = blockingOf(quota, quotas, facts, look);
    if (blocking !== undefined) {
      const stands = { ...incident.event, at: facts.at, blockedBy: blocking };
      look.endings.set(subject, { event: stands, quiet: true });
      continue;
    }
    look.endings.set(subject, { event, quiet: true });
    if (isNews && facts.resets) look.findings.push({ subject: `back|${key}`, level: 1, event, once: true });
  }
  return look;
}

/** A window whose incident is over, with the event that says so; `isNews`: also where nothing shows it. */
interface Over {
  quota: Quota;
  incident: Incident;
  event: AlertEvent;
  isNews: boolean;
}

/** Finds how one window stands, and whether what was told of it is over. */
function findQuota(quota: Quota, facts: QuotaFacts, look: QuotaLook): Over | undefined {
  const { account, at, firstSight } = facts;
  const subject = quotaSubject(account, quota);
  const open = facts.open.find((incident) => isOpen(incident) && incident.subject === subject);
  const used = usedPercent(quota);
  if (used === undefined) {
    if (open !== undefined) look.held.add(subject);
    return undefined;
  }
  const thresholds = facts.thresholds(quota);
  const verdict = open === undefined ? "on" : verdictOn(open, quota, { used, thresholds, at });
  if (open !== undefined && verdict === "doubted") {
    look.doubts.set(subject, open.doubtedAt ?? at);
    look.findings.push({ subject, level: open.level, event: open.event });
    return undefined;
  }
  const isOver = typeof verdict === "object";
  const level = levelOf(used, thresholds, isOver ? undefined : open?.level);
  if (level > 0) {
    const type = level >= 100 ? "quota.exhausted" : "quota.low";
    const event = { type, at, account, window: windowOf(quota), threshold: level } as const;
    look.findings.push({ subject, level, event, silent: firstSight && used < 100 });
  }
  if (open === undefined || !isOver) return undefined;
  const since = open.openedAt;
  const event = { type: verdict.over, at, account, window: windowOf(quota), threshold: open.level, since };
  const isNews = verdict.news && isTold(open) && level < open.level;
  return { quota, incident: open, event, isNews };
}

/**
 * Whether the channel has seen it, or may have. Of what it is only told when it is over, the one message says that it
 * was so and is not any more.
 */
function isTold({ delivery }: Incident): boolean {
  return delivery.sentVersion > 0 || delivery.begun !== undefined;
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

/** How the window of an open incident stands; "doubted": it looks over, and the next look will tell. */
type Verdict =
  | "on"
  | "doubted"
  | { over: "quota.reset" | "quota.reset_early" | "quota.recovered"; news: boolean };

function verdictOn(
  open: Incident,
  quota: Quota,
  { used, thresholds, at }: { used: number; thresholds: readonly number[]; at: Instant },
): Verdict {
  const { usedPercent: usedBefore = 100, resetsAt: boundary } = open.event.window ?? {};
  const isConfirmed = open.doubtedAt !== undefined && at > open.doubtedAt;
  const level = levelOf(used, thresholds, open.level);
  const fall = usedBefore - used;
  if (boundary !== undefined && at >= boundary) {
    if (fall > 0 && (level === 0 || fall >= suddenFall)) return { over: "quota.reset", news: true };
    if (!isNextWindow(quota, boundary)) return "on";
    // More than before is told now, whichever window it is in.
    return isConfirmed || level > open.level ? { over: "quota.reset", news: true } : "doubted";
  }
  if (level > 0) return "on";
  if (fall < suddenFall) return { over: "quota.recovered", news: false };
  if (!isConfirmed) return "doubted";
  return { over: boundary === undefined ? "quota.recovered" : "quota.reset_early", news: true };
}

/** Whether the quota tells the reset of a later window, and not the same one at another time. */
export function isNextWindow({ resetsAt, windowSeconds = 0 }: Quota, boundary: Instant): boolean {
  if (resetsAt === undefined || resetsAt <= boundary || isSameReset(resetsAt, boundary)) return false;
  // The shortest month has nine tenths of the longest.
  return resetsAt - boundary >= windowSeconds * 1000 * 0.9;
}

/** What an event tells of a window. */
export function windowOf(quota: Quota): NonNullable<AlertEvent["window"]> {
  const { id, label, scope, resetsAt } = quota;
  return { id, label, scope, usedPercent: usedPercent(quota), resetsAt };
}

/**
 * What keeps a window that is over from being back: that it is exhausted again, or that one that lasts at least as long
 * is, of the same pool or of the account as a whole; also one that was, when nothing is told of it now.
 */
function blockingOf(
  quota: Quota,
  quotas: readonly Quota[],
  { account, open }: QuotaFacts,
  look: QuotaLook,
): AlertEvent["window"] {
  if ((usedPercent(quota) ?? 0) >= 100) return windowOf(quota);
  const { windowSeconds = 0 } = quota;
  const longer = quotas.filter((other) => {
    if (other.id === quota.id || (other.scope !== undefined && other.scope !== quota.scope)) return false;
    return (other.windowSeconds ?? Number.POSITIVE_INFINITY) >= windowSeconds;
  });
  const windows = longer.map((other) => {
    const subject = quotaSubject(account, other);
    const isUnsure = look.held.has(subject) || look.doubts.has(subject);
    const known = isUnsure ? open.find((incident) => incident.subject === subject)?.event.window : undefined;
    return known?.usedPercent === undefined ? windowOf(other) : known;
  });
  return windows.find(({ usedPercent: used = 0 }) => used >= 100);
}
