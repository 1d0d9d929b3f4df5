import { element, escaped, text } from "./svg.ts";

/** Size of a picture, in pixels before it is enlarged for sharp screens. */
export const size = { width: 920, height: 480 };
export const fontFamily = "Play";

export const ink = {
  text: "#1f2328",
  faint: "#59636e",
  grid: "#e4e8ec",
  axis: "#9aa3ad",
  warning: "#b3261e",
};

/** Tell apart by people of all kinds of colour vision; each comes with its own dash and marker. */
export const palette = [
  "#0067a5",
  "#d1570c",
  "#007a5a",
  "#a3388f",
  "#b58900",
  "#3a9bd6",
  "#454b54",
  "#8c2d3f",
] as const;

/** The area that data are drawn in. */
export interface Area {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** An entry of the legend: how it is drawn, at the left end of a line of text, and what it says. */
export interface Entry {
  sample(at: { x: number; y: number }): string;
  label: string;
}

const margin = { left: 62, right: 34, top: 84, bottom: 40 };
const legend = { columns: 2, row: 24 };

/** Where data are drawn when so many entries stand in the legend. */
export function areaOf(entries: number): Area {
  const rows = Math.ceil(entries / legend.columns);
  return {
    left: margin.left,
    right: size.width - margin.right,
    top: margin.top,
    bottom: size.height - margin.bottom - rows * legend.row - 8,
  };
}

/** A picture: title, what is under it, axes and data as markup, and the legend below. */
export function picture(parts: {
  title: string;
  subtitle: string;
  body: readonly string[];
  entries: readonly Entry[];
}): string {
  const { bottom } = areaOf(parts.entries.length);
  const column = (size.width - margin.left - margin.right) / legend.columns;
  const drawn = parts.entries.map(({ sample, label }, index) => {
    const x = margin.left + (index % legend.columns) * column;
    const y = bottom + margin.bottom + 16 + Math.floor(index / legend.columns) * legend.row;
    return sample({ x, y: y - 4 }) + text({ x: x + 44, y }, label, { fill: ink.text, "font-size": 14 });
  });
  return element(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      ...size,
      viewBox: `0 0 ${size.width} ${size.height}`,
      "font-family": fontFamily,
    },
    [
      element("title", {}, escaped(parts.title)),
      element("rect", { ...size, fill: "#ffffff" }),
      text({ x: 24, y: 38 }, parts.title, { "font-size": 21, "font-weight": 700, fill: ink.text }),
      text({ x: 24, y: 61 }, parts.subtitle, { "font-size": 13, fill: ink.faint }),
      ...parts.body,
      ...drawn,
    ]
      .map((line) => `\n${line}`)
      .join(""),
  );
}

/** A line across with its label at the left. */
export function gridLine(y: number, label: string, { left, right }: Area): string {
  return (
    element("line", { x1: left, x2: right, y1: y, y2: y, stroke: ink.grid }) +
    text({ x: left - 8, y: y + 4 }, label, { "text-anchor": "end", "font-size": 12, fill: ink.faint })
  );
}

/** A label below the area, with a short line at its place. */
export function mark(x: number, label: string, { bottom }: Area): string {
  return (
    element("line", { x1: x, x2: x, y1: bottom, y2: bottom + 5, stroke: ink.axis }) +
    text({ x, y: bottom + 20 }, label, { "text-anchor": "middle", "font-size": 12, fill: ink.faint })
  );
}

/** The line that the marks stand on. */
export function baseLine({ left, right, bottom }: Area): string {
  return element("line", { x1: left, x2: right, y1: bottom, y2: bottom, stroke: ink.axis });
}

/** A dashed line across at which something is due, with its label at the left end above it. */
export function limitLine(y: number, label: string, { left, right }: Area): string {
  return (
    element("line", { x1: left, x2: right, y1: y, y2: y, stroke: ink.warning, "stroke-dasharray": "3 4" }) +
    text({ x: left + 6, y: y - 5 }, label, {
      ...{ "font-size": 11, fill: ink.warning },
      // Readable on whatever it crosses.
      ...{ stroke: "#ffffff", "stroke-width": 3, "stroke-linejoin": "round", "paint-order": "stroke" },
    })
  );
}
