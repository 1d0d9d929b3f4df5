import type { z } from "zod";
import type { Instant, Quota } from "../core/domain/quota.ts";
import { day, hour, week, windowLabel } from "../core/domain/window.ts";
import { type RemainderFields, remainderFields, remainderOf, usedOf } from "./cloud-code-quota.ts";
import { flag, list, record, text, unwrap } from "./kit/lenient.ts";
import { slug } from "./kit/naming.ts";

/** A pool of models with one quota: the stem of its bucket ids, and what people call it. */
export interface Pool {
  id: string;
  name: string;
}

/** The two pools that are known, by their bucket ids; checked 2026-11-22. */
export const pools = {
  gemini: { id: "gemini", name: "Gemini Models" },
  thirdParty: { id: "3p", name: "Claude and GPT models" },
} as const satisfies Record<string, Pool>;

const bucket = record({
  bucketId: text,
  displayName: text,
  window: text,
  disabled: flag,
  ...remainderFields,
});
const group = record({ displayName: text, buckets: list(bucket) });
const summary = record({ groups: list(group), buckets: list(bucket) });
type Bucket = NonNullable<z.output<typeof bucket>>;

/**
 * The windows in an answer of `retrieveUserQuotaSummary`, each with its pool as scope. Undefined when there is none
 * that can be told from the others.
 */
export function summaryQuotas(body: unknown, now: Instant): Quota[] | undefined {
  const told = summary.parse(unwrap(body, ["groups", "buckets"]));
  const ungrouped = { displayName: undefined, buckets: told?.buckets };
  const windows = [...(told?.groups ?? []), ungrouped].flatMap(({ displayName, buckets = [] }) =>
    buckets.flatMap((entry) => {
      const quota = toQuota(entry, displayName, now);
      return quota === undefined ? [] : [{ quota, disabled: entry.disabled === true }];
    }),
  );
  if (windows.length === 0) return undefined;
  const found = new Map<string, Quota>();
  for (const { quota, disabled } of windows) {
    const rival = found.get(quota.id);
    // Of two entries for one window believe the one with less left.
    const tighter = rival === undefined || (quota.used ?? -1) > (rival.used ?? -1);
    if (!disabled && tighter) found.set(quota.id, quota);
  }
  return [...found.values()];
}

function toQuota(entry: Bucket, groupName: string | undefined, now: Instant): Quota | undefined {
  const place = placeOf(entry, groupName);
  if (place === undefined) return undefined;
  const { windowSeconds } = place;
  return {
    kind: "quota",
    id: place.id,
    label:
      windowSeconds === undefined
        ? (entry.displayName ?? entry.window ?? "quota")
        : windowLabel(windowSeconds),
    windowSeconds,
    scope: place.scope,
    unit: "percent",
    used: usedOf(fractionOf(entry, entry.resetTime, now)),
    limit: 100,
    resetsAt: entry.resetTime,
  };
}

/**
 * The part that is left. Google's encoding leaves out a zero, so a quota that tells nothing but a reset to come is
 * used up; whatever else is not told is unknown.
 */
export function fractionOf(
  fields: RemainderFields,
  resetsAt: Instant | undefined,
  now: Instant,
): number | undefined {
  const { fraction, told } = remainderOf(fields);
  return !told && resetsAt !== undefined && resetsAt > now ? 0 : fraction;
}

interface Place {
  id: string;
  scope?: string | undefined;
  windowSeconds?: number | undefined;
}

/** Which window of which pool a bucket is: by its id or, failing that, by its own name, its group and its window. */
function placeOf(entry: Bucket, groupName: string | undefined): Place | undefined {
  const [stem, suffix] = splitId(entry.bucketId);
  const windowSeconds = windowOf(entry.window) ?? windowOf(suffix) ?? windowOf(entry.displayName);
  const own = nameBesideWindow(entry.displayName);
  if (stem !== undefined) {
    const known = Object.values(pools).find(({ id }) => id === stem);
    // Unknown ids stay apart, whatever group they stand in: image generation stands among the Gemini models.
    const scope = known === undefined ? (own ?? stem) : (groupName ?? known.name);
    return { id: slug(entry.bucketId ?? stem), scope, windowSeconds };
  }
  const name = own ?? groupName;
  const window = windowSeconds === undefined ? undefined : windowSuffix(windowSeconds);
  if (name === undefined) return window === undefined ? undefined : { id: window, windowSeconds };
  const pool = own === undefined ? poolNamed(name) : slug(name);
  return { id: window === undefined ? pool : `${pool}-${window}`, scope: name, windowSeconds };
}

function poolNamed(groupName: string): string {
  if (/gemini/i.test(groupName)) return pools.gemini.id;
  return /claude|gpt/i.test(groupName) ? pools.thirdParty.id : slug(groupName);
}

/** "gemini-image-5h" as "gemini-image" and "5h". An id that is only a window tells no pool. */
function splitId(id: string | undefined): [stem: string | undefined, window: string | undefined] {
  if (id === undefined) return [undefined, undefined];
  const lower = id.toLowerCase();
  if (windowOf(lower) !== undefined) return [undefined, lower];
  const cut = lower.lastIndexOf("-");
  const suffix = lower.slice(cut + 1);
  return cut > 0 && windowOf(suffix) !== undefined ? [lower.slice(0, cut), suffix] : [lower, undefined];
}

/** Seconds of "weekly", "WEEKLY", "5h", "FIVE_HOUR" or "Five Hour Limit". */
function windowOf(word: string | undefined): number | undefined {
  const plain = word
    ?.toLowerCase()
    .replace(/\s*limit$/, "")
    .replace(/[\s-]+/g, "_");
  const named: Record<string, number> = { weekly: week, daily: day, five_hour: 5 * hour };
  const [, count, unit] = /^(\d{1,3})_?(h|d)(?:ours?|ays?)?$/.exec(plain ?? "") ?? [];
  const seconds = count === undefined ? named[plain ?? ""] : Number(count) * (unit === "d" ? day : hour);
  return seconds === 0 ? undefined : seconds;
}

function windowSuffix(seconds: number): string {
  return seconds === 5 * hour ? "5h" : windowLabel(seconds);
}

/** What a display name says besides the window: nothing in "Weekly Limit", the whole of "Image Limit". */
function nameBesideWindow(displayName: string | undefined): string | undefined {
  const name = displayName
    ?.replace(/\b(weekly|daily|five[ -]hour|\d+[ -]?h(ours?)?)\b/gi, "")
    .replace(/\s+/g, " ")
    .trim();
  return name === undefined || /^(limit|quota)?$/i.test(name) ? undefined : name;
}
