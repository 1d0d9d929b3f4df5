import { type ChartLine, mostLines, type QuotaChart } from "../domain/chart.ts";
import type { Block, Message, MessageFile, Plot, Span, Text } from "../domain/message.ts";
import { levelsOf } from "../domain/series.ts";
import type { QuotaChartAnswer } from "../services/chart-quotas.ts";
import { count, duration, listNames, markOf, moment, percentLeft } from "./format.ts";
import { answerActions } from "./quota-table.ts";

/** How a chart is shown: as a picture, or as characters, with the reason where a picture was wanted. */
export type Drawing = { file: MessageFile } | { why?: string | undefined };

/** "24 hours", "7 days" */
export function rangeWords(range: number): string {
  const hours = Math.round(range / 3_600_000);
  return hours % 24 === 0 && hours > 24 ? `${hours / 24} days` : count(hours, "hour");
}

/** What was left of an account's windows over a range of milliseconds: in words, and drawn. */
export function quotaChartMessage(
  answer: QuotaChartAnswer,
  call: { command: string; range: number; drawing: Drawing },
): Message {
  const { chart } = answer;
  const title = `Chart of ${chart.name}, last ${rangeWords(call.range)}`;
  const actions: Block = { type: "actions", actions: answerActions(call.command) };
  if (chart.lines.length === 0) {
    return { title, tone: "neutral", blocks: [{ type: "text", text: nothingDrawn(answer) }, actions] };
  }
  const texts = quotaChartTexts(chart);
  return {
    title,
    tone: "neutral",
    blocks: [
      ...texts.map((text): Block => ({ type: "text", text })),
      ...drawnBlocks(call.drawing, quotaPlot(chart)),
      actions,
    ],
    ...("file" in call.drawing && { file: call.drawing.file }),
  };
}

/** The answer to a name that several accounts have. */
export function severalAccounts(typed: string, accounts: readonly { id: string }[]): Message {
  const ids = accounts
    .slice(0, 8)
    .flatMap(({ id }, index): Span[] => [index === 0 ? "" : ", ", { code: id }]);
  const more = accounts.length > 8 ? ` and ${accounts.length - 8} more` : "";
  const text: Text = [
    "A chart is of one account, and ",
    { code: typed.slice(0, 60) },
    " means several: ",
    ...ids,
    `${more}.`,
  ];
  return { title: "Which one?", tone: "neutral", blocks: [{ type: "text", text }] };
}

/** The plot where there is no picture, with the reason for that. */
export function drawnBlocks(drawing: Drawing, plot: Plot): Block[] {
  if ("file" in drawing) return [];
  const why: Block[] = drawing.why === undefined ? [] : [{ type: "text", text: drawing.why }];
  return [...why, { type: "plot", plot }];
}

/** What a chart shows, a sentence for each window. */
export function quotaChartTexts(chart: QuotaChart): Text[] {
  const texts = chart.lines.map((line) => lineText(line, chart));
  if (chart.others.length > 0) {
    const names = listNames(
      chart.others.map(({ label, last }) => `${label} (${percentLeft(last.left)} left)`),
    );
    texts.push(`Only the ${mostLines} windows with the least left are drawn; the others are ${names}.`);
  }
  if (chart.lines.some(({ series }) => series.stretches.length > 1)) {
    texts.push("Where a line breaks off, nothing was read.");
  }
  return texts;
}

/** What is older was thinned to one sample a day, which may hide a reset. */
const daily = 60 * 86_400_000;

function lineText({ label, lowest, last, series, stale }: ChartLine, { name, from, to }: QuotaChart): Text {
  const now: Span[] = [{ strong: `${percentLeft(last.left)} left` }];
  if (stale) now.push(" when it was read last, ", { instant: last.at, style: "countdown" });
  else now.push(" now");
  const low: Span[] =
    lowest.left < last.left
      ? [", lowest ", percentLeft(lowest.left), " (", { instant: lowest.at, style: "moment" }, ")"]
      : [", which is the lowest"];
  const resets = series.resets.length;
  const atLeast = resets > 0 && to - from > daily ? "at least " : "";
  const first = series.stretches[0]?.[0]?.at ?? from;
  const short = (first - from) * 4 > to - from ? [`; known for ${duration(to - first)}`] : [];
  return [
    `${label} of ${name}: `,
    ...now,
    ...low,
    ...(resets === 0 ? [] : [`; ${atLeast}${count(resets, "reset")}`]),
    ...short,
    ".",
  ];
}

const steps = 96;

/** The lines as characters. */
export function quotaPlot({ lines, from, to, timezone }: QuotaChart): Plot {
  return {
    lines: lines.map(({ label, series, last }) => ({
      label,
      levels: levelsOf(series, { from, to, steps }),
      value: `${percentLeft(last.left)} left`,
      mark: markOf(last.left),
    })),
    from: moment(from, to, timezone),
    to: "now",
  };
}

function nothingDrawn({ report, chart }: QuotaChartAnswer): Text {
  const show: Span[] = [{ code: `/quota show ${chart.account}` }];
  if (report.fetchedAt === undefined && report.readings.length === 0) {
    return [
      `Nothing has been read of ${chart.name} yet: its history begins with the first read. `,
      ...show,
      " tells how it stands.",
    ];
  }
  const hasWindow = report.readings.some(
    (reading) => reading.kind !== "balance" && reading.limit !== undefined,
  );
  if (!hasWindow) {
    return [
      `${chart.name} has no window with a limit, so there is nothing to draw. `,
      ...show,
      " tells what it has.",
    ];
  }
  return [
    `Nothing was read of ${chart.name} in this time. `,
    ...(report.fetchedAt === undefined
      ? []
      : ["It was read last ", { instant: report.fetchedAt, style: "countdown" as const }, ". "]),
    "Try a longer range, such as ",
    { code: `/quota chart ${chart.account} 7d` },
    ".",
  ];
}
