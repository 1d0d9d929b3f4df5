import { describe, expect, it } from "vitest";
import type { Incident } from "../../src/core/domain/incident.ts";
import { incidentMessage } from "../../src/core/messages/incidents.ts";
import type { Channel, Outbox } from "../../src/core/ports.ts";
import { createAlertActions } from "../../src/core/services/alert-actions.ts";
import { createTellChannels } from "../../src/core/services/tell-channels.ts";
import { createOutbox } from "../../src/stores/outbox.ts";
import { renderTerminal } from "../../src/terminal/render.ts";
import { createKeptLog, createManualClock, start } from "../fakes/core.ts";
import { incidentOf } from "../fakes/incidents.ts";

const hour = 3_600_000;
const resetsAt = start + 3 * hour;
const lan = { surface: "slack", user: "U1" };

async function setUp(rest: Partial<Incident> = {}, wrap: (outbox: Outbox) => Outbox = (outbox) => outbox) {
  const clock = createManualClock();
  const stored = createOutbox({ incidents: new Map(), commit: async () => {} });
  await stored.put(incidentOf("a", { resetsAt, ...rest }));
  const woken: string[] = [];
  const actions = createAlertActions({
    outbox: wrap(stored),
    clock,
    wake: (channel) => void woken.push(channel),
  });
  const now = async () => (await stored.find({ id: "a" }))[0] as Incident;
  return { clock, stored, actions, woken, now };
}

function text(incident: Incident): string {
  const message = incidentMessage([incident], () => ({ name: "GLM", providerName: "Acme" }));
  return renderTerminal(message, { now: start, timezone: "UTC", terminal: { width: 100, colour: false } });
}

describe("taking an alert on", () => {
  it("shows who, in the message that stands there", async () => {
    const { actions, woken, now } = await setUp();
    expect((await actions.ack("a", lan)).kind).toBe("done");
    expect(await now()).toMatchObject({ takenBy: "U1", version: 2, loud: false });
    expect(text(await now())).toContain("Taken on by U1.");
    expect(woken).toEqual(["slack:#ai"]);
  });

  it("names somebody of another platform in words, for nobody there knows the id", async () => {
    const { actions, now } = await setUp({ channel: "discord:1" });
    await actions.ack("a", lan);
    expect(text(await now())).toContain("Taken on by somebody on Slack.");
  });

  it("does not quiet what was not told yet", async () => {
    const untold = { sentVersion: 0, attempts: 1, nextTry: start };
    const { actions, now } = await setUp({ delivery: untold });
    await actions.ack("a", lan);
    expect(await now()).toMatchObject({ version: 2, loud: true });
  });

  it("posts nothing of what was known at first sight and never told", async () => {
    const { actions, now } = await setUp({
      version: 0,
      delivery: { sentVersion: 0, attempts: 0, nextTry: start },
    });
    await actions.ack("a", lan);
    expect(await now()).toMatchObject({ takenBy: "U1", version: 0 });
  });

  it("leaves alone what is over, and says when an id is nobody's", async () => {
    const { actions, now, woken } = await setUp({ endedAt: start });
    expect((await actions.ack("a", lan)).kind).toBe("over");
    expect((await now()).takenBy).toBeUndefined();
    expect((await actions.ack("b", lan)).kind).toBe("unknown");
    expect(woken).toEqual([]);
  });

  it("does not touch anybody's reminder", async () => {
    const { actions } = await setUp({ subject: "remind|glm" });
    expect((await actions.ack("a", lan)).kind).toBe("unknown");
  });

  it("loses nothing of what changes at the same time", async () => {
    let tries = 3;
    let grown = 0;
    const { actions, now } = await setUp({}, (outbox) => ({
      ...outbox,
      async change(incident) {
        const [current] = await outbox.find({ id: "a" });
        if (current !== undefined && tries-- > 0) {
          const next = { ...current, level: current.level + 1, version: current.version + 1 };
          if (await outbox.change(next)) grown += 1;
        }
        return outbox.change(incident);
      },
    }));
    await Promise.all([actions.ack("a", lan), actions.snooze("a", hour, lan)]);
    expect(await now()).toMatchObject({ takenBy: "U1", snoozedUntil: start + hour, level: 90 + grown });
    expect((await now()).version).toBe(3 + grown);
    expect(grown).toBeGreaterThan(0);
  });
});

