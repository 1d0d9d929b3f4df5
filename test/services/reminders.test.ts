import { describe, expect, it } from "vitest";
import type { Incident } from "../../src/core/domain/incident.ts";
import type { Quota } from "../../src/core/domain/quota.ts";
import { incidentMessage } from "../../src/core/messages/incidents.ts";
import { reminderAnswer } from "../../src/core/messages/remind.ts";
import { type Asked, createReminders } from "../../src/core/services/reminders.ts";
import { createOutbox } from "../../src/stores/outbox.ts";
import { renderTerminal } from "../../src/terminal/render.ts";
import { account, createKeptLog, createManualClock, quota, snapshot, start } from "../fakes/core.ts";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const lan = "slack:U1";

const session = (used: number, resetsAt?: number) => quota({ used, resetsAt });
const weekly = (used: number, resetsAt?: number) =>
  quota({ id: "weekly", label: "weekly", windowSeconds: 604_800, used, resetsAt });

function setUp(options: { sharers?: readonly string[] } = {}) {
  const clock = createManualClock();
  const log = createKeptLog();
  const outbox = createOutbox({ incidents: new Map(), commit: async () => {} });
  const snapshots = new Map([["glm", snapshot("glm", { readings: [] })]]);
  const woken: string[] = [];
  let ids = 0;
  const replica = () =>
    createReminders({
      accounts: [account("glm"), account("twin")],
      outbox,
      factsOf: (id) => {
        const known = snapshots.get(id);
        return { snapshot: known, told: known?.readings ?? [], own: [], projections: [], rises: [] };
      },
      sharers: () => options.sharers ?? ["glm"],
      wake: (channel) => void woken.push(channel),
      newId: () => `id${++ids}`,
      clock,
      log,
    });
  const reminders = replica();
  const reads = (readings: readonly Quota[], id = "glm") =>
    void snapshots.set(id, snapshot(id, { readings, fetchedAt: clock.now() }));
  return {
    ...{ clock, log, outbox, woken, replica, reminders, snapshots, reads },
    /** Time passes, and the account is read and looked at. */
    async later(milliseconds: number, readings: readonly Quota[]) {
      clock.advance(milliseconds);
      reads(readings);
      await reminders.look("glm");
    },
    all: () => outbox.find({ scope: "glm#remind" }),
    async told(): Promise<string[]> {
      const all = await outbox.find({ scope: "glm#remind" });
      return all.filter(({ version }) => version > 0).map((one) => text(one, clock.now()));
    },
  };
}

function text(incident: Incident, now: number): string {
  const message = incidentMessage([incident], (id) => ({ name: id.toUpperCase(), providerName: "Acme" }));
  return renderTerminal(message, { now, timezone: "UTC", terminal: { width: 140, colour: false } });
}

function answer(asked: Asked): string {
  const message = reminderAnswer(asked, { id: "glm", name: "GLM" });
  return renderTerminal(message, { now: start, timezone: "UTC", terminal: { width: 200, colour: false } });
}

