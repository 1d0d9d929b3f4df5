import { describe, expect, it } from "vitest";
import { plainBody } from "../../src/channels/plain.ts";
import type { Message } from "../../src/core/domain/message.ts";
import { sparkRows } from "../../src/core/messages/spark.ts";
import { renderDiscord } from "../../src/discord/render.ts";
import { renderSlack } from "../../src/slack/render.ts";
import { renderTerminal } from "../../src/terminal/render.ts";
import { start as now } from "../fakes/core.ts";

const levels = Array.from({ length: 48 }, (_, step) =>
  step > 20 && step < 27 ? undefined : 1 - (step % 12) / 12,
);
const line = (label: string) => ({ label, levels, value: "8% left", mark: "critical" as const });
const message = (labels: readonly string[]): Message => ({
  title: "Chart",
  tone: "neutral",
  blocks: [{ type: "plot", plot: { lines: labels.map(line), from: "Sat 21 Nov 10:00", to: "now" } }],
});
const terminal = (labels: readonly string[], width: number) =>
  renderTerminal(message(labels), { now, timezone: "UTC", terminal: { width, colour: false } });

describe("levels as characters", () => {
  it("fill as many rows as there are, show nothing left as the lowest, and leave gaps empty", () => {
    expect(sparkRows([1, 0.5, 0.25, 0, undefined], { columns: 5, rows: 1 })).toEqual(["█▄▂▁ "]);
    expect(sparkRows([1, 0.5, 0.25, 0, undefined], { columns: 5, rows: 2 })).toEqual(["█    ", "██▄▁ "]);
  });

  it("are drawn wider where there is room, and by their mean where there is none", () => {
    expect(sparkRows([1, undefined], { columns: 7, rows: 1 })).toEqual(["███   "]);
    expect(sparkRows([1, 0, undefined, 0.5], { columns: 2, rows: 1 })).toEqual(["▄▄"]);
    expect(sparkRows([], { columns: 5, rows: 1 })).toEqual([""]);
  });
});

describe("a plot", () => {
  it("is high on the terminal when it has few lines, and low when it has many", () => {
    const height = (count: number) =>
      terminal(
        Array.from({ length: count }, (_, index) => `w${index}`),
        80,
      ).split("\n").length;
    expect([1, 2, 4, 5, 8].map(height)).toEqual([7, 7, 11, 8, 11]);
  });

  it.each([40, 55, 80, 200, Number.POSITIVE_INFINITY])("fits a terminal of %d columns", (width) => {
    const shown = terminal(["5-hour", "週間ウィンドウのとても長い名前とプール"], width);
    for (const row of shown.split("\n")) expect([...row].length).toBeLessThanOrEqual(Math.min(width, 140));
    expect(shown).toContain("8% left");
    expect(shown).toMatch(/[▁▂▃▄▅▆▇█]{3}/);
  });

  it("is monospaced text on Slack and Discord, and in mails", () => {
    const slack = JSON.stringify(renderSlack(message(["5-hour"]), { now, timezone: "UTC" }).blocks);
    expect(slack).toContain("rich_text_preformatted");
    expect(slack).toMatch(/5-hour +[▁▂▃▄▅▆▇█]+·+[▁▂▃▄▅▆▇█]+ +8% left/);
    const discord = JSON.stringify(renderDiscord(message(["5-`hour"]), { now }).components);
    expect(discord).toMatch(/```\\nSat 21 Nov 10:00 – now\\n[▁▂▃▄▅▆▇█]+·+[▁▂▃▄▅▆▇█]+ 5-'hour 8% left\\n```/);
    expect(plainBody(message(["5-hour"]), { now, timezone: "UTC" })).toMatch(/5-hour +[▁▂▃▄▅▆▇█]+·+/);
  });
});
