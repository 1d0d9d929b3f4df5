import { describe, expect, it } from "vitest";
import type { Asker } from "../../src/core/commands/command.ts";
import type { Action, Message } from "../../src/core/domain/message.ts";
import { AppError } from "../../src/core/errors.ts";
import type { TestChannels } from "../../src/core/services/send-test.ts";
import { renderTerminal } from "../../src/terminal/render.ts";
import { account, quota, start } from "../fakes/core.ts";
import { incidentOf } from "../fakes/incidents.ts";
import { createQuotaHouse } from "../fakes/quota-house.ts";

const hour = 3_600_000;
const person: Asker = { surface: "slack", user: "U1", admin: false };
const admin: Asker = { surface: "slack", user: "U2", admin: true };
const accounts = [
  account("glm", { label: "GLM main" }),
  account("claude-lan", { label: "Lan's Max" }),
  account("claude-minh"),
];

async function setUp(channels?: TestChannels) {
  const house = createQuotaHouse({
    accounts,
    channels,
    read: async ({ id }) => ({
      readings: [quota({ used: id === "glm" ? 100 : 20, resetsAt: start + 2 * hour })],
    }),
  });
  await house.readQuotas.read(accounts, "due");
  const { outbox } = house.store;
  return {
    ...house,
    outbox,
    async opened(...incidents: Parameters<typeof incidentOf>[]) {
      for (const [id, rest] of incidents) {
        await outbox.put(incidentOf(id, { subject: `quota|${id}`, resetsAt: start + 2 * hour, ...rest }));
      }
    },
    async answers(line: string, asker = person): Promise<Message[]> {
      const messages: Message[] = [];
      for await (const message of house.commands.answer(line, asker)) messages.push(message);
      return messages;
    },
    async answer(line: string, asker = person): Promise<string> {
      const messages: Message[] = [];
      for await (const message of house.commands.answer(line, asker)) messages.push(message);
      return text(messages.at(-1), house.clock.now());
    },
  };
}

function text(message: Message | undefined, now = start): string {
  if (message === undefined) throw new Error("There was no message.");
  return renderTerminal(message, { now, timezone: "UTC", terminal: { width: 400, colour: false } });
}

