import { describe, expect, it } from "vitest";
import type { Asker } from "../../src/core/commands/command.ts";
import { type DigestPlan, everyDay } from "../../src/core/domain/digest-plan.ts";
import { renderTerminal } from "../../src/terminal/render.ts";
import { account, quota, start } from "../fakes/core.ts";
import { createQuotaHouse } from "../fakes/quota-house.ts";
import { createFakeUsageReports, figures } from "../fakes/usage.ts";

const person: Asker = { surface: "slack", user: "U034", channel: "slack:C1", admin: false };
const admin: Asker = { ...person, user: "U012", admin: true };
const daily: DigestPlan = {
  ...{ channel: "slack:C1", at: "08:00", days: ["mon", "fri"], period: "day", skipEmpty: true },
};

function setUp(plans: readonly DigestPlan[] = [], usage: Parameters<typeof createFakeUsageReports>[0] = {}) {
  const house = createQuotaHouse({
    accounts: [account("glm-main", { label: "GLM" })],
    read: async () => ({ readings: [quota({ used: 95 })] }),
    usageReports: createFakeUsageReports(usage),
    plans,
  });
  return {
    ...house,
    async ask(line: string, asker = person) {
      let answer = "";
      for await (const message of house.commands.answer(line, asker)) {
        const context = { now: house.clock.now(), timezone: "UTC", terminal: { width: 160, colour: false } };
        answer = renderTerminal(message, context);
      }
      return answer;
    },
    list: house.digestPlans.list,
  };
}

describe("/quota digest", () => {
  it("tells the day before, what is low, and how to get it every day", async () => {
    const total = figures({ requests: 3, billedMicros: 4_200_000 });
    const byBilling = [{ billing: "paid" as const, figures: total }];
    const { ask, readQuotas } = setUp([], { cost: { total, byBilling } });
    await readQuotas.read(readQuotas.accounts, "due");
    expect(await ask("digest")).toMatchInlineSnapshot(`
      "Daily digest

      Yesterday, Saturday 21 Nov

      Paid  billed $4.20 (3 calls)

      Low now

         Account              Left     Window  Resets
      !  GLM      █░░░░░░░░░  5% left  5-hour          Acme

      1 account watched, all in order; oldest numbers read just now. No digest comes here by itself; /quota digest on 09:00 changes that (admins)."
    `);
  });

  it("says what has changed since the digest that the channel had last", async () => {
    const { ask, digestMemory } = setUp([], { usage: { rows: [] } });
    const was = { requests: 1, tokens: 5, billedMicros: 3_900_000, includedMicros: 0, freeMicros: 0 };
    await digestMemory.remember("slack:C1", { at: start, until: "2026-11-20", days: { "2026-11-20": was } });
    expect(await ask("digest")).toMatch(/Friday 20 Nov +is now \$0\.00, was \$3\.90/);
    expect(await ask("digest", { ...person, channel: "slack:C2" })).not.toContain("Friday");
  });

  it("names when the channel gets it, and not when others do", async () => {
    const { ask } = setUp([
      daily,
      { ...daily, period: "month", at: "10:00" },
      { ...daily, channel: "slack:C2", at: "11:11" },
    ]);
    expect(await ask("digest")).toContain(
      "It comes here on mon, fri at 08:00, and monthly on the 1st at 10:00 (UTC).",
    );
  });
});

describe("/quota digest on and off", () => {
  it("is for admins, in a channel", async () => {
    const { ask, list } = setUp();
    expect(await ask("digest on 09:00")).toMatch(/^For admins/);
    expect(await ask("digest off")).toMatch(/^For admins/);
    expect(await ask("digest on 09:00", { ...admin, channel: undefined })).toMatch(/^Not here/);
    expect(await list()).toEqual([]);
  });

  it("gives the channel a daily digest and takes it away again", async () => {
    const { ask, list } = setUp();
    expect(await ask("digest on 9:30", admin)).toBe(
      "Daily digest at 09:30\n\n" +
        "It comes to this channel every day at 09:30 (UTC), the next one in 6 h 30 min. /quota digest off takes it away.",
    );
    const plan = { ...{ channel: "slack:C1", at: "09:30", days: everyDay }, period: "day", skipEmpty: false };
    expect(await list()).toEqual([{ ...plan, since: start }]);
    expect(await ask("digest")).toContain("It comes here every day at 09:30 (UTC).");
    expect(await ask("digest off", admin)).toMatch(/^No daily digest any more/);
    expect(await list()).toEqual([]);
    expect(await ask("digest off", admin)).toMatch(/^Nothing to take away/);
  });

  it("begins tomorrow when the time of today has passed, and takes 09:00 unless told", async () => {
    const { ask } = setUp();
    expect(await ask("digest on 02:59", admin)).toContain("the next one in 23 h 59 min");
    expect(await ask("digest on", admin)).toMatch(/^Daily digest at 09:00/);
  });

  it("has the last word on the daily digest of its channel, and leaves reports and other channels alone", async () => {
    const weekly: DigestPlan = { ...daily, period: "week" };
    const elsewhere: DigestPlan = { ...daily, channel: "slack:C2" };
    const { ask, list, clock } = setUp([daily, weekly, elsewhere]);
    await ask("digest off", admin);
    expect(await list()).toEqual([weekly, elsewhere]);
    clock.advance(60_000);
    await ask("digest on 10:00", admin);
    expect(await list()).toEqual([
      ...[weekly, elsewhere],
      { ...daily, at: "10:00", days: everyDay, skipEmpty: false, since: start + 60_000 },
    ]);
  });

  it("keeps what others change at the same time", async () => {
    const { digestPlans, list } = setUp();
    const channels = ["slack:C1", "slack:C2", "discord:3"];
    await Promise.all(channels.map((channel) => digestPlans.turnOn(channel, "09:00", admin)));
    expect((await list()).map(({ channel }) => channel).sort()).toEqual([...channels].sort());
  });

  it("understands no time that is none", async () => {
    const { ask } = setUp();
    expect(await ask("digest on 25:00", admin)).toMatch(/^Not understood/);
  });
});