describe("snoozing an alert", () => {
  it.each([
    ["an hour", hour, start + hour],
    ["longer than its window lasts", 9 * hour, resetsAt],
    ["until the reset", "until-reset" as const, resetsAt],
  ])("lasts as long as asked, and to the reset at most: %s", async (_name, howLong, until) => {
    const { actions, now } = await setUp();
    await actions.snooze("a", howLong, lan);
    expect(await now()).toMatchObject({ snoozedUntil: until, version: 2, loud: false });
    expect(text(await now())).toMatch(/Quiet until 0\d:00, as U1 asked\./);
  });

  it.each([
    ["is not known", undefined],
    ["has passed already", start - hour],
  ])("until a reset that %s is a day", async (_name, resetsAt) => {
    const { actions, now } = await setUp({ resetsAt } as Partial<Incident>);
    await actions.snooze("a", "until-reset", lan);
    expect((await now()).snoozedUntil).toBe(start + 24 * hour);
  });

  it("is not shown any more once it is over", async () => {
    const { actions, clock, stored, now } = await setUp();
    await actions.snooze("a", hour, lan);
    const snoozed = await now();
    await stored.change({ ...snoozed, level: 100, version: 3, loud: true });
    expect(text(await now())).not.toContain("Quiet until");
    clock.advance(2 * hour);
    await actions.ack("a", lan);
    expect((await now()).snoozedUntil).toBeUndefined();
  });
});

describe("acting on a message that tells of several alerts", () => {
  const at = (where: string, sentAt = start) => ({
    ...{ sentVersion: 1, where, sentAt, attempts: 0, nextTry: start },
  });

  it("means all that go on of it, and nothing of other messages", async () => {
    const { actions, stored } = await setUp({ delivery: at("C1/1") });
    const others: [string, Partial<Incident>][] = [
      ["run", { delivery: at("C1/1"), event: { ...incidentOf("run").event, type: "quota.runaway" } }],
      ["over", { delivery: at("C1/1"), endedAt: start }],
      ["elsewhere", { delivery: at("C1/2") }],
      ["later", { delivery: at("C1/1", start + hour) }],
      ["channel", { delivery: at("C1/1"), channel: "slack:#other" }],
    ];
    for (const [id, rest] of others) await stored.put(incidentOf(id, rest));
    expect(await actions.ack("a", lan, "all")).toMatchObject({ kind: "done", others: 1 });
    const taken = (await stored.find({ openedSince: 0 })).filter(({ takenBy }) => takenBy === "U1");
    expect(taken.map(({ id }) => id).sort()).toEqual(["a", "run"]);
    await actions.snooze("run", "until-reset", lan, "all");
    const quiet = (await stored.find({ openedSince: 0 })).filter(({ snoozedUntil }) => snoozedUntil);
    expect(quiet.map(({ id }) => id).sort()).toEqual(["a", "run"]);
    expect(await actions.ack("elsewhere", lan)).toMatchObject({ kind: "done", others: 0 });
  });

  it("does what is asked also where the one that was named is over meanwhile", async () => {
    const { actions, stored } = await setUp({ delivery: at("C1/1"), endedAt: start });
    await stored.put(incidentOf("b", { delivery: at("C1/1") }));
    expect(await actions.ack("a", lan, "all")).toMatchObject({ kind: "done", incident: { id: "b" } });
  });
});

