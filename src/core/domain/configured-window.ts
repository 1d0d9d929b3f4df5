import type { Spent } from "./book.ts";
import { type Calendar, createCalendar, type WallTime } from "./calendar.ts";
import type { Instant, Quota, Reading, Spend, Unit } from "./quota.ts";
import { day, hour, isSameReset, windowLabel } from "./window.ts";

/** A window that the team wrote down because the provider tells no limit: rolling, or starting over by the clock. */
export interface ConfiguredWindow {
  id: string;
  label?: string | undefined;
  unit: Unit;
  limit: number;
  /** Milliseconds that it always looks back. */
  rolling?: number | undefined;
  /**
   * Every day, or on a day of every month: 1 to 31, in a shorter month its last one. `at` is "HH:MM", midnight unless
   * told; `zone` the IANA name of a time zone.
   */
  resets?: { at?: string | undefined; day?: number | undefined; zone?: string | undefined } | undefined;
}

/** From when to when a window counts; one that rolls never resets. */
export interface Span {
  start: Instant;
  resetsAt?: Instant | undefined;
}

/** Use of a window that usage records added up to at an instant; `atLeast` as in `Quota.counted`. */
export interface Counted {
  used: number;
  atLeast: boolean;
  at: Instant;
}

/** By zone, of which there are few: making one is slow. */
const calendars = new Map<string, Calendar>();
/** By window, the last span that was asked for: nearly every question is about the same one, and finding it is slow. */
const lastSpans = new WeakMap<object, { timezone: string; span: Span }>();

/**
 * The span of a configured window that `now` lies in: `start <= now < resetsAt`. Days have 23 or 25 hours when the
 * clocks change; a time of day that they jump over comes with the jump, and one that they show twice the first time.
 *
 * @param timezone the team's, for windows that name none
 */
export function windowSpan(
  window: Pick<ConfiguredWindow, "rolling" | "resets">,
  now: Instant,
  timezone: string,
): Span {
  if (window.rolling !== undefined) return { start: now - window.rolling };
  const last = lastSpans.get(window);
  if (last?.timezone === timezone && isWithin(last.span, now)) return last.span;
  const span = spanByTheClock(window.resets ?? {}, now, timezone);
  lastSpans.set(window, { timezone, span });
  return span;
}

/** Whether an instant lies in the span; of one that rolls any instant does. */
export function isWithin({ start, resetsAt }: Span, instant: Instant): boolean {
  return resetsAt === undefined || (start <= instant && instant < resetsAt);
}

function spanByTheClock(
  resets: NonNullable<ConfiguredWindow["resets"]>,
  now: Instant,
  timezone: string,
): Span {
  const zone = resets.zone ?? timezone;
  const calendar = calendars.get(zone) ?? createCalendar(zone);
  calendars.set(zone, calendar);
  const turns = turnsAround(resets, calendar.wallAt(now)).map((wall) => calendar.instantAt(wall));
  return {
    start: Math.max(...turns.filter((turn) => turn <= now)),
    resetsAt: Math.min(...turns.filter((turn) => turn > now)),
  };
}

/** The times at which a window starts over, from two before to two after the day or month of `wall`. */
function turnsAround(
  { at = "00:00", day: turnDay }: { at?: string | undefined; day?: number | undefined },
  wall: WallTime,
): WallTime[] {
  const shown = new Date(wall);
  const [year, month] = [shown.getUTCFullYear(), shown.getUTCMonth()];
  const [hours, minutes] = at.split(":").map(Number);
  return [-2, -1, 0, 1, 2].map((step) => {
    if (turnDay === undefined) return Date.UTC(year, month, shown.getUTCDate() + step, hours, minutes);
    const lastDay = new Date(Date.UTC(year, month + step + 1, 0)).getUTCDate();
    return Date.UTC(year, month + step, Math.min(turnDay, lastDay), hours, minutes);
  });
}

/**
 * What the records of a window's span add up to in its unit: all tokens, requests, the time of audio, money billed or
 * at list price. Undefined where records do not tell, as of money when no price is known.
 */
