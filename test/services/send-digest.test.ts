import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createDays, type Day } from "../../src/core/domain/day.ts";
import { type DigestPlan, everyDay } from "../../src/core/domain/digest-plan.ts";
import type { Message } from "../../src/core/domain/message.ts";
import type { UsageRecord } from "../../src/core/domain/usage.ts";
import { AppError } from "../../src/core/errors.ts";
import { digest } from "../../src/core/messages/digest.ts";
import type { Channel, PostOptions, Store } from "../../src/core/ports.ts";
import { createDigestFacts } from "../../src/core/services/digest-facts.ts";
import { createDigestMemory } from "../../src/core/services/digest-memory.ts";
import { createSendDigests } from "../../src/core/services/send-digest.ts";
import { createUsageReports } from "../../src/core/services/usage-report.ts";
import { renderTerminal } from "../../src/terminal/render.ts";
import { account, quota, start } from "../fakes/core.ts";
import { createQuotaHouse } from "../fakes/quota-house.ts";
import { usageRecord } from "../fakes/usage.ts";

const minute = 60_000;
const hour = 60 * minute;
const accounts = [
  account("full", { label: "GLM" }),
  account("fine", { label: "Octo" }),
  account("out", { label: "CI seat" }),
];

/** A channel whose answers are those of the test: it takes a post, or takes it and throws, or only throws. */
function createTestChannel() {
  const posts: { message: Message; options: PostOptions | undefined }[] = [];
  const failures: { error: unknown; taken?: boolean }[] = [];
  const channel: Channel & { find?: (key: string) => Promise<string | undefined> } = {
    id: "kept",
    async post(message, options) {
      const failure = failures.shift();
      if (failure === undefined || failure.taken) posts.push({ message, options });
      if (failure !== undefined) throw failure.error;
      return String(posts.length);
    },
  };
  return {
    ...{ channel, posts, failures },
    /** As on platforms where a post can be found by its key. */
    find: async (key: string) => (posts.some(({ options }) => options?.key === key) ? "there" : undefined),
  };
}

function setUp(rest: Partial<DigestPlan> & { timezone?: string; processes?: number } = {}) {
  const { timezone = "UTC", processes = 1, ...changes } = rest;
  const house = createQuotaHouse({
    accounts,
    async read(one) {
      if (one.id === "out") throw new AppError("provider_auth_rejected", "Sign in.");
      return { readings: [quota({ used: one.id === "full" ? 100 : 26, resetsAt: start + 2 * hour })] };
    },
  });
  const { clock, log, store, names } = house;
  const days = createDays(timezone);
  const plan: DigestPlan = {
    ...{ channel: "kept", at: "04:00", days: everyDay, period: "day", skipEmpty: false },
    ...changes,
  };
  const plans = [plan];
  const target = createTestChannel();
  const refusals: (string | undefined)[] = [];
  const usageReports = createUsageReports({ ledger: store.ledger, days, clock, budgets: async () => [] });
  let ids = 0;

  function open(parts: { channel?: Channel | undefined; settings?: Store["settings"] } = {}) {
    const { settings = store.settings } = parts;
    return createSendDigests({
      plans: async () => plans,
      channelOf: (id) => (id === "kept" ? (parts.channel ?? target.channel) : undefined),
      facts: createDigestFacts({ accounts, reports: house.reports, usageReports, days, clock }),
      memory: createDigestMemory(settings),
      compose: (facts) => digest(facts, { names, nameAccount: (id) => ({ name: id, providerName: "" }) }),
      onRefusal: (_channel, reason) => void refusals.push(reason),
      newId: () => `id${++ids}`,
      later(milliseconds, work) {
        const timer = setTimeout(work, milliseconds);
        return () => clearTimeout(timer);
      },
      ...{ settings, clock, timezone, log },
    });
  }

  const all = Array.from({ length: processes }, () => open());
  const sendDue = async () => void (await Promise.all(all.map((one) => one.sendDue())));
  return {
    ...house,
    ...target,
    ...{ plan, plans, refusals, open, sendDue },
    async pass(milliseconds: number) {
      clock.advance(milliseconds);
      await sendDue();
    },
    text: (index = 0) => textOf(target.posts[index]?.message, clock.now(), timezone),
    async used(day: Day, usd: number, more: Partial<UsageRecord> = {}) {
      ids += 1;
      await store.ledger.append([
        usageRecord(`record-${ids}`, {
          day,
          at: Date.parse(`${day}T12:00:00Z`),
          costMicros: usd * 1e6,
          ...more,
        }),
      ]);
    },
  };
}

