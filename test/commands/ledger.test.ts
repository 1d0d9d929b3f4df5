import { describe, expect, it } from "vitest";
import type { Asker } from "../../src/core/commands/command.ts";
import { createDays } from "../../src/core/domain/day.ts";
import type { Message } from "../../src/core/domain/message.ts";
import type { UsageRecord } from "../../src/core/domain/usage.ts";
import { answerFrom } from "../../src/core/domain/usage-query.ts";
import {
  type CostReport,
  createUsageReports,
  type UsageReport,
} from "../../src/core/services/usage-report.ts";
import { renderTerminal } from "../../src/terminal/render.ts";
import { account, createManualClock, start } from "../fakes/core.ts";
import { createQuotaHouse } from "../fakes/quota-house.ts";
import { createFakeRecords, createFakeUsageReports, figures, usageRecord } from "../fakes/usage.ts";

const person: Asker = { surface: "slack", user: "U1", admin: false };
const accounts = [account("claude-lan", { label: "Lan's Max" }), account("glm-main", { label: "GLM" })];
const some = figures({ requests: 12, successRate: 1, tokens: { input: 1_000 }, billedMicros: 40_000 });

function setUp(
  told: { usage?: Partial<UsageReport>; cost?: Partial<CostReport>; records?: readonly UsageRecord[] } = {},
) {
  const usageReports = createFakeUsageReports(told);
  const house = createQuotaHouse({
    accounts,
    read: async () => ({ readings: [] }),
    usageReports,
    records: createFakeRecords(told.records ?? []),
  });
  return {
    ...house,
    asked: usageReports.asked,
    async answer(line: string, asker = person): Promise<Message> {
      const messages: Message[] = [];
      for await (const message of house.commands.answer(line, asker)) messages.push(message);
      expect(messages).toHaveLength(1);
      return messages[0] as Message;
    },
  };
}

function text(message: Message): string {
  return renderTerminal(message, { now: start, timezone: "UTC", terminal: { width: 140, colour: false } });
}