describe("/quota alerts", () => {
  it("says that nothing is open, and what is watched", async () => {
    const { answer } = await setUp({ ids: ["slack:#ai", "webhook:ops"], post: async () => {} });
    expect(await answer("alerts")).toMatchInlineSnapshot(`
      "Nothing is open.

      3 accounts are watched; alerts go to slack:#ai and webhook:ops."
    `);
    expect(await (await setUp()).answer("alerts")).toContain("nobody is told of alerts: add alerts:");
  });

  it("tells what is open, worst first, one line for all channels, with who has taken it on and what is quiet", async () => {
    const { opened, answer, mutes, clock } = await setUp();
    const window = { id: "session", label: "5-hour", usedPercent: 100, resetsAt: start + 2 * hour };
    await opened(
      ["low00000", { snoozedUntil: start + hour }],
      ["other000", { channel: "discord:1", subject: "quota|low00000" }],
      ["known000", { version: 0, level: 80 }],
      [
        "full0000",
        {
          level: 100,
          takenBy: "U7",
          event: { type: "quota.exhausted", at: start, account: "claude-lan", window },
          openedAt: start - 5 * hour,
        },
      ],
      ["over0000", { endedAt: start }],
      ["mine0000", { subject: "remind|glm", version: 0 }],
    );
    await mutes.mute([{ account: "claude-minh" }], hour, { surface: "slack", user: "U2" });
    clock.advance(60_000);
    expect(await answer("alerts")).toMatchInlineSnapshot(`
      "3 alerts open

      Lan's Max is exhausted  5-hour window: nothing left, resets in 1 h 59 min. Since 5 h 1 min ago. Taken on by U7. full0000
      GLM main has used 92%   5-hour window: 8% left, resets in 1 h 59 min. Since 21 min ago. Quiet until 04:00. low00000
      GLM main has used 92%   5-hour window: 8% left, resets in 1 h 59 min. Since 21 min ago, known at first sight and not told. known000

      With the id behind an alert: /quota alerts ack ID takes it on, /quota alerts snooze ID 1h keeps it quiet.

      claude-minh  muted until 04:00 by U2."
    `);
  });

  it("tells what accounts of one pool share once, and nothing that is only followed", async () => {
    const { opened, answer } = await setUp();
    await opened(["told0000"], ["aside000", { version: 0, aside: true }]);
    const answered = await answer("alerts");
    expect(answered).toContain("1 alert open");
    expect(answered).not.toContain("aside000");
  });

  it("names nobody by an id that only another platform knows", async () => {
    const { opened, answers } = await setUp();
    await opened(["a", { channel: "discord:1", takenBy: "123" }]);
    const spans = JSON.stringify(await answers("alerts"));
    expect(spans).toContain("somebody on Discord");
    expect(spans).not.toContain("123");
  });

  it("limits itself to an account that is named", async () => {
    const { opened, answer } = await setUp();
    await opened(["a", {}], ["b", { event: { type: "source.stale", at: start, account: "claude-lan" } }]);
    expect(await answer("alerts lan")).toContain("1 alert open");
    expect(await answer("alerts lan")).toContain("Lan's Max");
    expect(await answer("alerts minh")).toContain("Nothing is open.");
  });

  it("does not show a snooze that is over", async () => {
    const { opened, answer, clock } = await setUp();
    await opened(["a", { snoozedUntil: start + hour, loud: false }]);
    clock.advance(hour);
    expect(await answer("alerts")).not.toContain("Quiet");
  });

  it("says of what should have come meanwhile that it should, not that it has", async () => {
    const { opened, answer, clock } = await setUp();
    const window = { id: "session", label: "5-hour", usedPercent: 80, resetsAt: start + hour };
    const projection = { runsOutAt: start + hour / 2, beforeReset: hour / 2, basis: "as in the last hour" };
    const about = { at: start, account: "glm", window } as const;
    await opened(
      ["low", { event: { ...about, type: "quota.low" } }],
      ["runs", { event: { ...about, type: "quota.running_out", projection } }],
    );
    clock.advance(hour);
    const answered = await answer("alerts");
    expect(answered).toContain("5-hour window: 20% left, its reset is due.");
    expect(answered).toContain("5-hour window: it should have run out by now (as in the last hour).");
  });

  it("counts those beyond the twelve worst", async () => {
    const { opened, answer } = await setUp();
    for (let number = 0; number < 15; number += 1) await opened([`id${number}`, {}]);
    expect(await answer("alerts")).toContain("and 3 more.");
  });

  it.each([
    ["alerts mtue glm", "Did you mean /quota alerts mute glm?"],
    ["alerts mute glm 2h", "Muted: GLM main", admin],
    ["alerts mute gml 3h", "Did you mean /quota alerts mute glm 3h?", admin],
    ["alerts mute glm util-reset", "Did you mean /quota alerts mute glm until-reset?", admin],
    ["alerts mute glm 0h", "TIME is how long: 30m, 2h, 3d or until-reset.", admin],
    ["alerts 2h", "does not fit into /quota alerts"],
    ["alerts mute", "Type it as /quota alerts mute ACCOUNT [TIME].", admin],
    ["alerts mute 2h", "Accounts here: glm, claude-lan", admin],
    ["alerts ack", "Type it as /quota alerts ack ID."],
    ["alerts snooze abc", "No alert has the id abc."],
    ["alerts snooze abc 1y", "does not fit into"],
  ])("answers words that it does not know with what there is: %s", async (line, words, asker = person) => {
    expect(await (await setUp()).answer(line as string, asker as Asker)).toContain(words);
  });
});