describe("a reminder of an exhausted account", () => {
  it("is told once, when the reset has passed and use has fallen", async () => {
    const { reminders, reads, later, told, woken } = setUp();
    reads([session(100, start + hour)]);
    expect(answer(await reminders.ask("glm", lan))).toMatchInlineSnapshot(`
      "Reminder set for GLM

      5-hour window: nothing left. I will tell you once, privately, when it is confirmed back. Its reset is due in 1 h."
    `);
    await later(30 * minute, [session(100, start + hour)]);
    expect(await told()).toEqual([]);
    await later(31 * minute, [session(3, start + 6 * hour)]);
    expect((await told())[0]).toMatchInlineSnapshot(`
      "GLM is back

      5-hour window: 97% left, resets in 4 h 59 min. You asked to be told.

      Acme"
    `);
    expect(woken).toEqual([lan]);
    await later(hour, [session(100, start + 6 * hour)]);
    await later(5 * hour, [session(0, start + 11 * hour)]);
    await reminders.sweep();
    expect(await told()).toHaveLength(1);
    expect(woken).toEqual([lan]);
  });

  it("is not told because the reset should have come: use has to fall, or two reads to say so", async () => {
    const { reminders, reads, later, told } = setUp();
    reads([session(100, start + hour)]);
    await reminders.ask("glm", lan);
    await later(61 * minute, [session(100, start + hour)]);
    expect(await told()).toEqual([]);
    // A fall of 100 points before any reset is due is believed the second time.
    reads([session(100, start + 6 * hour)]);
    await reminders.look("glm");
    await later(10 * minute, [session(100, start + 6 * hour)]);
    await later(10 * minute, [session(0, start + 6 * hour)]);
    await reminders.sweep();
    expect(await told()).toEqual([]);
    await later(10 * minute, [session(0, start + 6 * hour)]);
    expect((await told())[0]).toContain("GLM is back early");
  });

  it("takes back a doubt that the next read does not bear out", async () => {
    const { reminders, reads, later, told } = setUp();
    reads([session(100, start + 5 * hour)]);
    await reminders.ask("glm", lan);
    for (let round = 0; round < 3; round += 1) {
      await later(10 * minute, [session(0, start + 5 * hour)]);
      await later(10 * minute, [session(100, start + 5 * hour)]);
    }
    expect(await told()).toEqual([]);
  });

  it("waits on while another window of the pool has nothing left", async () => {
    const { reminders, reads, later, told } = setUp();
    reads([session(100, start + hour), weekly(70, start + 50 * hour)]);
    await reminders.ask("glm", lan);
    await later(50 * minute, [session(100, start + hour), weekly(100, start + 50 * hour)]);
    await later(20 * minute, [session(0, start + 6 * hour), weekly(100, start + 50 * hour)]);
    expect(await told()).toEqual([]);
    await later(49 * hour, [session(0, start + 55 * hour), weekly(0, start + 200 * hour)]);
    expect((await told())[0]).toContain("weekly window: 100% left");
  });

  it("comes when a window without a reset has room again", async () => {
    const { reminders, reads, later, told } = setUp();
    reads([session(100)]);
    expect(answer(await reminders.ask("glm", lan))).not.toContain("due");
    await later(10 * minute, [session(97)]);
    expect(await told()).toEqual([]);
    await later(10 * minute, [session(94)]);
    expect((await told())[0]).toContain("GLM has room again");
  });

  it("believes no numbers that are too old", async () => {
    const { reminders, reads, clock, snapshots, told } = setUp();
    reads([session(100, start + hour)]);
    await reminders.ask("glm", lan);
    clock.advance(3 * hour);
    snapshots.set("glm", snapshot("glm", { readings: [session(1)], fetchedAt: start + 2 * hour }));
    await reminders.look("glm");
    expect(await told()).toEqual([]);
  });

  it("knows the account by others that share its pool and were read later", async () => {
    const { reminders, reads, clock, told } = setUp({ sharers: ["glm", "twin"] });
    reads([session(100, start + hour)]);
    await reminders.ask("glm", lan);
    clock.advance(2 * hour);
    reads([session(1, start + 6 * hour)], "twin");
    await reminders.look("twin");
    expect((await told())[0]).toContain("GLM is back");
  });
});

