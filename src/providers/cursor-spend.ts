import { z } from "zod";
import type { Instant, Quota, Spend } from "../core/domain/quota.ts";
import { AppError } from "../core/errors.ts";
import { amount, instant, list, record, text, toAmount, unwrap } from "./kit/lenient.ts";
import { leastLeft, memberNaming } from "./kit/members.ts";
import { fromCents } from "./kit/money.ts";
import { withDistinctIds } from "./kit/naming.ts";
import type { Page } from "./kit/pages.ts";
import { total } from "./kit/totals.ts";

export interface SpendPage extends Page {
  cycleStart?: Instant | undefined;
}

const pageFields = record({
  teamMemberSpend: list(z.unknown()),
  subscriptionCycleStart: instant,
  totalPages: amount,
  totalMembers: amount,
});

/** Members asked for on a page. */
export const pageSize = 100;

/** The page with this number in an answer of /teams/spend. Throws provider_unexpected_response for another shape. */
export function spendPage(answer: unknown, number: number): SpendPage {
  const told = pageFields.parse(unwrap(answer, ["teamMemberSpend"]));
  if (told?.teamMemberSpend === undefined) throw unexpected();
  const pages = told.totalPages ?? (told.totalMembers ?? 0) / pageSize;
  return {
    entries: told.teamMemberSpend,
    next: number < pages ? String(number + 1) : undefined,
    cycleStart: told.subscriptionCycleStart,
  };
}

const memberFields = record({
  userId: z.unknown().transform((id) => text.parse(id) ?? toAmount(id)?.toString()),
  role: text,
  /** Cents. Some say without what the plan includes, some with it; the next two leave no doubt (checked 2026-11-22). */
  spendCents: amount,
  overallSpendCents: amount,
  includedSpendCents: amount,
  /** Dollars; 0 is none. */
  hardLimitOverrideDollars: amount,
  monthlyLimitDollars: amount,
});
type Member = NonNullable<z.output<typeof memberFields>>;

/** When the billing cycle began, if it is told, and the present. */
interface Cycle {
  start: Instant | undefined;
  now: Instant;
}

/**
 * The spend of all members together; members who left count too. A team of nobody has none.
 * @throws provider_unexpected_response when that of one is not told.
 */
export function teamReadings(entries: readonly unknown[], cycle: Cycle): Spend[] {
  const members = entries.map((entry) => memberFields.parse(entry));
  if (members.length === 0) return [];
  const overall = totalCents(members.map((member) => member?.overallSpendCents));
  // Some answers tell one number of these members and the other of those.
  const spend =
    totalCents(members.map((member) => member?.spendCents)) ??
    totalCents(members.map((member) => member?.overallSpendCents ?? member?.spendCents));
  const onDemand = totalCents(members.map(onDemandCents));
  const reading = (id: string, label: string, used: number | undefined): Spend[] =>
    used === undefined ? [] : [{ kind: "spend", id, label, unit: "usd", used, ...spanOf(cycle) }];
  if (overall === undefined && spend === undefined) throw unexpected();
  if (overall === undefined) return reading("team-spend", "Team spend this cycle", spend);
  return [
    ...reading("team-spend", "Team spend this cycle, included use too", overall),
    ...reading("team-on-demand", "Team on-demand spend this cycle", onDemand),
  ];
}

/** Of the members who have a cap those with least left. Caps are on what is spent beyond the plan. */
export function memberReadings(entries: readonly unknown[], cycle: Cycle): Quota[] {
  const nameOf = memberNaming();
  const quotas = entries.flatMap((entry): Quota[] => {
    const member = memberFields.parse(entry);
    const limit = member === undefined ? undefined : capOf(member);
    if (member === undefined || limit === undefined || member.role === "removed") return [];
    const cents = onDemandCents(member);
    const used = cents === undefined ? undefined : fromCents(cents);
    const { id, name: scope } = nameOf(member.userId);
    return [{ kind: "quota", id, scope, label: "monthly", unit: "usd", used, limit, ...spanOf(cycle) }];
  });
  return leastLeft(withDistinctIds(quotas));
}

function onDemandCents(member: Member | undefined): number | undefined {
  const { overallSpendCents: overall, includedSpendCents: included, spendCents } = member ?? {};
  return overall === undefined || included === undefined ? spendCents : Math.max(0, overall - included);
}

function capOf({ hardLimitOverrideDollars: override, monthlyLimitDollars: monthly }: Member) {
  return [override, monthly].find((dollars) => dollars !== undefined && dollars > 0);
}

function totalCents(cents: readonly (number | undefined)[]): number | undefined {
  const sum = total(cents);
  return sum === undefined ? undefined : fromCents(sum);
}

function unexpected(): AppError {
  return new AppError("provider_unexpected_response", "Cursor answered without the spend of the team.");
}

/** A month from the start of the cycle, unless that is past: then the start is not of this cycle. */
function spanOf({ start, now }: Cycle): Pick<Spend, "windowSeconds" | "resetsAt"> {
  if (start === undefined || start > now) return {};
  const end = monthAfter(start);
  return end > now ? { windowSeconds: (end - start) / 1000, resetsAt: end } : {};
}

/** The same day and time of the next month, or its last day where it lacks that one. */
function monthAfter(start: Instant): Instant {
  const date = new Date(start);
  const day = date.getUTCDate();
  date.setUTCMonth(date.getUTCMonth() + 1);
  if (date.getUTCDate() !== day) date.setUTCDate(0);
  return date.getTime();
}
