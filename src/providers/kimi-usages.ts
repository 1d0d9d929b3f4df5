import { z } from "zod";
import type { Instant, Quota } from "../core/domain/quota.ts";
import { day, hour, minute, monthEndingAt, week, windowLabel } from "../core/domain/window.ts";
import type { ProviderReading } from "../core/provider.ts";
import { boosterFields, boosterReadings } from "./kimi-booster.ts";
import { amount, dictionary, instant, list, record, text, unwrap } from "./kit/lenient.ts";
import { slug, titleCase, withDistinctIds } from "./kit/naming.ts";

const resetKeys = {
  resetTime: instant,
  resetAt: instant,
  reset_time: instant,
  reset_at: instant,
  ResetTime: instant,
};
const countFields = record({ limit: amount, used: amount, remaining: amount, ...resetKeys });
type Count = NonNullable<z.output<typeof countFields>>;
const limitFields = record({ window: record({ duration: amount, timeUnit: text }), detail: countFields });
type Limit = NonNullable<z.output<typeof limitFields>>;
const counted = { usage: countFields, limits: list(limitFields) };
const ratioFields = record({ used_ratio: amount, usedRatio: amount, ...resetKeys });
type Ratio = NonNullable<z.output<typeof ratioFields>>;

const answerFields = record({
  ...counted,
  /** Ratios by window; on the web it is a list of counts by feature. */
  usages: z.unknown(),
  user: record({ userId: text, membership: record({ level: text }) }),
  boosterWallet: boosterFields,
});

/**
 * What an answer of /coding/v1/usages holds (shapes checked 2026-11-22): windows as counts, as ratios or as both, and
 * the prepaid wallet for what goes beyond. Without readings when nothing of it is understood.
 */
export function kimiReading(answer: unknown): ProviderReading {
  const found = answerFields.parse(unwrap(answer, ["usage", "usages", "limits", "boosterWallet"]));
  if (found === undefined) return { readings: [] };
  const { usages, user } = found;
  const counts = [found, ...codingFeatures(usages)].flatMap(countQuotas);
  const quotas = merged(counts, ratioQuotas(dictionary(ratioFields).parse(usages)));
  return {
    plan: planName(user?.membership?.level),
    readings: withDistinctIds([...quotas, ...boosterReadings(found.boosterWallet)]),
    owner: user?.userId,
  };
}

const features = list(record({ scope: text, detail: countFields, limits: counted.limits }));

function codingFeatures(usages: unknown) {
  const told = features.parse(usages) ?? [];
  return told
    .filter(({ scope = "FEATURE_CODING" }) => scope === "FEATURE_CODING")
    .map(({ detail, limits }) => ({ usage: detail, limits }));
}

function countQuotas({ usage, limits = [] }: z.output<z.ZodObject<typeof counted>>): Quota[] {
  // The plan's own count comes without a window: it is the week.
  const weekly = usage === undefined ? undefined : countQuota(usage, week);
  const others = limits.map(({ window, detail }) => countQuota(detail, spanOf(window)));
  return [...others, weekly].filter((quota) => quota !== undefined);
}

/** Undefined for a limit of 0, which is told of windows that ratios have replaced. */
function countQuota(told: Count | undefined, windowSeconds: number | undefined): Quota | undefined {
  const { limit, remaining } = told ?? {};
  if (told === undefined || limit === undefined || limit <= 0) return undefined;
  const used = told.used ?? (remaining === undefined ? undefined : limit - remaining);
  return {
    kind: "quota",
    ...nameOf(windowSeconds),
    windowSeconds,
    // What plans count is not told any more: every window has 100 of it, which is a percentage.
    unit: limit === 100 ? "percent" : "requests",
    used: used === undefined ? undefined : Math.max(0, used),
    limit,
    resetsAt: resetOf(told),
  };
}

const spans: Record<string, number> = { SECOND: 1, MINUTE: minute, HOUR: hour, DAY: day, WEEK: week };

