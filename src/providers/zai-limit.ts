import { z } from "zod";
import type { Instant, Quota, Unit } from "../core/domain/quota.ts";
import { day, hour, minute, monthEndingAt, week, windowLabel } from "../core/domain/window.ts";
import { amount, record, text, toInstant } from "./kit/lenient.ts";

/** An entry of `data.limits`; checked 2026-11-22. */
export const limitEntry = record({
  type: text,
  unit: amount,
  number: amount,
  /** Used, in whole percent, rounded down. */
  percentage: amount,
  /** The limit, whatever its name says. */
  usage: amount,
  currentValue: amount,
  remaining: amount,
  nextResetTime: z.unknown().transform(toBeijingInstant),
});
type Limit = NonNullable<z.output<typeof limitEntry>>;

/**
 * One window of the plan; undefined when nothing of it is understood. Unit and number tell windows apart: plans
 * differ in the type they give to the same one.
 */
export function toQuota(limit: Limit): Quota | undefined {
  const type = limit.type?.toUpperCase() ?? "";
  const tools = type === "TIME_LIMIT" || type === "MCP_LIMIT";
  const windowSeconds = windowOf(limit, tools);
  const resetsAt = limit.nextResetTime;
  const figures = figuresOf(limit, tools ? "requests" : units[type]);
  if (figures.used === undefined && resetsAt === undefined && windowSeconds === undefined) return undefined;
  const label = windowSeconds === undefined ? "other" : windowLabel(windowSeconds);
  return {
    kind: "quota",
    id: tools ? `mcp-${label}` : windowSeconds === 5 * hour ? "session" : label,
    label,
    windowSeconds,
    scope: tools ? "Web tools" : undefined,
    ...figures,
    resetsAt,
  };
}

const units: Record<string, Unit> = { TOKENS_LIMIT: "tokens", CREDIT_LIMIT: "credits" };

function windowOf({ unit, number, nextResetTime }: Limit, tools: boolean): number | undefined {
  const count = number !== undefined && Number.isInteger(number) && number > 0 ? number : undefined;
  if (unit === 5 && tools) {
    return (count ?? 1) === 1 && nextResetTime !== undefined
      ? monthEndingAt(nextResetTime)
      : (count ?? 1) * 30 * day;
  }
  const span = { 1: day, 3: hour, 4: day, 5: minute, 6: week }[unit ?? 0];
  return span === undefined || count === undefined ? undefined : span * count;
}

/**
 * The counts when they are there and agree with the percentage, which is the same figure rounded; otherwise the
 * percentage. Counts have been seen to be off, and `remaining` stops at 0 while the use goes on.
 */
function figuresOf(limit: Limit, unit: Unit | undefined): Pick<Quota, "unit" | "used" | "limit"> {
  const percent = atLeastZero(limit.percentage);
  const ceiling = limit.usage !== undefined && limit.usage > 0 ? limit.usage : undefined;
  if (ceiling === undefined) return { unit: "percent", used: percent, limit: 100 };
  const used = atLeastZero(
    limit.currentValue ?? (limit.remaining === undefined ? undefined : ceiling - limit.remaining),
  );
  const ratio = used === undefined ? undefined : (used / ceiling) * 100;
  const agrees =
    percent === undefined ||
    (ratio !== undefined && Math.abs(Math.min(ratio, 100) - Math.min(percent, 100)) <= 1.5);
  if (unit !== undefined && agrees) return { unit, used, limit: ceiling };
  return { unit: "percent", used: percent ?? ratio, limit: 100 };
}

function atLeastZero(value: number | undefined): number | undefined {
  return value !== undefined && value >= 0 ? value : undefined;
}

/** Epoch milliseconds; a text without a zone is Beijing time, as in this vendor's messages. */
function toBeijingInstant(value: unknown): Instant | undefined {
  return toInstant(value, "+08:00");
}