describe("/quota usage", () => {
  it.each([
    ["usage", "today", "2026-11-22", "2026-11-22", "model"],
    ["usage by user", "today", "2026-11-22", "2026-11-22", "user"],
    ["usage 7d by model", "7d", "2026-11-16", "2026-11-22", "model"],
    ["usage by provider month", "month", "2026-11-01", "2026-11-22", "provider"],
    ["usage accounts 7D", "7d", "2026-11-16", "2026-11-22", "account"],
    ["usage 2026-10 by Day", "2026-10", "2026-10-01", "2026-10-31", "day"],
    ["USAGE 2026-11-01..2026-11-15 hour", "2026-11-01..2026-11-15", "2026-11-01", "2026-11-15", "hour"],
  ])("takes its words in any order: %s", async (line, name, from, to, by) => {
    const { answer, asked } = setUp({ usage: { total: some } });
    const message = await answer(line);
    expect(asked).toEqual([{ period: { name, from, to }, by }]);
    expect(message.blocks.at(-1)).toMatchObject({
      type: "actions",
      actions: [{ id: "refresh", command: `usage ${name} by ${by}` }, { id: "share" }],
    });
  });

  it.each([
    ["usage by modle", "Did you mean /quota usage by model?"],
    ["usage 7d by usr", "Did you mean /quota usage 7d by user?"],
    ["usage mnth", "Did you mean /quota usage month?"],
    ["usage 7d 30d", "30d does not fit into /quota usage [PERIOD] [by DIMENSION]."],
    ["usage by", "by does not fit"],
    ["usage 2026-13", "PERIOD is one of today, yesterday"],
    ["usage by colour", "DIMENSION is one of account, provider, model"],
    ["export 7d xml", "/quota export [PERIOD] [json|csv]"],
  ])("answers words it does not know with the nearest and with what there is: %s", async (line, words) => {
    const { answer, asked } = setUp({ usage: { total: some } });
    expect(text(await answer(line))).toContain(words);
    expect(asked).toEqual([]);
  });

  it("answers arguments that a surface took apart the same way", async () => {
    const { commands, asked } = setUp({ usage: { total: some } });
    const run = async (given: Record<string, string>) => {
      for await (const message of commands.run("usage", { arguments: given, asker: person, refresh: false }))
        return text(message);
      return "";
    };
    await run({ by: "user", period: "week" });
    expect(asked).toEqual([{ period: { name: "week", from: "2026-11-16", to: "2026-11-22" }, by: "user" }]);
    expect(await run({ period: "yesteday" })).toContain("Did you mean /quota usage yesterday?");
    expect(await run({ period: "model" })).toContain("model does not fit");
    expect(asked).toHaveLength(1);
  });

  it("names what is asked about: accounts by label, what is not told, what fits no account", async () => {
    const rows = ["claude-lan", "unassigned", "", "(other)"].map((value) => ({ value, figures: some }));
    const shown = text(await setUp({ usage: { total: some, rows } }).answer("usage by account"));
    expect(shown).toMatch(/^Lan's Max +12/m);
    expect(shown).toMatch(/^Unassigned +12/m);
    expect(shown).toMatch(/^not told +12/m);
    expect(shown).toMatch(/^all others +12/m);
    expect(shown).toContain("Unassigned are records that fit no account, or several");
  });

  it("shows ten rows, and of days the latest month, and says how many more there are", async () => {
    const rows = Array.from({ length: 40 }, (_, at) => ({
      value: `2026-${String(at + 10)}`,
      figures: some,
    }));
    const { answer } = setUp({ usage: { total: some, rows } });
    const models = text(await answer("usage by model"));
    expect(models).toContain("2026-19 ");
    expect(models).not.toContain("2026-20 ");
    expect(models).toContain("and 30 more");
    const days = text(await answer("usage by day"));
    expect(days).toContain("2026-49 ");
    expect(days).not.toContain("2026-18 ");
    expect(days).toContain("and 9 earlier days");
  });

  it("never makes a number of what nobody knows", async () => {
    const unknown = figures({ requests: 3, unpriced: 3 });
    const rows = [
      { value: "new-1", figures: unknown },
      { value: "old-1", figures: some },
    ];
    const mixed = figures({ ...some, requests: 15, unpriced: 3 });
    const shown = text(await setUp({ usage: { total: mixed, rows } }).answer("usage"));
    expect(shown).toMatch(/^Unpriced +3 calls \(\+ and \? below\): no price is known for new-1$/m);
    expect(shown).toMatch(/^new-1 +3 +– +\?$/m);
    expect(shown).not.toContain("$0.00");
    const alone = text(await setUp({ usage: { total: unknown } }).answer("usage"));
    expect(alone).toContain("3 calls: no price is known for them");
    expect(alone).not.toContain("$");
  });

  it("names days that cannot be broken down any more, and says that today is not over", async () => {
    const missing = ["2026-09-01", "2026-09-02"];
    const shown = text(await setUp({ usage: { total: some, missing } }).answer("usage 90d by user"));
    expect(shown).toContain(
      "Not counted: 2026-09-01 and 2026-09-02, because their records are no longer kept",
    );
    expect(shown).toContain("today so far");
    expect(text(await setUp({ usage: { total: some } }).answer("usage yesterday"))).not.toContain("so far");
  });

  it("tells a quiet period from a bot that nobody has reported to yet", async () => {
    const never = await setUp().answer("usage");
    expect(text(never)).toContain("POST /api/v1/usage");
    const house = createQuotaHouse({
      accounts,
      read: async () => ({ readings: [] }),
      usageReports: {
        ...createFakeUsageReports(),
        async usage({ period, by }) {
          const long = period.from < "2026-01-01";
          const total = long ? some : figures();
          return { at: start, period, by, total, rows: [], missing: [], peakHours: [] };
        },
      },
    });
    for await (const message of house.commands.answer("usage yesterday", person)) {
      expect(text(message)).toContain("Nobody has reported any usage for this period.");
      expect(text(message)).not.toContain("POST");
    }
  });
});

it("/quota usage and cost tell what the records add up to", async () => {
  const records = [
    usageRecord("a", { model: "glm-4.7", user: "lan", durationMs: 2_000 }),
    usageRecord("b", { model: "glm-4.7", user: "minh", outcome: "error", costMicros: 1_000_000 }),
    usageRecord("c", { account: "claude-lan", billing: "subscription", costBasis: "included" }),
    usageRecord("d", { account: "unassigned", costBasis: "unpriced", costMicros: undefined }),
  ];
  const house = createQuotaHouse({
    accounts,
    read: async () => ({ readings: [] }),
    usageReports: createUsageReports({
      ledger: { usage: async (query) => answerFrom(records, query) },
      days: createDays("UTC"),
      clock: createManualClock(),
      budgets: async () => [],
    }),
  });
  const answer = async (line: string) => {
    for await (const message of house.commands.answer(line, person)) return text(message);
    return "";
  };
  const usage = await answer("usage by account");
  expect(usage).toMatch(/^Requests +4, 75% ok$/m);
  expect(usage).toMatch(/^Tokens +8,400: 5,000 in, 3,400 out$/m);
  expect(usage).toMatch(/^GLM +2 +4,200 +\$1\.00 +–$/m);
  expect(usage).toMatch(/^Lan's Max +1 +2,100 +– +<\$0\.01$/m);
  expect(usage).toMatch(/^Unassigned +1 +2,100 +\? +\?$/m);
  const cost = await answer("cost");
  expect(cost).toMatch(/^Subscriptions +list value <\$0\.01, included \(1 call\)$/m);
  expect(cost).toMatch(/^Paid +billed \$1\.00 and more \(3 calls, 1 unpriced\)$/m);
  expect(cost).toMatch(/^Unpriced +1 call .*calls that tell no model$/m);
});

describe("/quota cost", () => {
  it("keeps billed money and list value apart, and never adds them up", async () => {
    const total = figures({ requests: 3, billedMicros: 4_000_000, includedMicros: 31_000_000 });
    const byBilling = [
      { billing: "subscription" as const, figures: figures({ requests: 2, includedMicros: 31_000_000 }) },
      { billing: "paid" as const, figures: figures({ requests: 1, billedMicros: 4_000_000 }) },
    ];
    const shown = text(await setUp({ cost: { total, byBilling } }).answer("cost"));
    expect(shown).toMatch(/^Subscriptions +list value \$31\.00, included \(2 calls\)$/m);
    expect(shown).toMatch(/^Paid +billed \$4\.00 \(1 call\)$/m);
    expect(shown).not.toContain("35");
  });

  it("says unknown instead of nothing where no price is known", async () => {
    const unknown = figures({ requests: 5, unpriced: 5 });
    const byBilling = [{ billing: "paid" as const, figures: unknown }];
    const shown = text(await setUp({ cost: { total: unknown, byBilling } }).answer("cost"));
    expect(shown).toMatch(/^Paid +billed unknown \(5 calls, 5 unpriced\)$/m);
    expect(shown).not.toContain("$0.00");
  });

  it("projects the month with its basis, or says that it cannot yet", async () => {
    const projection = { until: "2026-11-30", micros: 61_000_000, days: 7, daysWithUse: 5 };
    expect(text(await setUp({ cost: { total: some, projection } }).answer("cost"))).toMatch(
      /^Month end +billed \$61\.00 by 30 Nov at the pace of the last 7 days, 5 with use$/m,
    );
    expect(text(await setUp({ cost: { total: some } }).answer("cost"))).toMatch(
      /^Month end +not enough data to project yet$/m,
    );
  });

  it("tells the month so far beside any other period", async () => {
    const monthToDate = figures({ requests: 1, billedMicros: 12_000_000, includedMicros: 3_000_000 });
    const { answer } = setUp({ cost: { total: some, monthToDate } });
    expect(text(await answer("cost today"))).toMatch(
      /^This month so far +billed \$12\.00; \$3\.00 list value included in subscriptions$/m,
    );
    expect(text(await answer("cost"))).not.toContain("This month so far");
  });

  it("shows budgets even before anything is used", async () => {
    const budget = { id: "daily", period: "day" as const, limitMicros: 5_000_000, usedMicros: 0 };
    const budgets = [{ ...budget, from: "2026-11-22", to: "2026-11-22" }];
    expect(text(await setUp({ cost: { budgets } }).answer("cost"))).toMatch(
      /daily +██████████ +\$0\.00 of \$5\.00 used/,
    );
    expect(text(await setUp().answer("cost"))).toContain("POST /api/v1/usage");
  });
});

describe("/quota export", () => {
  const records = [usageRecord("a"), usageRecord("b", { day: "2026-11-03", user: "=cmd()" })];

  it("hands over the records of this month as CSV, or of any period as JSON", async () => {
    const { answer } = setUp({ records });
    const csv = await answer("export");
    expect(csv.file).toMatchObject({
      name: "quotabot-usage-2026-11-01-to-2026-11-22.csv",
      mediaType: "text/csv",
    });
    expect(String(csv.file?.content).split("\r\n")).toHaveLength(4);
    expect(text(csv)).toContain("2 usage records as CSV");
    const json = await answer("export json today");
    expect(json.file?.name).toBe("quotabot-usage-2026-11-22.json");
    expect(JSON.parse(String(json.file?.content))).toMatchObject([{ id: "a", costUsd: 0.0042 }]);
  });

  it("hands over no empty file", async () => {
    const message = await setUp({ records }).answer("export yesterday");
    expect(message.file).toBeUndefined();
    expect(text(message)).toContain("There are no records of this period");
  });

  it("cuts a file that no chat would take, says so, and how to get all", async () => {
    const large = Array.from({ length: 40 }, (_, at) => usageRecord(`r${at}`, { task: "x".repeat(300_000) }));
    const message = await setUp({ records: large }).answer("export");
    expect(Buffer.byteLength(message.file?.content ?? "")).toBeLessThanOrEqual(8 * 1024 * 1024);
    expect(text(message)).toContain("The first 27 usage records");
    expect(text(message)).toContain("quotabot quota export month --format csv --output all.csv");
    expect(text(message)).toContain("GET /api/v1/records?period=month");
  });
});

describe("completion", () => {
  const { commands } = setUp();
  const values = (parameter: string, typed: string) =>
    commands.complete("usage", parameter, typed).map(({ value }) => value);

  it("offers the usual periods, the last months, and any period that is typed whole", () => {
    expect(values("period", "")).toEqual(
      ["today", "yesterday", "week", "month", "7d", "30d"].concat([
        "2026-10",
        "2026-09",
        "2026-08",
        "2026-07",
        "2026-06",
        "2026-05",
      ]),
    );
    expect(values("period", "octo")).toEqual(["2026-10"]);
    expect(values("period", "14d")).toEqual(["14d"]);
    expect(values("period", "zzz")).toEqual([]);
  });

  it("offers dimensions and formats", () => {
    expect(values("by", "mo")).toEqual(["model"]);
    expect(commands.complete("export", "format", "").map(({ value }) => value)).toEqual(["json", "csv"]);
  });
});