function spanOf(window: Limit["window"]): number | undefined {
  const { duration, timeUnit } = window ?? {};
  const span = spans[timeUnit?.toUpperCase().replace(/^TIME_UNIT_|S$/g, "") ?? ""];
  return span === undefined || duration === undefined || duration <= 0 ? undefined : span * duration;
}

function nameOf(windowSeconds: number | undefined): Pick<Quota, "id" | "label"> {
  if (windowSeconds === undefined) return { id: "other", label: "other" };
  const label = windowLabel(windowSeconds);
  return { id: windowSeconds === 5 * hour ? "session" : label, label };
}

/** Keys seen: limit_5h, limit_7d, limit_month_total and limit_month_code; some clients write limit5h. */
function ratioQuotas(ratios: ReadonlyMap<string, Ratio> = new Map()): Quota[] {
  return [...ratios].flatMap(([key, told]): Quota[] => {
    const resetsAt = resetOf(told);
    const named = ratioName(key, resetsAt);
    const ratio = told.used_ratio ?? told.usedRatio;
    if (named === undefined || (ratio === undefined && resetsAt === undefined)) return [];
    // Six digits hide what binary fractions add: 0.29 * 100 would be 28.999999999999996.
    const used = ratio === undefined || ratio < 0 ? undefined : Math.round(ratio * 1e8) / 1e6;
    return [{ kind: "quota", ...named, unit: "percent", used, limit: 100, resetsAt }];
  });
}

function ratioName(
  key: string,
  resetsAt: Instant | undefined,
): Pick<Quota, "id" | "label" | "windowSeconds"> | undefined {
  const match = /^limit_?(?:(\d+)([hd])|month(?:_?(\w+))?)$/.exec(key.toLowerCase());
  if (match === null) return undefined;
  const [, count, unit, part = "total"] = match;
  if (count !== undefined) {
    const windowSeconds = Number(count) * (unit === "h" ? hour : day);
    return { ...nameOf(windowSeconds), windowSeconds };
  }
  const label = part === "total" ? "monthly" : `monthly ${part}`;
  const windowSeconds = resetsAt === undefined ? undefined : monthEndingAt(resetsAt);
  return { id: slug(label), label, windowSeconds };
}

/**
 * Ratios are the newer truth, and replace the counts of the same window. But accounts on older plans are told wrong
 * ratios beside true counts: a count of some use is believed when it ends with the ratio's window. Plans by the month
 * have ratios alone; what counts they are told means nothing.
 */
function merged(counts: readonly Quota[], ratios: readonly Quota[]): readonly Quota[] {
  if (ratios.some(({ label }) => label.startsWith("monthly"))) return ratios;
  const sameWindow = (a: Quota, b: Quota) => a.windowSeconds === b.windowSeconds;
  const believed = ratios.map((ratio) => {
    const count = counts.find((candidate) => sameWindow(candidate, ratio));
    if (count === undefined || ratio.used === undefined) return count ?? ratio;
    const together = Math.abs((count.resetsAt ?? 0) - (ratio.resetsAt ?? 0)) <= 2000;
    return together && (count.used ?? 0) > 0 ? count : ratio;
  });
  return [...believed, ...counts.filter((count) => !ratios.some((ratio) => sameWindow(count, ratio)))];
}

function resetOf(told: Count | Ratio): Instant | undefined {
  return told.resetTime ?? told.resetAt ?? told.reset_time ?? told.reset_at ?? told.ResetTime;
}

/** The names under which people buy the levels; checked 2026-11-22. */
const plans: Record<string, string> = {
  BASIC: "Moderato",
  INTERMEDIATE: "Allegretto",
  ADVANCED: "Allegro",
  STANDARD: "Vivace",
};

function planName(level: string | undefined): string | undefined {
  const key = level?.toUpperCase().replace(/^LEVEL_/, "");
  return key === undefined || key === "UNSPECIFIED"
    ? undefined
    : (plans[key] ?? titleCase(key.toLowerCase()));
}
