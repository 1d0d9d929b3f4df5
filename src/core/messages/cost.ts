import type { Day } from "../domain/day.ts";
import type { Bar, Block, Message, Text } from "../domain/message.ts";
import type { Billing } from "../domain/usage.ts";
import type {
  BudgetStatus,
  CostProjection,
  CostReport,
  UsageFigures,
  UsageRow,
} from "../services/usage-report.ts";
import { figureTable, isNothing, unpricedText } from "./figures.ts";
import { count, dollars, markOf, toneOf } from "./format.ts";
import { periodSpan, periodWords, shortDayName } from "./period-words.ts";
import { answerActions } from "./quota-table.ts";
import { listValueLegend, missingText, unpricedNames } from "./usage.ts";
import { type UsageNames, valueName } from "./usage-names.ts";

export interface CostCall {
  /** The command line that its buttons carry. */
  command: string;
  today: Day;
  names: UsageNames;
}

/** What a period cost: each way of paying apart, the month, budgets, and who and what cost most. */
export function costMessage(report: CostReport, call: CostCall): Message {
  const bars = report.budgets.map(budgetBar);
  const blocks: Block[] = [{ type: "facts", facts: facts(report, call.names) }];
  if (bars.length > 0) blocks.push({ type: "text", text: { strong: "Budgets" } }, { type: "bars", bars });
  blocks.push(
    ...top("model", report.models, call),
    ...top("user", report.users, call),
    ...top("account", report.accounts, call),
    ...missingText(report),
    { type: "actions", actions: answerActions(call.command) },
  );
  const hasListValue = report.total.includedMicros + report.total.freeMicros > 0;
  const listValue = hasListValue ? ` ${listValueLegend}` : "";
  return {
    title: `Cost ${periodWords(report.period)}`,
    tone: bars.length === 0 ? "neutral" : toneOf(bars.map(({ mark }) => mark)),
    blocks,
    footer: `${periodSpan(report.period, call.today)}.${listValue}`,
  };
}

const billingNames: Readonly<Record<Billing, string>> = {
  subscription: "Subscriptions",
  paid: "Paid",
  prepaid: "Prepaid",
  free: "Free",
};

/** Each way of paying that was used, with its money and calls. */
export function billingFacts({ byBilling }: Pick<CostReport, "byBilling">): { label: string; value: Text }[] {
  return byBilling.map(({ billing, figures }) => ({
    label: billingNames[billing],
    value: `${moneyOf(billing, figures)}${callsOf(figures)}`,
  }));
}

function facts(report: CostReport, names: UsageNames): { label: string; value: Text }[] {
  const found = billingFacts(report);
  if (found.length === 0) found.push({ label: "In this period", value: "nothing was used" });
  const { total, monthToDate } = report;
  if (total.unpriced > 0) {
    const models = unpricedNames(report.unpricedModels, names);
    found.push({ label: "Unpriced", value: unpricedText(total, models) });
  }
  if (report.period.name !== "month" && !isNothing(monthToDate)) {
    found.push({ label: "This month so far", value: monthText(monthToDate) });
  }
  found.push({ label: "Month end", value: projectionText(report.projection) });
  return found;
}

/** The money of one way of paying, with its basis; words instead of a number that nobody knows. */
function moneyOf(billing: Billing, figures: UsageFigures): string {
  const micros = {
    subscription: figures.includedMicros,
    paid: figures.billedMicros,
    prepaid: figures.billedMicros,
    free: figures.freeMicros,
  }[billing];
  const known = `${dollars(micros)}${figures.unpriced > 0 ? " and more" : ""}`;
  const amount = micros === 0 && figures.unpriced > 0 ? "unknown" : known;
  if (billing === "subscription") return `list value ${amount}, included`;
  if (billing === "free") return `list value ${amount}, free of charge`;
  return billing === "paid" ? `billed ${amount}` : `billed ${amount}, from money paid before`;
}

function callsOf({ requests, unpriced }: UsageFigures): string {
  const unknown = unpriced > 0 ? `, ${unpriced.toLocaleString("en-US")} unpriced` : "";
  return requests === 0 ? unknown : ` (${count(requests, "call")}${unknown})`;
}

function monthText({ billedMicros, includedMicros, freeMicros, unpriced }: UsageFigures): string {
  const parts: string[] = [];
  if (billedMicros > 0) parts.push(`billed ${dollars(billedMicros)}`);
  if (includedMicros > 0) parts.push(`${dollars(includedMicros)} list value included in subscriptions`);
  if (freeMicros > 0) parts.push(`${dollars(freeMicros)} list value free of charge`);
  if (unpriced > 0) parts.push(`${count(unpriced, "call")} unpriced`);
  return parts.length === 0 ? "nothing billed" : parts.join("; ");
}

/** "billed $61.00 by 30 Nov at the pace of the last 7 days, 5 with use" */
export function projectionText(projection: CostProjection | undefined): string {
  if (projection === undefined) return "not enough data to project yet";
  const { micros, until, days, daysWithUse } = projection;
  return `billed ${dollars(micros)} by ${shortDayName(until)} at the pace of the last ${count(days, "day")}, ${daysWithUse} with use`;
}

/** How much of a budget is left, and where it is going. */
export function budgetBar(budget: BudgetStatus): Bar {
  const { limitMicros, usedMicros, projectedMicros } = budget;
  const left = limitMicros > 0 ? Math.max(0, (1 - usedMicros / limitMicros) * 100) : 0;
  const over = usedMicros - limitMicros;
  const expected = projectedMicros === undefined ? undefined : `${dollars(projectedMicros)} expected`;
  return {
    mark: markOf(left),
    label: budget.id,
    left,
    value: `${dollars(usedMicros)} of ${dollars(limitMicros)} used`,
    window: `this ${budget.period}`.replace("this day", "today"),
    note: over > 0 ? `${dollars(over)} over` : expected,
  };
}

const fewRows = 5;

function top(by: "model" | "user" | "account", rows: readonly UsageRow[], call: CostCall): Block[] {
  // That nobody tells who it was needs no table.
  if (rows.length === 0 || (rows.length === 1 && rows[0]?.value === "")) return [];
  const title = `${by[0]?.toUpperCase()}${by.slice(1)}`;
  const named = rows
    .slice(0, fewRows)
    .map(({ value, figures }) => ({ name: valueName(by, value, call.names), figures }));
  const table = figureTable(title, named, {
    wide: false,
    only: ["Calls", "Billed", "Included", "Free"],
  });
  if (rows.length <= fewRows) return [table];
  const all = `/quota ${call.command.replace(/^cost/, "usage")} by ${by}`;
  return [table, { type: "text", text: ["More of them: ", { code: all }] }];
}