describe("on its channel a snoozed alert", () => {
  /** Its channel, with what is shown there, and what was added in the thread. */
  async function onChannel() {
    const house = await setUp();
    const edits: string[] = [];
    const replies: string[] = [];
    const draw = (incidents: readonly Incident[]) =>
      incidentMessage(incidents, () => ({ name: "GLM", providerName: "Acme" }));
    const channel: Channel = {
      id: "slack:#ai",
      post: async () => "C1/2",
      edit: async (_where, { title, blocks }) => void edits.push(`${title}: ${JSON.stringify(blocks)}`),
      reply: async (_where, { title }) => void replies.push(title),
    };
    const tell = createTellChannels({
      ...{ outbox: house.stored, clock: house.clock, log: createKeptLog(), mostPosts: 20 },
      ...{ compose: draw, details: draw },
      channelOf: () => channel,
      quietUntil: () => undefined,
      isUrgent: () => true,
      onRefusal: () => {},
      later: () => () => {},
    });
    async function grow(): Promise<void> {
      const before = await house.now();
      const event = { ...before.event, type: "quota.exhausted" } as const;
      const window = event.window && { ...event.window, usedPercent: 100 };
      const version = before.version + 1;
      await house.stored.change({ ...before, level: 100, event: { ...event, window }, version, loud: true });
    }
    return { ...house, edits, replies, tell, grow };
  }

  it("shows the snooze at once, and what has grown meanwhile when it ends", async () => {
    const { actions, clock, tell, edits, grow } = await onChannel();
    await actions.snooze("a", hour, lan);
    await tell.sweep();
    expect(edits).toHaveLength(1);
    expect(edits[0]).toContain("Quiet until");

    await grow();
    clock.advance(hour - 1);
    await tell.sweep();
    expect(edits).toHaveLength(1);
    clock.advance(1);
    await tell.sweep();
    expect(edits[1]).toContain("GLM is exhausted");
    expect(edits[1]).not.toContain("Quiet until");
    await tell.stop();
  });

  it("that has grown meanwhile shows a later snooze, and still tells what has grown when that ends", async () => {
    const { actions, clock, tell, edits, replies, grow } = await onChannel();
    await actions.snooze("a", hour, lan);
    await tell.sweep();
    await grow();
    clock.advance(hour / 2);
    await actions.snooze("a", hour, { surface: "slack", user: "U2" });
    await tell.sweep();
    await tell.sweep();
    expect(edits).toHaveLength(2);
    expect(edits[1]).toMatch(/Quiet until.*U2/);
    expect(replies).toEqual([]);

    clock.advance(hour - 1);
    await tell.sweep();
    expect(edits).toHaveLength(2);
    clock.advance(1);
    await tell.sweep();
    expect(edits).toHaveLength(3);
    expect(edits[2]).not.toContain("Quiet until");
    expect(replies).toEqual(["GLM is exhausted"]);
    await tell.stop();
  });

  it("is not told of what has grown by a change of another alert in its message", async () => {
    const { actions, clock, stored, tell, edits, replies, grow } = await onChannel();
    await stored.put(incidentOf("b", { version: 1, subject: "quota|glm||weekly" }));
    await actions.snooze("a", hour, lan);
    await tell.sweep();
    await grow();
    const [other] = await stored.find({ id: "b" });
    if (other !== undefined) await stored.change({ ...other, version: other.version + 1, loud: true });
    await tell.sweep();
    expect(edits).toHaveLength(2);
    expect(replies).toEqual(["GLM has used 92%"]);
    clock.advance(hour);
    await tell.sweep();
    expect(replies[1]).toBe("GLM is exhausted");
    await tell.stop();
  });

  it("that has grown meanwhile shows at once who takes it on", async () => {
    const { actions, tell, edits, replies, grow } = await onChannel();
    await actions.snooze("a", hour, lan);
    await grow();
    await actions.ack("a", lan);
    await tell.sweep();
    expect(edits[0]).toMatch(/Taken on by.*U1.*Quiet until/);
    expect(replies).toEqual([]);
    await tell.stop();
  });
});
