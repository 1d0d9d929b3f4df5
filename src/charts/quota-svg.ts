import { createCalendar } from "../core/domain/calendar.ts";
import type { ChartLine, QuotaChart } from "../core/domain/chart.ts";
import type { Instant } from "../core/domain/quota.ts";
import { timeMarks } from "../core/domain/time-axis.ts";
import { count, percentLeft } from "../core/messages/format.ts";
import { type Area, areaOf, baseLine, gridLine, limitLine, mark, palette, picture } from "./frame.ts";
import { clipped, element, path, writable } from "./svg.ts";

interface Scale {
  x(at: Instant): number;
  y(left: number): number;
}

const dashes = [undefined, "8 4", "2 4", "12 4 3 4", "5 3", "14 5", "2 3 8 3", "6 2 2 2 2 2"];
const pixelsPerMark = 86;

/** What was left of an account's windows over time, as SVG. */
export function quotaSvg(chart: QuotaChart): string {
  const { from, to, lines } = chart;
  const area = areaOf(lines.length);
  const scale: Scale = {
    x: (at) => area.left + ((at - from) / (to - from)) * (area.right - area.left),
    y: (left) => area.bottom - (left / 100) * (area.bottom - area.top),
  };
  const entries = lines.map((line, index) => ({
    sample: ({ x, y }: { x: number; y: number }) =>
      element("line", { x1: x, x2: x + 34, y1: y, y2: y, ...strokeOf(index) }) + marker(index, x + 17, y),
    label: entryText(line),
  }));
  return picture({
    title: clipped(`${writable(chart.name, chart.account)}: percent left`, 70),
    subtitle: `${subtitle(chart)}Times in ${chart.timezone}.`,
    body: [
      ...[0, 25, 50, 75, 100].map((left) => gridLine(scale.y(left), `${left}%`, area)),
      ...timeLabels(chart, scale, area),
      baseLine(area),
      // The first line is drawn last: it lies on top.
      ...lines.map((line, index) => drawn(line, index, scale)).reverse(),
      ...thresholdLines(chart.thresholds, scale, area),
    ],
    entries,
  });
}

function subtitle({ lines, others }: QuotaChart): string {
  const gaps = lines.some(({ series }) => series.stretches.length > 1);
  const more = others.length > 0 ? `${count(others.length, "window")} with more left not drawn. ` : "";
  return `${more}${gaps ? "Where a line breaks off, nothing was read. " : ""}`;
}

function entryText({ label, id, last, stale }: ChartLine): string {
  const name = clipped(writable(label, id), 34);
  return `${name}: ${percentLeft(last.left)} ${stale ? "when read last" : "now"}`;
}

function strokeOf(index: number) {
  return {
    stroke: palette[index % palette.length],
    "stroke-width": 2.5,
    "stroke-dasharray": dashes[index % dashes.length],
    "stroke-linejoin": "round",
  };
}

function drawn({ series, last }: ChartLine, index: number, { x, y }: Scale): string {
  const paths = series.stretches
    .map((stretch) => stretch.map((point) => ({ x: x(point.at), y: y(point.left) })))
    .map((points) =>
      points.length > 1
        ? element("path", { d: path(points), fill: "none", ...strokeOf(index) })
        : points
            .map((point) =>
              element("circle", { cx: point.x, cy: point.y, r: 2.5, fill: palette[index % palette.length] }),
            )
            .join(""),
    );
  return paths.join("") + marker(index, x(last.at), y(last.left));
}

/** A shape of its own for each line. */
function marker(index: number, x: number, y: number): string {
  const look = { fill: palette[index % palette.length], stroke: "#ffffff", "stroke-width": 1.5 };
  const polygon = (points: readonly (readonly [number, number])[]) =>
    element("path", { d: `${path(points.map(([dx, dy]) => ({ x: x + dx, y: y + dy })))}Z`, ...look });
  const shapes = [
    () => element("circle", { cx: x, cy: y, r: 5.5, ...look }),
    () => element("rect", { x: x - 5, y: y - 5, width: 10, height: 10, ...look }),
    () =>
      polygon([
        [0, -6.5],
        [6, 5],
        [-6, 5],
      ]),
    () =>
      polygon([
        [0, -7],
        [7, 0],
        [0, 7],
        [-7, 0],
      ]),
    () =>
      polygon([
        [0, 6.5],
        [6, -5],
        [-6, -5],
      ]),
    () =>
      polygon([
        [-6, -2],
        [-2, -6],
        [2, -6],
        [6, -2],
        [6, 2],
        [2, 6],
        [-2, 6],
        [-6, 2],
      ]),
    () => element("rect", { x: x - 7, y: y - 3.5, width: 14, height: 7, ...look }),
    () => element("rect", { x: x - 3.5, y: y - 7, width: 7, height: 14, ...look }),
  ];
  return shapes[index % shapes.length]?.() ?? "";
}

/** Labels that would touch another one are left out. */
function thresholdLines(thresholds: readonly number[], { y }: Scale, area: Area): string[] {
  return thresholds.map((left, index) => {
    const above = thresholds[index - 1];
    const isFree = above === undefined || y(left) - y(above) >= 14;
    return limitLine(y(left), isFree ? `alert at ${left}% left` : "", area);
  });
}

function timeLabels({ from, to, timezone }: QuotaChart, { x }: Scale, area: Area): string[] {
  const now = x(to);
  const marks = timeMarks(from, to, createCalendar(timezone), (area.right - area.left) / pixelsPerMark)
    .filter(({ at }) => now - x(at) >= pixelsPerMark / 2)
    .map(({ at, unit }) => mark(x(at), wordsFor(at, unit, timezone), area));
  return [...marks, mark(now, "now", area)];
}

function wordsFor(at: Instant, unit: "hour" | "day", timeZone: string): string {
  const parts =
    unit === "day"
      ? ({ weekday: "short", day: "numeric", month: "short" } as const)
      : ({ hour: "2-digit", minute: "2-digit" } as const);
  return new Intl.DateTimeFormat("en-GB", { ...parts, timeZone }).format(at).replace(",", "");
}