describe("a reminder while something is left", () => {
  it("comes when the tightest window starts over, not when use falls a little", async () => {
    const { reminders, reads, later, told } = setUp();
    reads([session(37, start + 2 * hour), weekly(10, start + 50 * hour)]);
    expect(answer(await reminders.ask("glm", lan))).toMatchInlineSnapshot(`
      "Reminder set for GLM

      5-hour window: 63% left. I will tell you once, privately, when that window has started over, due at 05:00."
    `);
    await later(10 * minute, [session(55, start + 2 * hour)]);
    await later(10 * minute, [session(47, start + 2 * hour)]);
    expect(await told()).toEqual([]);
    await later(2 * hour, [session(0, start + 7 * hour)]);
    expect((await told())[0]).toContain(
      "GLM is back\n\n5-hour window: 100% left, resets in 4 h 40 min. You asked",
    );
  });

  it("waits for an exhausted window when it is asked for again then", async () => {
    const { reminders, reads, later, told, all } = setUp();
    reads([session(37, start + 2 * hour), weekly(30, start + 50 * hour)]);
    await reminders.ask("glm", lan);
    await later(minute, [session(40, start + 2 * hour), weekly(100, start + 50 * hour)]);
    expect(await reminders.ask("glm", lan)).toMatchObject({
      again: true,
      event: { window: { id: "weekly" } },
    });
    await later(2 * hour, [session(0, start + 7 * hour), weekly(100, start + 50 * hour)]);
    expect(await told()).toEqual([]);
    expect(await all()).toHaveLength(1);
  });

  it.each([
    ["nothing is used", [session(0, start + hour)], "100% left, so there is nothing to wait for."],
    ["no reset is told", [session(40)], "60% left, so there is nothing to wait for."],
    ["no window is known", [], "No window of it is known"],
    ["its use is unknown", [quota({ used: undefined })], "No window of it is known"],
  ])("is refused when %s", async (_name, readings, words) => {
    const { reminders, reads, all } = setUp();
    reads(readings);
    expect(answer(await reminders.ask("glm", lan))).toContain(words);
    expect(await all()).toEqual([]);
  });
});

describe("reminders", () => {
  it("are one for an account and person, however often asked for, and one for each person", async () => {
    const { reminders, replica, reads, all } = setUp();
    reads([session(100, start + hour)]);
    const asked = await Promise.all([reminders, replica(), replica()].map((one) => one.ask("glm", lan)));
    expect(asked.filter((one) => one.kind === "waiting" && !one.again)).toHaveLength(1);
    await reminders.ask("glm", "discord:@7");
    expect((await all()).map(({ channel }) => channel).sort()).toEqual(["discord:@7", lan]);
  });

  it("can be asked for anew when they were told", async () => {
    const { reminders, reads, later, told } = setUp();
    reads([session(100, start + hour)]);
    await reminders.ask("glm", lan);
    await later(2 * hour, [session(0, start + 7 * hour)]);
    await later(hour, [session(100, start + 7 * hour)]);
    expect(await reminders.ask("glm", lan)).toMatchObject({ again: false });
    await later(5 * hour, [session(0, start + 12 * hour)]);
    expect(await told()).toHaveLength(2);
  });

  it("are told once by all replicas together", async () => {
    const { reminders, replica, reads, clock, woken, told } = setUp();
    reads([session(100, start + hour)]);
    await reminders.ask("glm", lan);
    clock.advance(2 * hour);
    reads([session(0, start + 7 * hour)]);
    await Promise.all([reminders, replica(), replica()].map((one) => one.look("glm")));
    expect(woken).toEqual([lan]);
    expect(await told()).toHaveLength(1);
  });

  it("end after 8 days and say so, also when the account is not configured any more", async () => {
    const { reminders, reads, clock, snapshots, told } = setUp();
    reads([session(100, start + hour)]);
    await reminders.ask("glm", lan);
    snapshots.clear();
    clock.advance(8 * day - 1);
    await reminders.sweep();
    expect(await told()).toEqual([]);
    clock.advance(1);
    await reminders.sweep();
    await reminders.sweep();
    expect(await told()).toMatchInlineSnapshot(`
      [
        "GLM: no reminder any more

      5-hour window: not confirmed back in 8 d. To wait on, type /quota remind glm.

      Acme",
      ]
    `);
  });

  it("fail into the log", async () => {
    const { log, outbox, clock } = setUp();
    const reminders = createReminders({
      ...{
        accounts: [],
        clock,
        log,
        sharers: () => [],
        wake: () => {},
        newId: () => "",
        factsOf: () => ({}) as never,
      },
      outbox: { ...outbox, find: () => Promise.reject(new Error("away")) },
    });
    await reminders.look("glm");
    await reminders.sweep();
    await reminders.settled();
    expect(log.lines.map(({ level }) => level)).toEqual(["error", "error"]);
  });
});