function textOf(message: Message | undefined, now: number, timezone: string): string {
  if (message === undefined) throw new Error("There was no digest.");
  return renderTerminal(message, { now, timezone, terminal: { width: 100, colour: false } });
}

const failed = (details = {}) => new AppError("delivery_failed", "The channel is away.", details);
const refused = () => new AppError("delivery_refused", "The bot is not in this channel.");

describe("the digest", () => {
  it("goes out once a day, at its time of day", async () => {
    const { sendDue, pass, posts } = setUp();
    await sendDue();
    await pass(hour - minute);
    expect(posts).toHaveLength(0);
    await pass(minute);
    await sendDue();
    expect(posts).toHaveLength(1);
    await pass(24 * hour);
    expect(posts).toHaveLength(2);
    expect(posts[0]?.options).toMatchObject({ kind: "digest", key: expect.stringMatching(/^.{1,25}$/) });
    expect(posts[0]?.options?.key).not.toBe(posts[1]?.options?.key);
  });

  it("goes out later the same day when the machine slept over its time, and not on a later day", async () => {
    const { sendDue, pass, posts } = setUp({ days: ["sun"] });
    await sendDue();
    await pass(9 * hour);
    expect(posts).toHaveLength(1);
    await pass(8 * 24 * hour);
    expect(posts).toHaveLength(1);
  });

  it("does not go out at once when it is set up after its time", async () => {
    const { sendDue, pass, posts } = setUp({ at: "01:00" });
    await sendDue();
    await sendDue();
    expect(posts).toHaveLength(0);
    await pass(22 * hour);
    expect(posts).toHaveLength(1);
  });

  it("goes out at its time also when it was set up only a moment before", async () => {
    const { pass, clock, posts, open } = setUp();
    clock.advance(hour - 5_000);
    await open().note();
    expect(posts).toHaveLength(0);
    await pass(5_000);
    expect(posts).toHaveLength(1);
    await open().note();
    await pass(minute);
    expect(posts).toHaveLength(1);
  });

  it("that is asked for from chat begins with the next time that comes, however late it is seen", async () => {
    const soon = setUp({ since: start });
    await soon.pass(2 * hour);
    expect(soon.posts).toHaveLength(1);
    const late = setUp({ since: start + 2 * hour });
    await late.pass(3 * hour);
    expect(late.posts).toHaveLength(0);
    await late.pass(24 * hour);
    expect(late.posts).toHaveLength(1);
  });

  it("keeps to its days and to the team's zone", async () => {
    // 03:00 UTC on Sunday 22 November is 22:00 on Saturday in New York.
    const { sendDue, pass, posts } = setUp({ at: "23:00", days: ["sat"], timezone: "America/New_York" });
    await sendDue();
    await pass(hour);
    expect(posts).toHaveLength(1);
    await pass(24 * hour);
    expect(posts).toHaveLength(1);
  });

  it.each([
    ["2026-03-28T22:00:00Z", "2026-03-29T01:00:00Z", "comes with the jump over its time"],
    ["2026-10-24T22:00:00Z", "2026-10-25T00:30:00Z", "comes the first time of two"],
  ])("on the night of %s comes once, at %s: it %s", async (evening, expected) => {
    const { sendDue, pass, posts, clock } = setUp({ at: "02:30", timezone: "Europe/Berlin" });
    clock.advance(Date.parse(evening) - start);
    await sendDue();
    const sent: string[] = [];
    for (let step = 0; step < 60; step += 1) {
      const before = posts.length;
      await pass(15 * minute);
      if (posts.length > before) sent.push(new Date(clock.now()).toISOString().replace(".000", ""));
    }
    expect(sent).toEqual([expected]);
  });

  it("of a week comes on its day, and that of a month on the first, each about the full days before", async () => {
    const week = setUp({ period: "week", days: ["mon"] });
    const month = setUp({ period: "month", days: ["sun"] });
    for (const { used, sendDue } of [week, month]) {
      await used("2026-11-16", 3);
      await used("2026-11-22", 4);
      await used("2026-11-15", 9);
      await sendDue();
    }
    await week.pass(23 * hour);
    expect(week.posts).toHaveLength(0);
    await week.pass(2 * hour);
    expect(week.text()).toMatch(/^Weekly report\n\nFrom 16 Nov to 22 Nov 2026\n\nPaid +billed \$7\.00/);
    await month.pass(2 * hour);
    for (let day = 0; day < 10; day += 1) await month.pass(24 * hour);
    expect(month.posts).toHaveLength(1);
    expect(month.text()).toMatch(
      /^Monthly report: November 2026\n\nIn November 2026\n\nPaid +billed \$16\.00/,
    );
    await week.pass(7 * 24 * hour);
    expect(week.posts).toHaveLength(2);
  });

  it("is left out when there is nothing to say and it may be, and comes again when there is", async () => {
    const { sendDue, pass, posts, used } = setUp({ skipEmpty: true });
    await sendDue();
    await pass(hour);
    expect(posts).toHaveLength(0);
    await used("2026-11-22", 1);
    await pass(24 * hour);
    expect(posts).toHaveLength(1);
  });
});

