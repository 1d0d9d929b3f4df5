import { inflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { createDrawChart, svgOf } from "../../src/charts/draw.ts";
import type { Chart } from "../../src/core/domain/chart.ts";
import { createKeptLog } from "../fakes/core.ts";
import { costChart, halfHourly, lineOf, quotaChart, session } from "./examples.ts";

async function pixelsOf(chart: Chart) {
  const drawn = await createDrawChart({ log: createKeptLog() })(chart);
  if (!("png" in drawn)) throw new Error(drawn.why);
  const png = Buffer.from(drawn.png);
  expect(png.subarray(0, 8).toString("latin1")).toBe("\x89PNG\r\n\x1a\n");
  const width = png.readUInt32BE(16);
  const height = png.readUInt32BE(20);
  const at = png.indexOf("IDAT");
  const rows = inflateSync(png.subarray(at + 4, at + 4 + png.readUInt32BE(at - 4)));
  const row = width * 4 + 1;
  expect(rows.length).toBe(row * height);
  const count = (red: number, green: number, blue: number) => {
    let found = 0;
    for (let y = 0; y < height; y += 1) {
      for (let x = y * row + 1; x < (y + 1) * row; x += 4) {
        if (rows[x] === red && rows[x + 1] === green && rows[x + 2] === blue && rows[x + 3] === 255)
          found += 1;
      }
    }
    return found;
  };
  return { width, height, count };
}

describe("the picture of a chart", () => {
  it("is a PNG of the right size, light, with lines in their colours and words", async () => {
    const { width, height, count } = await pixelsOf(quotaChart());
    expect([width, height]).toEqual([1840, 960]);
    expect(count(255, 255, 255)).toBeGreaterThan((width * height) / 2);
    expect(count(0x00, 0x67, 0xa5)).toBeGreaterThan(5_000);
    expect(count(0xd1, 0x57, 0x0c)).toBeGreaterThan(2_000);
    // The ink of words: without a font there would be none.
    expect(count(0x1f, 0x23, 0x28)).toBeGreaterThan(2_000);
  });

  it("has bars in their colours", async () => {
    const { count } = await pixelsOf(costChart());
    expect(count(0x00, 0x67, 0xa5)).toBeGreaterThan(100_000);
    expect(count(0x9a, 0xa3, 0xad)).toBeGreaterThan(5_000);
  });

  it.each(["Nguyễn Ệ ở Đà Nẵng", "Größe", "Команда", "Ομάδα"])("has letters for %s", async (label) => {
    const plain = await pixelsOf(quotaChart({ name: "-" }));
    const named = await pixelsOf(quotaChart({ name: label }));
    expect(svgOf(quotaChart({ name: label }))).toContain(`${label}: percent left`);
    expect(named.count(0x1f, 0x23, 0x28)).toBeGreaterThan(plain.count(0x1f, 0x23, 0x28) + 300);
  });

  it("where the library cannot be loaded is missed with a sentence, and the reason goes to the log", async () => {
    const log = createKeptLog();
    const load = () => Promise.reject(new Error("Cannot find module '@resvg/resvg-js-linux-riscv64-gnu'"));
    expect(await createDrawChart({ log, load })(quotaChart())).toEqual({
      why: "The picture cannot be drawn on this machine; the log of the bot says why.",
    });
    expect(log.lines).toHaveLength(1);
  });
});

describe("the drawing of a chart", () => {
  it("of windows looks as it did", async () => {
    await expect(svgOf(quotaChart())).toMatchFileSnapshot("snapshots/quota.svg");
  });

  it("of eight windows looks as it did", async () => {
    const lines = Array.from({ length: 8 }, (_, index) =>
      lineOf(
        `pool ${index + 1}`,
        halfHourly("x", (step) => Math.min(100, index * 8 + (step * index) / 10)),
      ),
    );
    await expect(svgOf(quotaChart({ lines }))).toMatchFileSnapshot("snapshots/quota-eight.svg");
  });

  it("of cost looks as it did", async () => {
    await expect(svgOf(costChart())).toMatchFileSnapshot("snapshots/cost.svg");
  });

  it("draws no line where nothing was read, and one up to 100 where the window started over", () => {
    const svg = svgOf(quotaChart({ lines: [lineOf("5-hour", session)], thresholds: [] }));
    const lines = [...svg.matchAll(/<path d="(M[^"Z]+)" fill="none"/g)].map(([, d = ""]) => d);
    expect(lines).toHaveLength(2);
    expect(svg).toContain("Where a line breaks off, nothing was read.");
    const [top] = /y1="([\d.]+)"[^>]*\/><text[^>]*>100%/.exec(svg)?.slice(1) ?? [];
    const jumps = lines.join("").match(new RegExp(`L([\\d.]+) [\\d.]+L\\1 ${top}(?=L)`, "g"));
    expect(jumps).toHaveLength(4);
  });

  it("escapes names, and takes the id for one that the font cannot write", () => {
    const svg = svgOf(quotaChart({ name: `<b>&"A"`, lines: [lineOf("a<b> & c", session)] }));
    expect(svg).toContain("&lt;b&gt;&amp;&quot;A&quot;: percent left");
    expect(svg).toContain("a&lt;b&gt; &amp; c: ");
    expect(svgOf(quotaChart({ name: "営業チーム" }))).toContain(">claude-lan: percent left<");
    expect(svgOf(quotaChart({ name: "Team 🚀" }))).toContain(">claude-lan: percent left<");
  });

  it("tells the zone of its times, and has times of that zone", () => {
    const svg = svgOf(quotaChart());
    expect(svg).toContain("Times in Asia/Ho_Chi_Minh.");
    // The chart ends at 10:00 there.
    for (const label of ["12:00", "Sun 22 Nov", "06:00", "now"]) expect(svg).toContain(`>${label}<`);
  });

  it("of a year of bars keeps its labels apart and its bars inside", () => {
    const days = Array.from({ length: 366 }, (_, day) =>
      new Date(Date.UTC(2025, 10, 22 + day)).toISOString().slice(0, 10),
    );
    const micros = days.map((_, day) => (day % 9) * 1_000);
    const svg = svgOf(
      costChart({ days, totals: micros, parts: [{ label: "m-1", micros }], budgetMicros: undefined }),
    );
    const labels = [...svg.matchAll(/text-anchor="middle"/g)];
    expect(labels.length).toBeGreaterThan(5);
    expect(labels.length).toBeLessThan(13);
    expect(svg).not.toContain("NaN");
  });
});
