import type { CostChart } from "../domain/chart.ts";
import type { Block, Message, Plot, Text } from "../domain/message.ts";
import type { CostReport } from "../services/usage-report.ts";
import { type Drawing, drawnBlocks } from "./chart.ts";
import { count, dollars, listNames } from "./format.ts";
import { periodWords, shortDayName } from "./period-words.ts";
import { answerActions } from "./quota-table.ts";
import { missingText } from "./usage.ts";

/** What was spent day by day: in words, and drawn. */
export function costChartMessage(
  { chart, report }: { chart: CostChart; report: CostReport },
  call: { command: string; drawing: Drawing },
): Message {
  const title = `Chart of cost ${periodWords(report.period)}`;
  const actions: Block = { type: "actions", actions: answerActions(call.command) };
  const texts = costChartTexts({ chart, report });
  const drawn = isDrawable(chart) ? drawnBlocks(call.drawing, costPlot(chart)) : [];
  return {
    title,
    tone: "neutral",
    blocks: [
      ...texts.map((text): Block => ({ type: "text", text })),
      ...drawn,
      ...missingText(report),
      actions,
    ],
    ...("file" in call.drawing && { file: call.drawing.file }),
  };
}

/** Whether there is any money in it. */
export function isDrawable({ totals }: CostChart): boolean {
  return totals.some((micros) => micros > 0);
}

/** What the chart shows, and what it leaves out. */
export function costChartTexts({ chart, report }: { chart: CostChart; report: CostReport }): Text[] {
  const { total, period } = report;
  const when = periodWords(period);
  const list = total.includedMicros + total.freeMicros;
  const unpriced =
    total.unpriced > 0 ? [`${count(total.unpriced, "call")} without a known price come on top.`] : [];
  if (!isDrawable(chart)) return [`Nothing was billed ${when}.`, ...unpriced];
  if (chart.money === "list value") {
    return [
      [
        `Nothing was billed ${when}. `,
        "The list value of what subscriptions and free plans covered: ",
        ...summary(chart),
        ".",
      ],
      ...unpriced,
    ];
  }
  const beside =
    list > 0 ? [`Not drawn: ${dollars(list)} list value that subscriptions and free plans covered.`] : [];
  return [["Billed ", `${when}: `, ...summary(chart), "."], ...budgetText(chart), ...beside, ...unpriced];
}

/** "$61.20, most on 12 Nov ($7.90); m-1 $30.10 and all others $31.10" */
function summary({ totals, days, parts }: CostChart): (string | { strong: string })[] {
  const most = Math.max(...totals);
  const day = days[totals.lastIndexOf(most)] ?? "";
  const peak =
    totals.filter((micros) => micros > 0).length > 1
      ? `, most on ${shortDayName(day)} (${dollars(most)})`
      : `, all on ${shortDayName(day)}`;
  const named = parts.map(({ label, micros }) => `${label} ${dollars(sum(micros))}`);
  return [{ strong: dollars(sum(totals)) }, `${peak}; ${listNames(named, parts.length)}`];
}

function budgetText({ budgetMicros, totals }: CostChart): string[] {
  if (budgetMicros === undefined) return [];
  const over = totals.filter((micros) => micros > budgetMicros).length;
  const how = over === 0 ? "was kept every day" : `was exceeded on ${count(over, "day")}`;
  return [`The daily budget of ${dollars(budgetMicros)} ${how}.`];
}

/** The days as characters. */
export function costPlot({ days, totals, today, money }: CostChart): Plot {
  const most = Math.max(...totals, 1);
  const first = days[0] ?? today;
  const last = days.at(-1) ?? today;
  return {
    lines: [
      {
        label: money === "billed" ? "Billed" : "List value",
        levels: totals.map((micros) => (micros > 0 ? micros / most : undefined)),
        value: `at most ${dollars(most)} a day`,
      },
    ],
    from: shortDayName(first),
    to: last === today ? "today" : shortDayName(last),
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, one) => all + one, 0);
}