describe("one digest", () => {
  it("is posted by one of several processes", async () => {
    const { sendDue, pass, posts } = setUp({ processes: 5 });
    await sendDue();
    await pass(hour);
    await pass(10 * minute);
    expect(posts).toHaveLength(1);
  });

  it("is posted exactly once on each of its days, whoever looks, sleeps or starts anew at whatever times", async () => {
    const step = fc.record({
      wait: fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 3_000 })),
      process: fc.integer({ min: 0, max: 2 }),
      restarts: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 40 }), async (steps) => {
        const { open, clock, posts, plan } = setUp({ days: ["sun", "mon", "wed", "sat"] });
        const processes = [open(), open(), open()];
        await processes[0]?.sendDue();
        const expected: Day[] = [];
        for (const { wait, process, restarts } of steps) {
          clock.advance(wait * minute);
          const now = new Date(clock.now()).toISOString();
          const weekday = everyDay[(new Date(clock.now()).getUTCDay() + 6) % 7] ?? "";
          const due = now.slice(11, 16) >= plan.at && plan.days.includes(weekday);
          if (due && !expected.includes(now.slice(0, 10))) expected.push(now.slice(0, 10));
          if (restarts) processes[process] = open();
          await processes[process]?.sendDue();
        }
        expect(posts).toHaveLength(expected.length);
      }),
      { numRuns: 60 },
    );
  });

  it("is tried again the same day, later each time and as late as the channel asks", async () => {
    const { sendDue, pass, posts, failures } = setUp();
    failures.push(
      { error: new Error("down") },
      { error: failed() },
      { error: failed({ retryAfter: 30 * minute }) },
    );
    await sendDue();
    await pass(hour);
    await sendDue();
    expect(failures).toHaveLength(2);
    await pass(5_000);
    await pass(5_000);
    expect(failures).toHaveLength(1);
    await pass(5_000);
    await pass(20 * minute);
    expect([failures.length, posts.length]).toEqual([0, 0]);
    await pass(10 * minute);
    await pass(hour);
    expect(posts).toHaveLength(1);
  });

  it("is not tried any more once its day is over", async () => {
    const { sendDue, pass, posts, failures } = setUp({ at: "23:59", days: ["sun"] });
    await sendDue();
    failures.push({ error: failed() });
    await pass(20 * hour + 59 * minute);
    await pass(10 * minute);
    expect([failures.length, posts.length]).toEqual([0, 0]);
  });

  it("is tried now and then where the channel refuses, which is said, as is the end of that", async () => {
    const { sendDue, pass, posts, failures, refusals } = setUp();
    failures.push({ error: refused() });
    await sendDue();
    await pass(hour);
    await pass(30 * minute);
    expect([posts.length, refusals]).toEqual([0, ["The bot is not in this channel."]]);
    await pass(30 * minute);
    expect([posts.length, refusals]).toEqual([1, ["The bot is not in this channel.", undefined]]);
  });

  it("is not repeated when it arrived although the answer was lost", async () => {
    const { sendDue, pass, posts, failures, channel, find } = setUp();
    let asked = 0;
    channel.find = async (key) => {
      asked += 1;
      if (asked === 1) throw failed();
      return await find(key);
    };
    failures.push({ error: failed({ unsure: true }), taken: true });
    await sendDue();
    await pass(hour);
    for (let time = 0; time < 4; time += 1) await pass(minute);
    expect([asked, posts.length]).toEqual([2, 1]);
  });

  it("is repeated when the answer was lost and it is not there, once that can be told", async () => {
    const { sendDue, pass, posts, failures, channel, find } = setUp();
    const answers = [Promise.reject(failed()), Promise.resolve(undefined)];
    for (const answer of answers) answer.catch(() => {});
    channel.find = (key) => answers.shift() ?? find(key);
    failures.push({ error: failed({ unsure: true }) });
    await sendDue();
    await pass(hour);
    await pass(minute);
    expect(posts).toHaveLength(0);
    await pass(minute);
    await pass(minute);
    expect(posts).toHaveLength(1);
  });

  it("is not repeated where nobody can tell whether it arrived", async () => {
    const { sendDue, pass, posts, failures, log } = setUp();
    failures.push({ error: failed({ unsure: true }) });
    await sendDue();
    await pass(hour);
    await pass(hour);
    await pass(hour);
    expect([failures.length, posts.length]).toEqual([0, 0]);
    expect(log.lines.map(({ message }) => message)).toContain(
      "Whether a digest arrived cannot be told; it is not repeated.",
    );
  });

  it.each([
    ["had arrived, which the channel can tell", true, true],
    ["had not arrived", false, true],
    ["had not arrived, and the channel can tell nothing", false, false],
  ])("of a process that died on the way is finished by another: it %s", async (_how, arrived, findable) => {
    const { open, sendDue, pass, posts, channel, find, clock } = setUp();
    if (findable) channel.find = find;
    await sendDue();
    let begun = false;
    const dying: Channel = {
      id: "kept",
      async post(message, options) {
        if (arrived) await channel.post(message, options);
        begun = true;
        return new Promise(() => {});
      },
    };
    clock.advance(hour);
    void open({ channel: dying }).sendDue();
    await expect.poll(() => begun).toBe(true);
    await pass(minute);
    expect(posts).toHaveLength(arrived ? 1 : 0);
    await pass(2 * minute);
    await pass(hour);
    expect(posts).toHaveLength(1);
  });

  it("is not repeated when it was posted and the store would not take that in", async () => {
    const { open, store, posts, channel, clock, sendDue } = setUp();
    await sendDue();
    let away = false;
    const { sendDue: send } = open({
      settings: {
        ...store.settings,
        async swap(key, before, after) {
          if (away) throw new AppError("store_unavailable", "The store is away.");
          return await store.settings.swap(key, before, after);
        },
      },
      channel: {
        id: "kept",
        async post(message, options) {
          away = true;
          return await channel.post(message, options);
        },
      },
    });
    clock.advance(hour);
    await send();
    clock.advance(10 * minute);
    await send();
    away = false;
    await send();
    clock.advance(hour);
    await send();
    expect(posts).toHaveLength(1);
  });

  it("is not posted again when the clock is set back, and goes on when it had been years ahead", async () => {
    const { sendDue, pass, posts } = setUp();
    await sendDue();
    await pass(hour);
    await pass(24 * hour);
    await pass(-24 * hour);
    expect(posts).toHaveLength(2);
    await pass(2_000 * 24 * hour);
    await pass(-2_000 * 24 * hour);
    expect(posts).toHaveLength(4);
    await pass(48 * hour);
    expect(posts).toHaveLength(5);
  });

  it("is left to a process that can post there", async () => {
    const { open, sendDue, pass, posts, plan, plans } = setUp();
    await sendDue();
    plans[0] = { ...plan, channel: "elsewhere" };
    await pass(hour);
    plans[0] = plan;
    await open().sendDue();
    expect(posts).toHaveLength(1);
  });
});

