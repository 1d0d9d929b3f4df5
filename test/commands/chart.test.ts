import { describe, expect, it } from "vitest";
import type { Asker } from "../../src/core/commands/command.ts";
import type { Chart, DrawChart } from "../../src/core/domain/chart.ts";
import type { QuotaSample } from "../../src/core/domain/history.ts";
import type { Message } from "../../src/core/domain/message.ts";
import type { Reading } from "../../src/core/domain/quota.ts";
import type { UsageReport, UsageReports } from "../../src/core/services/usage-report.ts";
import { renderTerminal } from "../../src/terminal/render.ts";
import { session, weekly } from "../charts/examples.ts";
import { account, start as now, quota } from "../fakes/core.ts";
import { createQuotaHouse } from "../fakes/quota-house.ts";
import { costReport, createFakeUsageReports, figures, usageReport } from "../fakes/usage.ts";

const hour = 3_600_000;
const person: Asker = { surface: "slack", user: "U1", admin: false };
const typist: Asker = { surface: "terminal", admin: true };
const lan = account("claude-lan", { label: "Lan's Max", interval: 30 * 60_000 });
const accounts = [lan, account("claude-mai", { label: "Mai's Max" }), account("glm-main", { label: "GLM" })];

async function setUp(
  told: {
    readings?: readonly Reading[];
    samples?: readonly QuotaSample[];
    draw?: DrawChart;
    usageReports?: UsageReports;
  } = {},
) {
  const charts: Chart[] = [];
  const house = createQuotaHouse({
    accounts,
    read: async () => ({ readings: told.readings ?? [] }),
    usageReports: told.usageReports,
    draw: async (chart) => {
      charts.push(chart);
      return await (told.draw?.(chart) ?? { png: Uint8Array.of(7) });
    },
  });
  await house.store.history.add(told.samples ?? []);
  if (told.readings !== undefined) await house.readQuotas.read([lan], "allowed");
  return {
    ...house,
    charts,
    async answer(line: string, asker = person): Promise<Message> {
      const messages: Message[] = [];
      for await (const message of house.commands.answer(line, asker)) messages.push(message);
      expect(messages).toHaveLength(1);
      return messages[0] as Message;
    },
  };
}

function text(message: Message, width = 100): string {
  return renderTerminal(message, { now, timezone: "UTC", terminal: { width, colour: false } });
}

const readings = [
  quota({ id: "session", label: "5-hour", used: 72, limit: 100, resetsAt: now + hour }),
  quota({ id: "weekly", label: "weekly", used: 44, limit: 100 }),
];
const read = { readings, samples: [...session, ...weekly] };

