import type { AlertEvent } from "./event.ts";
import type { QuotaSample } from "./history.ts";
import { type Ending, type Finding, type Incident, isOpen } from "./incident.ts";
import { type Instant, type Quota, type Reading, usedPercent } from "./quota.ts";
import { isNextWindow, windowOf } from "./quota-findings.ts";
import { isSameReset } from "./window.ts";

/** Percent used below which a projection is too early to worry anybody. */
const worthProjecting = 50;

/** Where a quota is heading. */
export interface Projected {
  reading: Reading;
  usedPercent: number;
  runsOut: { at: Instant; beforeReset: number };
  /** What the rate was measured from, in words. */
  basis: string;
}

/**
 * Finds windows that run out before their reset if it goes on like this. Once found, it holds until the window is over or
 * has run out, and is not found again in it, so that each window is told once.
 *
 * @param facts.known incidents of the account on the channel
 */
export function findProjections(facts: {
  account: string;
  at: Instant;
  firstSight: boolean;
  known: readonly Incident[];
  readings: readonly Reading[];
  projections: readonly Projected[];
}): { findings: Finding[]; endings: Map<string, Ending> } {
  const prefix = `running-out|${facts.account}|`;
  const endings = new Map<string, Ending>();
  const findings = new Map<string, Finding>();
  const ours = facts.known.filter((incident) => incident.subject.startsWith(prefix));
  const quotaOf = (event: AlertEvent) =>
    facts.readings.find(
      (reading): reading is Quota => reading.kind === "quota" && reading.id === event.window?.id,
    );
  for (const { subject, event } of ours.filter(isOpen)) {
    const quota = quotaOf(event);
    const used = quota && usedPercent(quota);
    const isNext = isOver(event, quota, facts.at);
    if (isNext || (used ?? 0) >= 100) {
      const window = isNext ? event.window : quota && windowOf(quota);
      endings.set(subject, { event: { ...event, at: facts.at, window }, quiet: true });
      continue;
    }
    // An answer without use does not tell whose reset it is: this window's, moved, or the next one's.
    const moved = used === undefined ? undefined : quota?.resetsAt;
    const window = event.window && { ...event.window, resetsAt: moved ?? event.window.resetsAt };
    findings.set(subject, { subject, level: 1, event: { ...event, window } });
  }
  const done = new Set(
    ours
      .filter((incident) => !isOpen(incident) && hasRunOut(incident.event, quotaOf(incident.event)))
      .filter(({ event }) => !isOver(event, quotaOf(event), facts.at))
      .map(({ subject }) => subject),
  );
  for (const { reading, usedPercent: used, runsOut, basis } of facts.projections) {
    if (reading.kind !== "quota" || used < worthProjecting || used >= 100) continue;
    const subject = `${prefix}${reading.scope ?? ""}|${reading.id}`;
    if (done.has(subject)) continue;
    const projection = { runsOutAt: runsOut.at, beforeReset: runsOut.beforeReset, basis };
    const { at, account } = facts;
    const event = { type: "quota.running_out", at, account, window: windowOf(reading), projection } as const;
    findings.set(subject, { subject, level: 1, event, silent: facts.firstSight });
  }
  return { findings: [...findings.values()], endings };
}

/** Whether nothing was left of its window, and as good as nothing is: else the window has begun anew since. */
function hasRunOut({ window }: AlertEvent, quota: Quota | undefined): boolean {
  const used = quota && usedPercent(quota);
  return (window?.usedPercent ?? 0) >= 100 && (used ?? 100) > 100 - dip;
}

/** Whether the window that something was found of has begun anew; one that is not told any more has after a day. */
function isOver({ window }: AlertEvent, quota: Quota | undefined, at: Instant): boolean {
  const { resetsAt: boundary = 0, usedPercent: before = 0 } = window ?? {};
  const used = quota && usedPercent(quota);
  if (quota === undefined || used === undefined) return at >= boundary + 86_400_000;
  if (at >= boundary) return used < before || isNextWindow(quota, boundary);
  return used < before && quota.resetsAt !== undefined && !isSameReset(quota.resetsAt, boundary);
}

