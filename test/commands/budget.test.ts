import { describe, expect, it } from "vitest";
import type { Asker } from "../../src/core/commands/command.ts";
import { createDays } from "../../src/core/domain/day.ts";
import type { Message } from "../../src/core/domain/message.ts";
import { createMoneyFacts, type MarkedBudget } from "../../src/core/services/money-facts.ts";
import { createUsageReports } from "../../src/core/services/usage-report.ts";
import { createMemoryStore } from "../../src/stores/memory.ts";
import { renderTerminal } from "../../src/terminal/render.ts";
import { account, createManualClock, start } from "../fakes/core.ts";
import { createQuotaHouse } from "../fakes/quota-house.ts";
import { usageRecord } from "../fakes/usage.ts";

const person: Asker = { surface: "slack", user: "U034", channel: "slack:C1", admin: false };
const admin: Asker = { ...person, user: "U012", admin: true };
const monthly: MarkedBudget = { id: "monthly", period: "month", usd: 100, at: [50, 100], switchTo: "free" };

/** Commands over a ledger in which every day since Monday has cost two dollars, and what follows from that. */
async function setUp(configured: readonly MarkedBudget[] = []) {
  const { ledger } = createMemoryStore();
  const days = ["16", "17", "18", "19", "20", "21", "22"];
  await ledger.append(days.map((day) => usageRecord(day, { day: `2026-11-${day}`, costMicros: 2_000_000 })));
  const clock = createManualClock();
  const { money } = createMoneyFacts({
    ...{ ledger, days: createDays("UTC"), clock },
    budgets: () => house.budgets.list(),
  });
  const house = createQuotaHouse({
    accounts: [account("glm-main")],
    lookAtMoney: async () => await house.routeModes.update((await money()).budgets),
    read: async () => ({ readings: [] }),
    budgets: configured,
    usageReports: createUsageReports({
      ...{ ledger, days: createDays("UTC"), clock },
      budgets: () => house.budgets.list(),
    }),
  });
  return {
    ...house,
    async ask(line: string, asker = person) {
      let last: Message | undefined;
      for await (const message of house.commands.answer(line, asker)) last = message;
      if (last === undefined) throw new Error("There was no answer.");
      const context = { now: start, timezone: "UTC", terminal: { width: 120, colour: false } };
      return renderTerminal(last, context);
    },
  };
}

describe("/quota budget", () => {
  it("says how to set one while there is none", async () => {
    expect(await (await setUp()).ask("budget")).toMatchInlineSnapshot(`
      "Budgets

      No budget is set.

      Admins set one with /quota budget set daily 5, in US dollars, or under budgets: in quotabot.yml."
    `);
  });

  it("tells where each stands and is going, what that rests on, and what happens when it is exceeded", async () => {
    const { ask } = await setUp([monthly, { id: "daily", period: "day", usd: 1, at: [100] }]);
    expect(await ask("budget")).toMatchInlineSnapshot(`
      "Budgets

      ✓  monthly  █████████░  $14.00 of $100.00 used  this month  $30.00 expected
      ✗  daily    ░░░░░░░░░░  $2.00 of $1.00 used     today       $1.00 over

      monthly  told at 50% and 100%; once exceeded, only free accounts are used
      daily    told at 100%

      Expected at the pace of the last 6 days, 6 with use. Only billed money counts.

      /quota budget set daily 5 sets one (admins), set daily off takes that back."
    `);
  });

  it("tells which accounts alone are used while one is exceeded", async () => {
    const { ask, routeModes } = await setUp([monthly]);
    const exceeded = { limitMicros: 1, usedMicros: 2, from: "2026-11-01", to: "2026-11-30" };
    await routeModes.update([{ ...monthly, ...exceeded }]);
    expect(await ask("budget")).toContain(
      "Only free accounts are used until the end of 30 Nov, as monthly is exceeded.",
    );
  });
});

describe("/quota budget set", () => {
  it("is for admins", async () => {
    const { ask, budgets } = await setUp();
    expect(await ask("budget set daily 5")).toMatch(/^For admins/);
    expect(await budgets.list()).toEqual([]);
  });

  it("sets one, which is told with who has set it", async () => {
    const { ask, budgets } = await setUp();
    const answer = await ask("budget set daily $4.50", admin);
    expect(answer).toMatch(/^Budget daily is \$4\.50 now\n/);
    expect(answer).toMatch(/daily +\S+ +\$2\.00 of \$4\.50 used +today/);
    expect(answer).toMatch(/told at 80% and 100%; set by \S*U012 just now/);
    expect(await ask("budget", { ...person, surface: "discord" })).toContain("set by somebody on Slack");
    expect(await budgets.list()).toHaveLength(1);
  });

  it("answers with what follows from it already", async () => {
    const { ask } = await setUp([{ ...monthly, usd: 10 }]);
    const spared = "Only free accounts are used until the end of 30 Nov, as monthly is exceeded.";
    expect(await ask("budget set monthly 12", admin)).toContain(spared);
    expect(await ask("budget set monthly 100", admin)).not.toContain("Only free accounts are used until");
    expect(await ask("budget set monthly off", admin)).toContain(spared);
  });

  it("counts in what a cost report tells of budgets", async () => {
    const { ask } = await setUp();
    await ask("budget set weekly 20", admin);
    expect(await ask("cost")).toMatch(/weekly +\S+ +\$14\.00 of \$20\.00 used +this week/);
  });

  it("takes back what was set from chat, and nothing else", async () => {
    const { ask, budgets } = await setUp([monthly]);
    await ask("budget set monthly 5", admin);
    expect(await ask("budget set monthly off", admin)).toMatch(
      /^Budget monthly is \$100\.00 again, as configured/,
    );
    expect(await ask("budget set monthly off", admin)).toMatch(/^Nothing to take back/);
    await ask("budget set daily 5", admin);
    expect(await ask("budget set daily off", admin)).toMatch(/^There is no budget daily any more/);
    expect(await budgets.list()).toEqual([monthly]);
  });

  it("says how it is typed when a word is missing, and takes no amount that is none", async () => {
    const { ask, budgets } = await setUp();
    for (const line of ["budget set", "budget set daily", "budget set 5"]) {
      expect(await ask(line, admin)).toMatch(/^One word is missing/);
    }
    for (const amount of ["0", "-1", "1e9", "9999999", "five", "1,50"]) {
      expect(await ask(`budget set daily ${amount}`, admin)).toMatch(/^Not understood/);
    }
    expect(await budgets.list()).toEqual([]);
  });
});
