import type { Day } from "../domain/day.ts";
import type { Block, Message, Text } from "../domain/message.ts";
import { type Dimension, unassigned } from "../domain/usage.ts";
import type { UsageFigures, UsageReport, UsageRow } from "../services/usage-report.ts";
import { figureTable, isNothing, tokenText, unpricedText } from "./figures.ts";
import { audioLength, count, dollars, listNames, scaled, share, took } from "./format.ts";
import { periodSpan, periodWords } from "./period-words.ts";
import { answerActions } from "./quota-table.ts";
import { type UsageNames, valueName } from "./usage-names.ts";

export interface UsageCall {
  /** The command line that its buttons carry. */
  command: string;
  today: Day;
  names: UsageNames;
  /** Whether there is room for success rates and times in the table. */
  wide: boolean;
}

/** What was used in a period: a headline of facts, and a table by the dimension asked for. */
export function usageMessage(report: UsageReport, call: UsageCall): Message {
  const title = `Usage ${periodWords(report.period)}`;
  const actions: Block = { type: "actions", actions: answerActions(call.command) };
  const footer = `${periodSpan(report.period, call.today)}.`;
  const gone = missingText(report);
  if (isNothing(report.total)) {
    const blocks: Block[] = [{ type: "text", text: "Nobody has reported any usage for this period." }];
    return { title, tone: "neutral", blocks: [...blocks, ...gone, actions], footer };
  }
  const blocks: Block[] = [
    { type: "facts", facts: facts(report, call.names) },
    ...breakdown(report, call),
    ...legend(report),
    ...gone,
    actions,
  ];
  return { title, tone: "neutral", blocks, footer };
}

function facts(report: UsageReport, names: UsageNames): { label: string; value: Text }[] {
  const { total } = report;
  const found: { label: string; value: Text }[] = [
    { label: "Requests", value: requestText(total) },
    { label: "Tokens", value: tokenDetails(total) },
  ];
  if (total.audioSeconds > 0) found.push({ label: "Audio", value: audioLength(total.audioSeconds) });
  if (total.billedMicros > 0) found.push({ label: "Billed", value: dollars(total.billedMicros) });
  if (total.includedMicros > 0) {
    const value = `${dollars(total.includedMicros)} list value, included in subscriptions`;
    found.push({ label: "Included", value });
  }
  if (total.freeMicros > 0)
    found.push({ label: "Free", value: `${dollars(total.freeMicros)} list value, free of charge` });
  if (total.unpriced > 0) {
    const rows = report.by === "model" ? report.rows.filter(({ figures }) => figures.unpriced > 0) : [];
    const models = unpricedNames(
      rows.map(({ value }) => value),
      names,
    );
    found.push({ label: "Unpriced", value: unpricedText(total, models) });
  }
  if (total.meanMs !== undefined && total.p95Ms !== undefined) {
    found.push({
      label: "Time",
      value: `${took(total.meanMs)} on average, 95% within ${took(total.p95Ms)}`,
    });
  }
  if (report.peakHours.length > 0)
    found.push({ label: "Busiest hours", value: report.peakHours.map(hourSpan).join(", ") });
  return found;
}

/** What to call models that have calls without a price. */
export function unpricedNames(models: readonly string[], names: UsageNames): string[] {
  return models.map((model) =>
    model === "" ? "calls that tell no model" : valueName("model", model, names),
  );
}

function requestText({ requests, successRate }: UsageFigures): string {
  const number = requests.toLocaleString("en-US");
  return successRate === undefined ? number : `${number}, ${share(successRate)} ok`;
}

function tokenDetails(figures: UsageFigures): string {
  const { tokens } = figures;
  const classes = [
    [tokens.input, "in"],
    [tokens.output, "out"],
    [tokens.cacheRead, "cache read"],
    [tokens.cacheWrite, "cache write"],
    [tokens.reasoning, "reasoning"],
  ] as const;
  const parts = classes.flatMap(([number, name]) => (number > 0 ? [`${scaled(number)} ${name}`] : []));
  return parts.length === 0 ? tokenText(figures) : `${tokenText(figures)}: ${parts.join(", ")}`;
}

function hourSpan(hour: number): string {
  const two = (number: number) => String(number).padStart(2, "0");
  return `${two(hour)}:00–${two((hour + 1) % 24)}:00`;
}

const fewRows = 10;
/** A month of days, a day of hours. */
const manyRows = 31;

function breakdown(report: UsageReport, call: UsageCall): Block[] {
  const { by, rows } = report;
  if (by === undefined || rows.length === 0) return [];
  const inOrder = by === "day" || by === "hour";
  const most = inOrder ? manyRows : fewRows;
  // Of many days the latest count; of everything else the largest come first.
  const shown = by === "day" ? rows.slice(-most) : rows.slice(0, most);
  const table = figureTable(
    by === "billing" ? "Paid by" : capital(by),
    shown.map(({ value, figures }) => ({ name: valueName(by, value, call.names), figures })),
    call,
  );
  const more = rows.length - shown.length;
  const rest = by === "day" ? `and ${count(more, "earlier day")}` : `and ${more} more`;
  return [
    table,
    ...(more > 0 ? [{ type: "text" as const, text: rest }] : []),
    ...(by === "account" ? unassignedHint(rows) : []),
  ];
}

function capital(by: Dimension): string {
  return `${by[0]?.toUpperCase()}${by.slice(1)}`;
}

function unassignedHint(rows: readonly UsageRow[]): Block[] {
  if (rows.every(({ value }) => value !== unassigned)) return [];
  const text: Text = [
    { strong: "Unassigned" },
    " are records that fit no account, or several: say under ",
    { code: "usage" },
    " of an account in ",
    { code: "quotabot.yml" },
    " which are its own.",
  ];
  return [{ type: "text", text }];
}

/** Said wherever list value is shown. */
export const listValueLegend = "List value is what it would have cost; nobody bills it.";

function legend({ total }: UsageReport): Block[] {
  const parts: string[] = [];
  if (total.tokens.estimated > 0)
    parts.push(`~ ${scaled(total.tokens.estimated)} of the tokens were estimated from texts.`);
  if (total.includedMicros + total.freeMicros > 0) parts.push(listValueLegend);
  return parts.length === 0 ? [] : [{ type: "text", text: parts.join(" ") }];
}

/** Days that are left out of an answer, named. */
export function missingText({ missing }: Pick<UsageReport, "missing">): Block[] {
  if (missing.length === 0) return [];
  const text = `Not counted: ${listNames(missing)}, because their records are no longer kept, and without them the days cannot be broken down like this.`;
  return [{ type: "text", text }];
}