describe("/quota chart ACCOUNT", () => {
  it("hands over a picture, with a sentence for each window that says what it shows", async () => {
    const { answer, charts } = await setUp(read);
    const message = await answer("chart lan");
    expect(message.title).toBe("Chart of Lan's Max, last 24 hours");
    const said = text(message);
    expect(said).toContain("5-hour of Lan's Max: 28% left now, lowest 19% (Sat 21 Nov 22:50); 4 resets.");
    expect(said).toContain("weekly of Lan's Max: 56% left now, which is the lowest.");
    expect(said).toContain("Where a line breaks off, nothing was read.");
    expect(message.file).toMatchObject({
      name: "quotabot-claude-lan-24h.png",
      mediaType: "image/png",
      content: Uint8Array.of(7),
    });
    expect(message.file?.picture?.alt).toContain("5-hour of Lan's Max: 28% left now, lowest 19% (");
    expect(message.blocks.some(({ type }) => type === "plot")).toBe(false);
    expect(charts).toMatchObject([
      { kind: "quota", thresholds: [20, 10], timezone: "UTC", from: now - 24 * hour },
    ]);
  });

  it("keeps its range on its buttons", async () => {
    const { answer, charts } = await setUp(read);
    const message = await answer("chart 7d lan");
    expect(message.title).toBe("Chart of Lan's Max, last 7 days");
    expect(charts).toMatchObject([{ from: now - 7 * 24 * hour, to: now }]);
    expect(message.blocks.at(-1)).toMatchObject({
      actions: [{ id: "refresh", command: "chart claude-lan 7d" }, { id: "share" }],
    });
    expect(text(message)).toContain("; known for 1 d.");
  });

  it("is drawn in characters on the terminal, as wide as it is", async () => {
    const { answer, charts } = await setUp(read);
    const message = await answer("chart lan", typist);
    expect(message.file).toBeUndefined();
    expect(charts).toEqual([]);
    for (const width of [100, 60, 40]) {
      const lines = text(message, width).split("\n");
      const drawn = lines.filter((line) => /[▁▂▃▄▅▆▇█]{3}/.test(line));
      expect(drawn.length).toBeGreaterThanOrEqual(2);
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(width);
      expect(lines.some((line) => /^5-hour +[▁▂▃▄▅▆▇█ ]+ 28% left$/.test(line))).toBe(true);
    }
    expect(text(message)).toMatch(/Sat 21 Nov \d\d:\d\d +now/);
    await expect(`${text(message)}\n`).toMatchFileSnapshot("snapshots/chart-account.txt");
  });

  it("is drawn in characters, with the reason, where no picture can be drawn", async () => {
    const { answer } = await setUp({ ...read, draw: async () => ({ why: "No picture here." }) });
    const message = await answer("chart lan");
    expect(message.file).toBeUndefined();
    expect(text(message)).toContain("No picture here.");
    expect(message.blocks.some(({ type }) => type === "plot")).toBe(true);
  });

  it("says when it stood so when the last read is long past", async () => {
    const { answer, clock } = await setUp(read);
    clock.advance(3 * hour);
    const said = renderTerminal(await answer("chart lan"), {
      now: clock.now(),
      timezone: "UTC",
      terminal: { width: 200, colour: false },
    });
    expect(said).toContain("5-hour of Lan's Max: 28% left when it was read last, 3 h ago");
  });

  it("names the windows that it has no room for", async () => {
    const many = Array.from({ length: 11 }, (_, index) =>
      quota({ id: `w${index}`, label: `window ${index}`, used: 90 - index * 5, limit: 100 }),
    );
    const { answer, charts } = await setUp({ readings: many });
    const said = text(await answer("chart lan"), 200);
    expect(said).toContain(
      "Only the 8 windows with the least left are drawn; the others are window 8 (50% left), window 9 (55% left) and window 10 (60% left).",
    );
    expect(charts).toMatchObject([{ lines: { length: 8 } }]);
  });

  it.each([
    ["that was never read", {}, "its history begins with the first read"],
    [
      "without windows",
      { readings: [{ kind: "balance", id: "b", label: "B", unit: "usd", remaining: 1 }] as const },
      "Lan's Max has no window with a limit",
    ],
  ])("of an account %s says so and draws nothing", async (_, told, words) => {
    const { answer, charts } = await setUp(told);
    const message = await answer("chart lan");
    expect(text(message, 200)).toContain(words);
    expect(text(message, 200)).toContain("/quota show claude-lan");
    expect(message.file).toBeUndefined();
    expect(charts).toEqual([]);
  });

  it("over a time without reads says when the last one was", async () => {
    const { answer, clock } = await setUp(read);
    clock.advance(30 * hour);
    const said = renderTerminal(await answer("chart lan"), {
      now: clock.now(),
      timezone: "UTC",
      terminal: { width: 200, colour: false },
    });
    expect(said).toContain("Nothing was read of Lan's Max in this time. It was read last 1 d 6 h ago.");
    expect(said).toContain("/quota chart claude-lan 7d");
  });

  it.each([
    ["chart", "One word is missing"],
    ["chart", "cost, claude-lan"],
    ["chart claude-lam", "Did you mean /quota chart claude-lan?"],
    ["chart cots", "Did you mean /quota chart cost?"],
    ["chart claude", "means several: claude-lan, claude-mai."],
    ["chart lan 7w", "Did you mean /quota chart claude-lan 30d?"],
    ["chart cost 2026-11", "RANGE is how far back: 24h, 7d or 30d."],
    ["chart lan 400d", "400d does not fit into /quota chart ACCOUNT|cost [RANGE]."],
  ])("answers what it does not understand: %s", async (line, words) => {
    const { answer, charts } = await setUp(read);
    expect(text(await answer(line), 200)).toContain(words);
    expect(charts).toEqual([]);
  });

  it("completes cost, accounts and ranges", async () => {
    const { commands } = await setUp();
    expect(commands.complete("chart", "target", "c").map(({ value }) => value)).toEqual([
      "cost",
      "claude-lan",
      "claude-mai",
    ]);
    expect(commands.complete("chart", "target", "gl").map(({ value }) => value)).toEqual(["glm-main"]);
    expect(commands.complete("chart", "range", "").map(({ value }) => value)).toEqual([
      "24h",
      "7d",
      "30d",
      "90d",
    ]);
    expect(commands.complete("chart", "range", "3d").map(({ value }) => value)).toEqual(["3d"]);
  });
});

