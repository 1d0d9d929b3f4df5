import type { CostChart } from "../core/domain/chart.ts";
import { dollars } from "../core/messages/format.ts";
import { shortDayName } from "../core/messages/period-words.ts";
import { areaOf, baseLine, gridLine, limitLine, mark, palette, picture } from "./frame.ts";
import { clipped, element, writable } from "./svg.ts";

const pixelsPerMark = 74;
const others = "#9aa3ad";

/** What was spent on each day, as SVG. */
export function costSvg(chart: CostChart): string {
  const { days, parts, today, budgetMicros } = chart;
  const area = areaOf(parts.length);
  const top = Math.max(...chart.totals, budgetMicros ?? 0, 1);
  const step = niceStep(top / 4);
  const highest = Math.ceil(top / step) * step;
  const y = (micros: number) => area.bottom - (micros / highest) * (area.bottom - area.top);
  const width = (area.right - area.left) / days.length;
  const x = (day: number) => area.left + (day + 0.5) * width;
  const every = Math.ceil(pixelsPerMark / width);
  const labelled = days.flatMap((day, index) => {
    // Counted from the right end, so that the last day always has its label.
    if ((days.length - 1 - index) % every !== 0) return [];
    return [mark(x(index), day === today ? "today" : shortDayName(day), area)];
  });
  return picture({
    title: chart.money === "billed" ? "Billed by day" : "List value by day: covered, not billed",
    subtitle: `${periodText(days)}. Days of ${chart.timezone}.`,
    body: [
      ...Array.from({ length: Math.round(highest / step) + 1 }, (_, line) =>
        gridLine(y(line * step), amount(line * step), area),
      ),
      ...bars(chart, { x, y, width: Math.max(1, width * (width < 6 ? 0.9 : 0.72)) }),
      ...(budgetMicros === undefined
        ? []
        : [limitLine(y(budgetMicros), `daily budget ${dollars(budgetMicros)}`, area)]),
      ...labelled,
      baseLine(area),
    ],
    entries: parts.map(({ label, micros }, index) => ({
      sample: (at: { x: number; y: number }) =>
        element("rect", { x: at.x + 6, y: at.y - 7, width: 22, height: 14, fill: colourOf(chart, index) }),
      label: `${clipped(writable(label, label), 36)}: ${dollars(micros.reduce((sum, one) => sum + one, 0))}`,
    })),
  });
}

/** The parts of each day upon each other, the costliest at the bottom, with white between them. */
function bars(
  chart: CostChart,
  scale: { x(day: number): number; y(micros: number): number; width: number },
): string[] {
  return chart.days.flatMap((_, day) => {
    let below = 0;
    return chart.parts.flatMap(({ micros }, index) => {
      const own = micros[day] ?? 0;
      if (own <= 0) return [];
      const [bottom, top] = [scale.y(below), scale.y(below + own)];
      below += own;
      const height = Math.max(bottom - top - (index > 0 || below > own ? 1 : 0), 0.8);
      return [
        element("rect", {
          ...{ x: scale.x(day) - scale.width / 2, y: top, width: scale.width, height },
          fill: colourOf(chart, index),
        }),
      ];
    });
  });
}

function colourOf({ parts }: CostChart, index: number): string {
  return parts[index]?.isRest ? others : (palette[index % palette.length] ?? others);
}

function periodText(days: CostChart["days"]): string {
  const [first = "", last = first] = [days[0], days.at(-1)];
  return first === last
    ? shortDayName(first)
    : `${shortDayName(first)} to ${shortDayName(last)} ${last.slice(0, 4)}`;
}

/** 1, 2 or 5 times a power of ten, at least so much. */
function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return ([1, 2, 5, 10].find((factor) => factor * power >= least) ?? 10) * power;
}

/** Money on an axis: "$5", "$0.50", "$0.002". */
function amount(micros: number): string {
  const usd = micros / 1e6;
  const digits = usd === 0 || Number.isInteger(usd) ? 0 : Math.max(2, Math.ceil(-Math.log10(usd)));
  return `$${usd.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits })}`;
}
