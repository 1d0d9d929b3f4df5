import type { Verdict } from "../core/domain/availability.ts";
import { indexModels } from "../core/domain/pool.ts";
import { type Instant, type Quota, remainingPercent, tightestQuota, trueAt } from "../core/domain/quota.ts";
import { duration, moment, percentLeft } from "../core/messages/format.ts";
import { windowName } from "../core/messages/quota-table.ts";
import { hindranceWords } from "../core/messages/route-words.ts";
import type { AccountReport } from "../core/services/quota-report.ts";

/** What a guard asks of each account. */
export interface GuardRule {
  /** Percent that must be left. */
  minLeft: number;
  /** Id of the only window that counts. */
  window?: string | undefined;
  /** Only windows that count for this model. */
  model?: string | undefined;
  /** Milliseconds; older numbers count for nothing. Absent: those that their account calls old. */
  maxAge?: number | undefined;
  allowUnknown: boolean;
}

/** How an account stands to a rule. */
export interface GuardVerdict {
  account: string;
  ok: boolean;
  /** `enough`, `low`, `blocked` although something is left, `old` numbers, or `unknown`. */
  reason: "enough" | "low" | "blocked" | "old" | "unknown";
  /** Percent left in the window that stops somebody first. */
  left?: number | undefined;
  /** Its name. */
  window?: string | undefined;
  resetsAt?: Instant | undefined;
  /** When `left` was true. */
  knownAt?: Instant | undefined;
  /** When it may be worth looking again, as far as that is known. */
  until?: Instant | undefined;
  /** One line for people: what is left and when that changes. */
  message: string;
}

/**
 * Judges one account. A window whose reset has passed since it was read is unknown until it is read again.
 * @param verdict what the routing says of the account and the model; absent where nobody can tell
 */
export function judgeAccount(
  report: AccountReport,
  rule: GuardRule,
  { verdict, now, timezone }: { verdict: Verdict | undefined; now: Instant; timezone: string },
): GuardVerdict {
  const binding = bindingOf(report, rule, verdict, now);
  const { left, window, resetsAt, knownAt } = binding;
  const told = { account: report.account, ...binding };
  const resets =
    resetsAt === undefined
      ? ""
      : `, resets in ${duration(resetsAt - now)} (${moment(resetsAt, now, timezone)})`;
  const say = (words: string) => `${report.account}: ${words}`;

  // What is not known, or not any more, the next read may tell.
  const until = report.nextReadAt;
  const [hindrance] = verdict?.hindrances.filter(({ code }) => code !== "exhausted") ?? [];
  if (hindrance !== undefined) {
    const end = hindrance.until === undefined ? "" : `, until ${moment(hindrance.until, now, timezone)}`;
    const message = say(`${hindranceWords(hindrance)}${end}`);
    return { ...told, ok: false, reason: "blocked", until: hindrance.until, message };
  }
  if (left === undefined) {
    const why = report.message ?? `nobody knows what is left${rule.model ? ` for ${rule.model}` : ""}`;
    return { ...told, ok: rule.allowUnknown, reason: "unknown", until, message: say(why) };
  }
  const stands = `${percentLeft(left)} left in its ${window} window${resets}`;
  if (isOld(report, binding, rule, now)) {
    const age = knownAt === undefined ? "" : `: read ${duration(now - knownAt)} ago`;
    const why = report.state === "ok" || report.message === undefined ? "" : `; ${report.message}`;
    const ok = rule.allowUnknown && left >= rule.minLeft;
    return {
      ...told,
      ok,
      reason: "old",
      until,
      message: say(`${stands}, but the numbers are old${age}${why}`),
    };
  }
  if (left >= rule.minLeft) return { ...told, ok: true, reason: "enough", message: say(stands) };
  const message = say(`${stands}; ${rule.minLeft}% is asked for`);
  return { ...told, ok: false, reason: "low", until: resetsAt, message };
}

type Binding = Pick<GuardVerdict, "left" | "window" | "resetsAt" | "knownAt">;

function bindingOf(
  report: AccountReport,
  { window, model }: GuardRule,
  verdict: Verdict | undefined,
  now: Instant,
): Binding {
  if (window === undefined && model !== undefined && verdict !== undefined) {
    const { left, knownAt } = verdict;
    const { label, scope, resetsAt } = verdict.window ?? {};
    return { left, window: scope === undefined ? label : `${label} (${scope})`, resetsAt, knownAt };
  }
  const counting = report.readings.filter(
    (reading): reading is Quota =>
      reading.kind === "quota" &&
      (window === undefined ? countsFor(report, reading, model) : reading.id === window),
  );
  const known = counting.filter(({ resetsAt }) => resetsAt === undefined || resetsAt > now);
  const tightest = tightestQuota(known);
  if (tightest === undefined) return {};
  return {
    left: remainingPercent(tightest),
    window: windowName(tightest),
    resetsAt: tightest.resetsAt,
    knownAt: trueAt(tightest, report.fetchedAt),
  };
}

/** Without a model every pool counts: nobody has said which one is to be used. */
function countsFor(report: AccountReport, { scope }: Quota, model: string | undefined): boolean {
  if (model === undefined || scope === undefined) return true;
  return indexModels([report]).poolOf(report.account, model).scope === scope;
}

function isOld(report: AccountReport, { knownAt }: Binding, { maxAge }: GuardRule, now: Instant): boolean {
  if (maxAge !== undefined) return knownAt === undefined || now - knownAt > maxAge;
  return report.stale;
}