/** Reports of two models over a week; `money` is theirs on each day. */
function spending(
  money: Record<string, readonly number[]>,
  kind: "billedMicros" | "includedMicros",
): UsageReports {
  const sum = (numbers: readonly number[]) => numbers.reduce((all, one) => all + one, 0);
  const of = (micros: number) => figures({ requests: 1, [kind]: micros });
  return {
    cost: async (period) =>
      costReport({
        period,
        total: of(sum(Object.values(money).map(sum))),
        models: Object.entries(money).map(([value, days]) => ({ value, figures: of(sum(days)) })),
        budgets: [
          {
            id: "daily",
            period: "day",
            limitMicros: 5e6,
            usedMicros: 0,
            from: "2026-11-22",
            to: "2026-11-22",
          },
        ],
      }),
    async usage({ period, only }): Promise<UsageReport> {
      const models = only?.model ?? Object.keys(money);
      const rows = Array.from({ length: 7 }, (_, day) => ({
        value: `2026-11-${16 + day}`,
        figures: of(sum(models.map((model) => money[model]?.[day] ?? 0))),
      }));
      return usageReport({ period, rows });
    },
  };
}

describe("/quota chart cost", () => {
  const models = Object.fromEntries(
    Array.from({ length: 7 }, (_, model) => [
      `m-${model}`,
      [1e6, 0, 0, 2e6, 0, 0, 5e5].map((micros) => micros * (7 - model) * 0.25),
    ]),
  );

  it("draws money by day and by the costliest models, with the daily budget", async () => {
    const { answer, charts } = await setUp({ usageReports: spending(models, "billedMicros") });
    const message = await answer("chart cost 7d");
    expect(message.title).toBe("Chart of cost in the last 7 days");
    const [chart] = charts;
    if (chart?.kind !== "cost") throw new Error("no chart of cost");
    expect(chart.days).toEqual(["16", "17", "18", "19", "20", "21", "22"].map((day) => `2026-11-${day}`));
    expect(chart.parts.map(({ label }) => label)).toEqual(["m-0", "m-1", "m-2", "m-3", "m-4", "all others"]);
    expect(chart.parts.at(-1)?.micros[3]).toBe(1_500_000);
    for (const [day, total] of chart.totals.entries()) {
      expect(chart.parts.reduce((all, { micros }) => all + (micros[day] ?? 0), 0)).toBe(total);
    }
    expect(chart.budgetMicros).toBe(5e6);
    const said = text(message, 300);
    expect(said).toContain(
      "Billed in the last 7 days: $24.50, most on 19 Nov ($14.00); m-0 $6.13, m-1 $5.25,",
    );
    expect(said).toContain("The daily budget of $5.00 was exceeded on 2 days.");
    expect(message.file).toMatchObject({ name: "quotabot-cost-7d.png" });
  });

  it("is of 30 days unless told", async () => {
    const { answer, charts } = await setUp({ usageReports: spending(models, "billedMicros") });
    await answer("chart cost");
    expect(charts).toMatchObject([{ days: { length: 30, 0: "2026-10-24", 29: "2026-11-22" } }]);
  });

  it("draws the list value where nothing was billed, and says that it is none", async () => {
    const { answer, charts } = await setUp({ usageReports: spending(models, "includedMicros") });
    const said = text(await answer("chart cost 7d"), 300);
    expect(said).toContain("Nothing was billed in the last 7 days. The list value of what subscriptions");
    expect(said).not.toContain("budget");
    expect(charts).toMatchObject([{ money: "list value", budgetMicros: undefined }]);
  });

  it("is drawn in characters on the terminal", async () => {
    const { answer } = await setUp({ usageReports: spending(models, "billedMicros") });
    const said = text(await answer("chart cost 7d", typist), 60);
    expect(said).toMatch(/^Billed +[▁▂▃▄▅▆▇█ ]+ +at most \$14\.00 a day$/m);
    await expect(`${said}\n`).toMatchFileSnapshot("snapshots/chart-cost.txt");
  });

  it("says so where nothing was ever reported", async () => {
    const { answer, charts } = await setUp({ usageReports: createFakeUsageReports() });
    expect(text(await answer("chart cost"))).toContain("Nobody has reported any usage yet");
    expect(charts).toEqual([]);
  });
});