/** Points within so many minutes that nobody spends by hand. */
export const runaway = { points: 15, minutes: 15 };

/** A quota with the points that it rose by of late, as far as that is a third of a run or more. */
export interface Risen {
  reading: Reading;
  usedPercent: number;
  points: number;
  /** Over so many milliseconds: more than `runaway.minutes` where reads are further apart. */
  over: number;
}

/**
 * Finds windows that are being used up at a run, naming who takes most. It is over only when it has become calm, so that
 * it is not told again and again.
 */
export function findRunaways(facts: {
  account: string;
  at: Instant;
  rises: readonly Risen[];
  open: readonly Incident[];
  top?: AlertEvent["top"];
}): Finding[] {
  return facts.rises.flatMap(({ reading, points, over }): Finding[] => {
    if (reading.kind !== "quota") return [];
    const subject = runawaySubject(facts.account, reading);
    const goesOn = facts.open.some((incident) => incident.subject === subject && isOpen(incident));
    const run = runaway.points * Math.max(1, over / (runaway.minutes * 60_000));
    if (points < (goesOn ? run / 3 : run)) return [];
    const event: AlertEvent = {
      type: "quota.runaway",
      at: facts.at,
      account: facts.account,
      window: windowOf(reading),
      rise: { points: Math.floor(points), minutes: Math.max(runaway.minutes, Math.round(over / 60_000)) },
      top: facts.top,
    };
    return [{ subject, level: 1, event }];
  });
}

/** The subject of a run on a window. */
export function runawaySubject(account: string, { scope, id }: Pick<Quota, "scope" | "id">): string {
  return `runaway|${account}|${scope ?? ""}|${id}`;
}

/** So far back an odd answer may still be what a rate is measured from. */
const rateMemory = 2 * 3_600_000;
/** Points that use does not fall by, and rise again, within a window. */
const dip = 5;

/**
 * Whether one answer lately said that far less was used than those before and after it, or the newest says so: then no
 * rate can be told.
 *
 * @param samples earlier ones of the quota, oldest first
 */
export function isErratic(quota: Quota, samples: readonly QuotaSample[], at: Instant): boolean {
  const { used, limit, resetsAt } = quota;
  if (used === undefined || limit === undefined || limit <= 0) return false;
  const first = samples.findLastIndex((sample) => sample.at <= at - rateMemory);
  const recent = samples.slice(Math.max(0, first));
  const points = [...recent, { value: used, resetsAt }].map((point) => ({
    percent: (point.value / limit) * 100,
    resetsAt: point.resetsAt,
  }));
  return points.some((point, index) => {
    const [before, after] = [points[index - 1], points[index + 1]];
    if (before === undefined || before.percent - point.percent < dip) return false;
    if (after !== undefined && after.percent - point.percent < dip) return false;
    if (before.resetsAt === undefined || point.resetsAt === undefined)
      return before.resetsAt === point.resetsAt;
    return isSameReset(before.resetsAt, point.resetsAt);
  });
}

const often = { times: 5, span: 7 * 86_400_000 };

/**
 * Finds accounts that keep running out, once in a week.
 *
 * @param facts.known incidents of the account on the channel, those of the last week at least
 */
export function findOften(facts: { account: string; at: Instant; known: readonly Incident[] }): Finding[] {
  const { account, at, known } = facts;
  const prefix = `often|${account}|`;
  const since = at - often.span;
  const times = known.flatMap(({ subject, fullAt = 0 }) =>
    subject.startsWith("quota|") && fullAt > since ? fullAt : [],
  );
  const isTold = known.some(({ subject, openedAt }) => subject.startsWith(prefix) && openedAt > since);
  if (times.length < often.times || isTold) return [];
  const event: AlertEvent = {
    type: "quota.exhausted_often",
    at,
    account,
    often: { times: times.length, days: often.span / 86_400_000 },
  };
  return [{ subject: `${prefix}${Math.max(...times)}`, level: 1, event, once: true }];
}