export function countIn(unit: Unit, spent: Spent): Omit<Counted, "at"> | undefined {
  const { records, requests, tokens, audioMs, costMicros, unpriced } = spent;
  if (unit === "tokens") return { used: tokens, atLeast: false };
  if (unit === "requests") return { used: requests, atLeast: false };
  if (unit === "minutes") return { used: audioMs / 60_000, atLeast: false };
  if (unit === "hours") return { used: audioMs / 3_600_000, atLeast: false };
  if (unit !== "usd" || (records > 0 && unpriced === records)) return undefined;
  return { used: costMicros / 1e6, atLeast: unpriced > 0 };
}

/**
 * The readings with the team's own windows among them, each as a quota. What is used comes from the provider's spend
 * in the same unit over the same span; that spend is then told by the quota alone, unless it has a limit of its own.
 * Without such a spend it is what was counted, and unknown where nothing was, or where several spends fit. A quota
 * that the provider tells under a window's id wins.
 *
 * @param timezone the team's
 * @param countedOf what usage records add up to in a window
 */
export function applyConfiguredWindows(
  readings: readonly Reading[],
  windows: readonly ConfiguredWindow[],
  now: Instant,
  timezone: string,
  countedOf: (window: ConfiguredWindow) => Counted | undefined = () => undefined,
): readonly Reading[] {
  const told = new Set(readings.filter(({ kind }) => kind === "quota").map(({ id }) => id));
  const own = windows.filter(({ id }) => !told.has(id));
  if (own.length === 0) return readings;
  const absorbed = new Set<Reading>();
  const quotas = own.map((window): Quota => {
    const span = windowSpan(window, now, timezone);
    const [spend, ...others] = readings.filter(
      (reading): reading is Spend => reading.kind === "spend" && covers(reading, window, span),
    );
    const theirs = others.length === 0 ? spend : undefined;
    if (theirs !== undefined && theirs.limit === undefined) absorbed.add(theirs);
    const ours = spend === undefined ? countedOf(window) : undefined;
    return {
      kind: "quota",
      id: window.id,
      label: window.label ?? windowLabel(usualSeconds(window)),
      windowSeconds: ((span.resetsAt ?? now) - span.start) / 1000,
      unit: window.unit,
      used: theirs?.used ?? ours?.used,
      limit: window.limit,
      resetsAt: span.resetsAt,
      ...(ours && { counted: { at: ours.at, atLeast: ours.atLeast } }),
    };
  });
  return [...readings.filter((reading) => !absorbed.has(reading)), ...quotas];
}

/** Seconds of a window without what clocks and calendars do to it. */
function usualSeconds({ rolling, resets }: ConfiguredWindow): number {
  if (rolling !== undefined) return rolling / 1000;
  return resets?.day === undefined ? day : 30 * day;
}

/** Whether a spend counts what a window counts: the same unit over the same span. */
function covers(spend: Spend, window: ConfiguredWindow, span: Span): boolean {
  const { windowSeconds: seconds, resetsAt } = spend;
  // Nothing but a reset tells over which days something was counted, so a rolling window finds no match.
  if (resetsAt === undefined || span.resetsAt === undefined) return false;
  if (spend.unit !== window.unit || seconds === undefined || !isAsLong(seconds, window)) return false;
  return isSameReset(resetsAt, span.resetsAt) || isSameMonth(resetsAt, window, span.resetsAt);
}

/** Whether a length is that of the window, give or take the hour of a clock change. */
function isAsLong(seconds: number, { resets }: ConfiguredWindow): boolean {
  const [least, most] = resets?.day === undefined ? [day, day] : [28 * day, 31 * day];
  return seconds >= least - hour && seconds <= most + hour;
}

/** Calendar months count as the same one in whichever zone they begin. */
function isSameMonth(resetsAt: Instant, { resets }: ConfiguredWindow, windowResetsAt: Instant): boolean {
  return resets?.day === 1 && Math.abs(resetsAt - windowResetsAt) <= day * 1000;
}