describe("the buttons of an alert", () => {
  it("take it on and snooze it, and each says what it did", async () => {
    const { opened, answer, outbox, woken } = await setUp();
    await opened(["a1B2c3D4", {}]);
    expect(await answer("alerts ack a1B2c3D4")).toContain("Taken on: GLM main has used 92%");
    expect(await answer("alerts snooze a1B2c3D4 1h")).toContain(
      "Quiet until 04:00. The message on slack:#ai",
    );
    expect(await answer("alerts snooze a1B2c3D4 until-reset")).toContain("Quiet until 05:00, its reset.");
    expect(await outbox.find({ id: "a1B2c3D4" })).toMatchObject([
      { takenBy: "U1", snoozedUntil: start + 2 * hour },
    ]);
    expect(woken).toHaveLength(3);
  });

  it("of a message that tells of several mean all of them", async () => {
    const { opened, answer, outbox } = await setUp();
    await opened(["a", {}], ["b", {}]);
    expect(await answer("alerts ack a all")).toContain("Taken on: GLM main has used 92%, and 1 more");
    expect(await answer("alerts snooze a all 1h")).toContain("Snoozed: GLM main has used 92%, and 1 more");
    expect(await answer("alerts snooze a all until-reset")).toContain("Each is quiet until its reset.");
    const both = await outbox.find({ open: true });
    expect(both.map(({ takenBy, snoozedUntil }) => [takenBy, snoozedUntil])).toEqual([
      ["U1", start + 2 * hour],
      ["U1", start + 2 * hour],
    ]);
    expect(await answer("alerts ack a b")).toContain("does not fit");
  });

  it("say so when it is over", async () => {
    const { opened, answer } = await setUp();
    await opened(["a", { endedAt: start - 60_000 }]);
    expect(await answer("alerts ack a")).toContain("GLM main has used 92%: that ended 1 min ago.");
  });
});

describe("muting", () => {
  it("is for two hours unless told otherwise, of all accounts that are meant", async () => {
    const { answer, mutes } = await setUp();
    expect(await answer("alerts mute claude", admin)).toMatchInlineSnapshot(`
      "Muted: Lan's Max and claude-minh

      Lan's Max    until 05:00
      claude-minh  until 05:00

      Nobody is told anything of it until then; what is still so is told afterwards. Its numbers go on."
    `);
    expect([...(await mutes.all()).keys()]).toEqual(["claude-lan", "claude-minh"]);
    expect(await answer("alerts unmute lan", admin)).toContain("Not muted any more: Lan's Max");
    expect(await answer("alerts unmute lan", admin)).toContain("Lan's Max: not muted.");
  });

  it("lasts until the tightest window starts over, or as long as asked, 30 days at most", async () => {
    const { answer, mutes } = await setUp();
    await answer("alerts mute glm until-reset", admin);
    expect((await mutes.all()).get("glm")?.until).toBe(start + 2 * hour);
    await answer("alerts mute glm 30d", admin);
    expect((await mutes.all()).get("glm")?.until).toBe(start + 30 * 24 * hour);
    expect(await answer("alerts mute glm 31d", admin)).toContain("30 days at the most");
  });

  it.each(["mute glm", "unmute glm", "test"])("is for admins, as are tests: %s", async (words) => {
    const posted: string[] = [];
    const channels = { ids: ["slack:#ai"], post: async (id: string) => void posted.push(id) };
    const { answer, mutes } = await setUp(channels);
    const refusal = await answer(`alerts ${words}`);
    expect(refusal).toContain("is for admins. quotabot.yml names them under admins.");
    expect(refusal).toContain('admins: { slack: ["U1"] }');
    expect((await mutes.all()).size).toBe(0);
    expect(posted).toEqual([]);
  });
});

