import type { z } from "zod";
import type { Instant, Quota } from "../core/domain/quota.ts";
import { day, hour, week, windowLabel } from "../core/domain/window.ts";
import { amount, instant, record, text } from "./kit/lenient.ts";
import { slug, titleCase } from "./kit/naming.ts";

/** An entry of `model_remains`: one pool with its current window and its week. Checked 2026-11-22. */
export const remainsRow = record({
  model_name: text,
  start_time: instant,
  end_time: instant,
  /** Milliseconds until the reset, whatever the name suggests. */
  remains_time: amount,
  current_interval_total_count: amount,
  current_interval_usage_count: amount,
  current_interval_remaining_percent: amount,
  current_interval_status: amount,
  weekly_start_time: instant,
  weekly_end_time: instant,
  weekly_remains_time: amount,
  current_weekly_total_count: amount,
  current_weekly_usage_count: amount,
  current_weekly_remaining_percent: amount,
  current_weekly_status: amount,
});
type Row = NonNullable<z.output<typeof remainsRow>>;

/** What `…_usage_count` counts: that depends on the address asked. */
export type CountsTell = "used" | "remaining";

/** One of a row's two windows. */
interface Window {
  start?: Instant | undefined;
  end?: Instant | undefined;
  /** Milliseconds until the end. */
  left?: number | undefined;
  total?: number | undefined;
  count?: number | undefined;
  percentLeft?: number | undefined;
  status?: number | undefined;
}

const exhausted = 2;
const notMetered = 3;

/**
 * The windows of a row that are bounded: none when neither is metered, which is also told of pools that the plan does
 * not hold. Undefined when nothing of the row is understood.
 */
export function toQuotas(row: Row, counts: CountsTell, now: Instant): Quota[] | undefined {
  const interval: Window = {
    start: row.start_time,
    end: row.end_time,
    left: row.remains_time,
    total: row.current_interval_total_count,
    count: row.current_interval_usage_count,
    percentLeft: row.current_interval_remaining_percent,
    status: row.current_interval_status,
  };
  const weekly: Window = {
    start: row.weekly_start_time,
    end: row.weekly_end_time,
    left: row.weekly_remains_time,
    total: row.current_weekly_total_count,
    count: row.current_weekly_usage_count,
    percentLeft: row.current_weekly_remaining_percent,
    status: row.current_weekly_status,
  };
  const quotas = [
    toQuota(row.model_name, interval, lengthOf(interval) ?? usualLength(row.model_name), counts, now),
    toQuota(row.model_name, weekly, lengthOf(weekly) ?? week, counts, now),
  ].filter((quota) => quota !== undefined);
  const understood = quotas.length > 0 || interval.status === notMetered || weekly.status === notMetered;
  return understood ? quotas : undefined;
}

function toQuota(
  model: string | undefined,
  window: Window,
  windowSeconds: number | undefined,
  counts: CountsTell,
  now: Instant,
): Quota | undefined {
  const figures = window.status === notMetered ? undefined : figuresOf(window, counts);
  if (figures === undefined) return undefined;
  const label = windowSeconds === undefined ? "current" : windowLabel(windowSeconds);
  const id = windowSeconds === 5 * hour ? "session" : label;
  const left = window.left !== undefined && window.left > 0 ? Math.round(window.left) : undefined;
  const pool = poolOf(model);
  return {
    kind: "quota",
    id: pool.scope === undefined ? id : `${slug(pool.scope)}-${id}`,
    label,
    windowSeconds,
    ...pool,
    ...figures,
    resetsAt: window.end ?? (left === undefined ? undefined : now + left),
  };
}

/** "general" is what the plan is about. Others are pools of their own: "video", or a model, or models by a pattern. */
function poolOf(model: string | undefined): Pick<Quota, "scope" | "models"> {
  if (model === undefined || model === "general") return {};
  if (/^[a-z]+$/.test(model)) return { scope: titleCase(model) };
  return { scope: model, models: model.includes("*") ? undefined : [model] };
}

/**
 * The percentage wherever there is one: the counts are 0 of 0 on newer plans. A boost makes the pool larger and leaves
 * the percentage one of the whole.
 */
function figuresOf(window: Window, counts: CountsTell): Pick<Quota, "unit" | "used" | "limit"> | undefined {
  const { total, count, percentLeft, status } = window;
  if (status === exhausted || percentLeft !== undefined) {
    const used = percentLeft === undefined ? 100 : Math.max(0, 100 - percentLeft);
    // The percentage is known to lag behind.
    return { unit: "percent", used: status === exhausted ? Math.max(100, used) : used, limit: 100 };
  }
  if (total === undefined || total <= 0) return undefined;
  const used = count === undefined || counts === "used" ? count : Math.max(0, total - count);
  return { unit: "requests", used: used !== undefined && used >= 0 ? used : undefined, limit: total };
}

/** Of the current window, as checked 2026-11-22. Undefined for pools of which no length is known. */
function usualLength(model = "general"): number | undefined {
  if (model === "general" || model.startsWith("MiniMax-M")) return 5 * hour;
  return model === "video" ? day : undefined;
}

/** Whole minutes: ends are told a second early at times. */
function lengthOf({ start, end }: Window): number | undefined {
  const length = start === undefined || end === undefined ? 0 : Math.round((end - start) / 60_000) * 60;
  return length > 0 ? length : undefined;
}
