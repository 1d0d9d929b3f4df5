import type { z } from "zod";
import type { Instant, Quota, Reading } from "../core/domain/quota.ts";
import { day, hour, minute, monthEndingAt, week, windowLabel } from "../core/domain/window.ts";
import { amount, flag, instant, record, text } from "./kit/lenient.ts";
import { slug, titleCase } from "./kit/naming.ts";

/** An entry of `quotas`; 9Router 0.4.10 and 0.5.69 checked 2026-11-22. */
export const quotaEntry = record({
  used: amount,
  total: amount,
  remaining: amount,
  remainingPercentage: amount,
  resetAt: instant,
  /** Also said of balances, and of what it knows nothing about. */
  unlimited: flag,
  unit: text,
  displayName: text,
});
type Entry = NonNullable<z.output<typeof quotaEntry>>;

/** The reading that an entry tells under its label, a free text that differs by provider; undefined for a placeholder. */
export function toReading(label: string, entry: Entry, now: Instant): Reading | undefined {
  const [, kind, currency] = /^(balance|remaining|used) *\(([a-z]{3})\)$/i.exec(label) ?? [];
  if (kind !== undefined && currency !== undefined) return toMoney(kind, currency.toLowerCase(), entry);
  if (isPlaceholder(entry)) return undefined;
  const named = nameOf(label, entry, now);
  const figures = figuresOf(label, entry);
  if (figures.used === undefined && (entry.total === undefined || entry.resetAt === undefined))
    return undefined;
  return { kind: "quota", id: slug(label), ...named, ...figures, resetsAt: entry.resetAt };
}

/**
 * Whether the entry stands for knowing nothing: what is unlimited has no total, what the provider did not tell a
 * total of 0, and a total of 1 is put in for an allowance without figures.
 */
export function isPlaceholder({ unlimited, total }: Entry): boolean {
  return unlimited === true || (total !== undefined && total <= 0) || total === 1;
}

/** A balance is told as a quota of which nothing is used; the amount stands in its total. */
function toMoney(kind: string, unit: string, entry: Entry): Reading | undefined {
  const word = kind.toLowerCase();
  if (word === "used") {
    return entry.used === undefined
      ? undefined
      : { kind: "spend", id: `used-${unit}`, label: "Used", unit, used: entry.used };
  }
  const remaining = word === "balance" ? entry.total : entry.remaining;
  if (remaining === undefined) return undefined;
  return { kind: "balance", id: `balance-${unit}`, label: "Balance", unit, remaining };
}

function figuresOf(label: string, entry: Entry): Pick<Quota, "unit" | "used" | "limit"> {
  const { total, remainingPercentage: percentLeft } = entry;
  const used =
    entry.used ??
    (total === undefined || entry.remaining === undefined ? undefined : round(total - entry.remaining));
  const unit = unitOf(label, entry);
  if (unit !== undefined && total !== undefined) return { unit, used, limit: total };
  // A count without a percentage beside it is one: of requests, as far as anybody knows. Thousandths are a share.
  if (percentLeft === undefined && total !== undefined && total !== 100 && total !== 1000) {
    return { unit: "requests", used, limit: total };
  }
  // The percentage is not rounded, the counts may be.
  const share = total === undefined || used === undefined ? undefined : round((used / total) * 100);
  return { unit: "percent", used: percentLeft === undefined ? share : round(100 - percentLeft), limit: 100 };
}

function unitOf(label: string, { unit, total }: Entry): Quota["unit"] | undefined {
  const told = unit?.toLowerCase() ?? "";
  if (["credits", "requests", "tokens"].includes(told)) return told;
  if (/credit/i.test(label)) return "credits";
  if (total === 100) return undefined;
  if (/token/i.test(label)) return "tokens";
  return /request|premium|chat|completions|predictions/i.test(label) ? "requests" : undefined;
}

const spans: Record<string, number> = {
  session: 5 * hour,
  /** Kimi's. */
  ratelimit: 5 * hour,
  hourly: hour,
  daily: day,
  weekly: week,
  monthly: 30 * day,
};

/** Window and pool, as far as the label tells them: "weekly opus (7d)", "M-series (5h)", "review_session". */
function nameOf(
  label: string,
  entry: Entry,
  now: Instant,
): Pick<Quota, "label" | "windowSeconds" | "scope" | "models"> {
  if (label.toLowerCase() === "credit_freetrial") return { label: "Credit", scope: "Free trial" };
  const words = label.split(/[\s_()]+/).filter((word) => word !== "");
  const lengths = words.flatMap((word) => spanOf(word) ?? []);
  const windowSeconds = plausible(lengths.at(-1), entry.resetAt, now);
  const rest = words.filter((word) => spanOf(word) === undefined).join(" ");
  if (lengths.length === 0) {
    // Counts in thousandths are those of a model.
    if (entry.total !== 1000) return { label: titleCase(label) };
    return { label: "quota", scope: entry.displayName ?? label, models: [label] };
  }
  return {
    label: windowSeconds === undefined ? titleCase(words[0] ?? label) : windowLabel(windowSeconds),
    windowSeconds,
    scope: rest === "" ? undefined : rest.charAt(0).toUpperCase() + rest.slice(1),
  };
}

function spanOf(word: string): number | undefined {
  const [, count, unit] = /^(\d+)([mhd])$/i.exec(word) ?? [];
  const length = { m: minute, h: hour, d: day }[unit?.toLowerCase() ?? ""];
  return length === undefined ? spans[word.toLowerCase()] : length * Number(count);
}

/** 9Router calls the first window a session even where it is a week: one that ends later than it lasts is another. */
function plausible(
  span: number | undefined,
  resetsAt: Instant | undefined,
  now: Instant,
): number | undefined {
  if (span === undefined || resetsAt === undefined) return span;
  const length = span === spans.monthly ? monthEndingAt(resetsAt) : span;
  return resetsAt - now > (length + hour) * 1000 ? undefined : length;
}

function round(value: number): number {
  // Six digits hide what binary fractions add.
  return Math.max(0, Math.round(value * 1e6) / 1e6);
}