describe("/quota alerts test", () => {
  it("posts to every channel that alerts go to, and tells how each took it", async () => {
    const { answers } = await setUp({
      ids: ["slack:#ai", "slack:#gone", "webhook:ops"],
      async post(id) {
        if (id === "slack:#gone") throw new AppError("delivery_refused", `${id}: There is no such channel.`);
        if (id === "webhook:ops") throw new TypeError("oops");
      },
    });
    const [first, last] = await answers("alerts test", admin);
    expect(text(first)).toContain("Posting a test message to 3 channels …");
    expect(text(last)).toMatchInlineSnapshot(`
      "2 of 3 channels did not take it

      slack:#ai    ✓ posted
      slack:#gone  ✗ There is no such channel.
      webhook:ops  ✗ It failed in a way that is not foreseen."
    `);
  });

  it("says when there is no channel", async () => {
    expect(await (await setUp()).answer("alerts test", admin)).toContain("add alerts: to quotabot.yml");
  });
});

describe("/quota remind", () => {
  it("reminds on the asker's own channel", async () => {
    const { answer, outbox } = await setUp();
    expect(await answer("remind glm")).toContain("Reminder set for GLM main");
    expect(await answer("remind GLM main")).toContain("was set already");
    await answer("remind glm", { surface: "discord", user: "7", admin: false });
    await answer("remind glm", { surface: "terminal", admin: true });
    const found = await outbox.find({ open: true });
    expect(found.map(({ channel }) => channel)).toEqual(["slack:U1", "discord:@7", "terminal"]);
  });

  it("answers what it cannot do", async () => {
    const { answer, outbox } = await setUp();
    expect(await answer("remind")).toContain("Type it as /quota remind ACCOUNT|PROVIDER.");
    expect(await answer("remind gml")).toContain("Did you mean /quota remind glm?");
    expect(await answer("remind claude")).toContain("/quota remind claude-minh");
    expect(await answer("remind glm", { surface: "cli", admin: false })).toContain("No reminder from here");
    expect(await answer("remind glm", { surface: "slack", admin: false })).toContain("No reminder from here");
    expect(await outbox.find({ open: true })).toEqual([]);
  });
});

describe("completion", () => {
  it("offers accounts, times and what can be done", async () => {
    const { commands } = await setUp();
    const values = (parameter: string, typed: string) =>
      commands.complete("alerts", parameter, typed).map(({ value }) => value);
    expect(values("action", "")).toEqual(["mute", "unmute", "test", "ack", "snooze"]);
    expect(values("target", "lan")).toEqual(["claude-lan"]);
    expect(values("time", "")).toContain("until-reset");
    expect(values("time", "45m")).toEqual(["45m"]);
    expect(values("time", "unt")).toEqual(["until-reset"]);
  });

  it("understands what a surface has told apart already", async () => {
    const { commands, mutes } = await setUp();
    const call = { asker: admin, refresh: false, arguments: { action: "mute", target: "glm", time: "1H" } };
    for await (const message of commands.run("alerts", call)) expect(message.title).toBe("Muted: GLM main");
    expect((await mutes.all()).get("glm")?.until).toBe(start + hour);
  });
});

it("every button under an alert is a line that works", async () => {
  const { incidentMessage } = await import("../../src/core/messages/incidents.ts");
  const { opened, answer, outbox } = await setUp();
  const window = { id: "session", label: "5-hour", usedPercent: 100, resetsAt: start + 2 * hour };
  await opened(["a", { level: 100, event: { type: "quota.exhausted", at: start, account: "glm", window } }]);
  const name = () => ({ name: "GLM main", providerName: "Acme" });
  const buttons = incidentMessage(await outbox.find({ id: "a" }), name).blocks.flatMap(
    (block): readonly Action[] => (block.type === "actions" ? block.actions : []),
  );
  expect(buttons.length).toBeGreaterThan(3);
  for (const { command } of buttons)
    expect(await answer(command)).not.toMatch(/Not understood|missing|No alert/);
});