describe("what a digest tells", () => {
  it("is what is low, what comes back today and which accounts need a hand, also without any usage", async () => {
    const { sendDue, pass, readQuotas, text } = setUp();
    await sendDue();
    await readQuotas.read(accounts, "due");
    await pass(hour);
    expect(text()).toMatchInlineSnapshot(`
      "Daily digest

      Low now

         Account              Left     Window  Resets
      ✗  GLM      ░░░░░░░░░░  0% left  5-hour  in 1 h  as of 1 h ago  Acme

      Back today: GLM 5-hour 05:00, Octo 5-hour 05:00.

      Needs a hand

      CI seat  sign in again

      3 accounts watched, 2 in order; oldest numbers read 1 h ago."
    `);
  });

  it("is every day once: after a pause all days that none has told of", async () => {
    const { sendDue, pass, text, used, store } = setUp({ days: ["mon", "fri"] });
    for (const [day, usd] of [
      ["2026-11-22", 1],
      ["2026-11-23", 2],
      ["2026-11-25", 4],
      ["2026-11-26", 8],
    ] as const) {
      await used(day, usd);
    }
    await sendDue();
    await pass(25 * hour);
    expect(text(0)).toMatch(/Yesterday, Sunday 22 Nov\n\nPaid +billed \$1\.00/);
    await pass(4 * 24 * hour);
    expect(text(1)).toMatch(/From 23 Nov to 26 Nov 2026\n\nPaid +billed \$14\.00/);
    // Of a long pause it is the last week.
    await used("2026-12-16", 16);
    await pass(24 * 24 * hour);
    expect(text(2)).toContain("From 14 Dec to 20 Dec 2026");
    const { days } = (await createDigestMemory(store.settings).told("kept")) ?? {};
    expect(Object.keys(days ?? {})).toHaveLength(8);
  });

  it("corrects a day that records came late for, once", async () => {
    const { sendDue, pass, text, used } = setUp();
    await used("2026-11-21", 3.9);
    await sendDue();
    await pass(hour);
    expect(text(0)).toContain("billed $3.90");
    expect(text(0)).not.toContain("was $");
    await used("2026-11-21", 0.3);
    await used("2026-11-22", 0);
    await pass(24 * hour);
    expect(text(1)).toMatch(/Saturday 21 Nov +is now \$4\.20, was \$3\.90/);
    await used("2026-11-22", 0, { costBasis: "included", billing: "subscription" });
    await pass(24 * hour);
    expect(text(2)).toMatch(/Sunday 22 Nov +is now 4,200 tokens, was 2,100 tokens/);
    expect(text(2)).not.toContain("Saturday");
    await pass(24 * hour);
    expect(text(3)).not.toContain("came late");
  });
});
