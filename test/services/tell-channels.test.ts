import { describe, expect, it } from "vitest";
import type { Incident } from "../../src/core/domain/incident.ts";
import { AppError } from "../../src/core/errors.ts";
import type { Outbox } from "../../src/core/ports.ts";
import {
  createAlertHouse,
  createFakeChannel,
  createMemoryOutbox,
  createTime,
  nothingToTell,
  type Told,
} from "../fakes/alert-house.ts";
import { start } from "../fakes/core.ts";
import { hours, incident, minutes } from "../fakes/incident-memory.ts";

type Can = Parameters<typeof createFakeChannel>[2];

/** One channel, and an outbox to put things into. */
function setup(
  can: Can = { edit: true, find: "keys" },
  rest: Partial<Parameters<typeof createAlertHouse>[0]> = {},
) {
  const time = createTime();
  const channel = createFakeChannel("kept", time, can);
  const outbox = rest.outbox ?? createMemoryOutbox();
  const common = { accounts: [], rules: [], time, channels: [channel], factsOf: () => nothingToTell };
  const house = createAlertHouse({ ...common, ...rest, outbox });
  return {
    ...{ time, channel, outbox, house },
    /** Another process over the same outbox. */
    replica: () => createAlertHouse({ ...common, ...rest, outbox }),
    async put(...ids: readonly string[]): Promise<void> {
      for (const id of ids) {
        const nextTry = time.now();
        await outbox.put(
          incident({
            id,
            subject: id,
            openedAt: nextTry,
            delivery: { sentVersion: 0, attempts: 0, nextTry },
          }),
        );
      }
      house.tell.wake("kept");
    },
    async change(id: string, rest: Partial<Incident>): Promise<void> {
      const [known] = await outbox.find({ id });
      if (known === undefined) throw new Error(`no ${id}`);
      await outbox.change({ ...known, version: known.version + 1, ...rest });
      house.tell.wake("kept");
    },
    async stored(id: string): Promise<Incident> {
      const [known] = await outbox.find({ id });
      if (known === undefined) throw new Error(`no ${id}`);
      return known;
    },
  };
}

function words(told: readonly Told[]): string {
  return told
    .map((one) => `${one.subject} v${one.version}${one.endedAt === undefined ? "" : " over"}`)
    .join(", ");
}

describe("A channel", () => {
  it("is told in one message what comes within a moment, well under a second after it was found", async () => {
    const { put, time, channel, stored } = setup();
    await put("a", "b");
    await time.pass(100);
    await put("c");
    await time.pass(900);
    expect(channel.posts.map(({ told }) => words(told))).toEqual(["a v1, b v1, c v1"]);
    expect(channel.posts[0]?.at).toBe(start + 250);
    expect((await stored("c")).delivery).toMatchObject({ sentVersion: 1, where: "1", sentAt: start + 250 });
  });

  it("is told although something new comes again and again", async () => {
    const { put, time, channel } = setup();
    for (let each = 0; each < 20; each += 1) {
      await put(`i${each}`);
      await time.pass(100);
    }
    expect(channel.posts.length).toBeGreaterThan(3);
    expect(channel.posts[0]?.at).toBe(start + 450);
  });

  it("is told by the sweep what nobody woke it for", async () => {
    const { outbox, house, time, channel } = setup();
    await outbox.put(incident());
    await time.pass(hours);
    expect(channel.posts).toEqual([]);
    await house.tell.sweep();
    expect(channel.posts).toHaveLength(1);
  });

  it("that this process cannot post to is left to the others", async () => {
    const { outbox, house, log } = { ...setup(), log: setup().house.log };
    await outbox.put(incident({ channel: "elsewhere" }));
    await house.tell.sweep();
    expect((await outbox.find({ untold: true })).length).toBe(1);
    expect(log.lines).toEqual([]);
  });

  it("is told nothing more once it is to stop, and what is under way ends", async () => {
    const { put, house, time, channel } = setup();
    await put("a");
    await time.pass(200);
    await put("b");
    await house.tell.stop();
    house.tell.wake("kept");
    await house.tell.sweep();
    await time.pass(hours);
    expect(channel.posts.map(({ told }) => words(told))).toEqual(["a v1"]);
  });
});

describe("A message", () => {
  it("is changed as its incident goes on, with a detail below it", async () => {
    const { put, change, time, channel } = setup();
    await put("a", "b");
    await time.pass(200);
    await change("a", { level: 90, loud: true });
    await time.pass(200);
    await change("a", { endedAt: time.now(), loud: false });
    await time.pass(200);
    expect(channel.posts).toHaveLength(1);
    expect(channel.edits.map(({ told }) => words(told))).toEqual(["a v2, b v1", "a v3 over, b v1"]);
    expect(channel.replies.map(({ told }) => words(told))).toEqual(["a v2", "a v3 over"]);
  });

  it("has no detail below it for what is only worth seeing", async () => {
    const { put, change, time, channel } = setup();
    await put("a");
    await time.pass(200);
    await change("a", { takenBy: "U1", loud: false });
    await time.pass(200);
    expect(channel.edits).toHaveLength(1);
    expect(channel.replies).toEqual([]);
  });

  it("is a new one for every loud change where it cannot be changed, and none for a quiet one", async () => {
    const { put, change, time, channel, stored } = setup({});
    await put("a");
    await time.pass(200);
    await change("a", { level: 90, loud: true });
    await time.pass(200);
    await change("a", { endedAt: time.now(), loud: false });
    await time.pass(200);
    expect(channel.posts.map(({ told }) => words(told))).toEqual(["a v1", "a v2"]);
    expect(await stored("a")).toMatchObject({ delivery: { sentVersion: 3, where: "2" } });
  });

  it("that somebody has deleted comes again when there is something new in it, and only that", async () => {
    const { put, change, time, channel, stored } = setup();
    await put("a", "b");
    await time.pass(200);
    channel.remove("1");
    await change("b", { endedAt: time.now(), loud: false });
    await time.pass(1000);
    expect(channel.posts).toHaveLength(1);
    expect((await stored("a")).delivery.where).toBeUndefined();
    await change("a", { level: 90, loud: true });
    await time.pass(1000);
    expect(channel.posts.map(({ told }) => words(told))).toEqual(["a v1, b v1", "a v2"]);
  });

  it("that the channel does not let be changed just now is not posted anew, and changed when it does", async () => {
    const { put, change, time, channel, house } = setup();
    await put("a");
    await time.pass(200);
    channel.weather = "refuses";
    await change("a", { level: 90, loud: true });
    await time.pass(minutes);
    expect(house.refusals).toEqual(["kept: kept does not let the bot in."]);
    channel.weather = "fine";
    await time.pass(2 * hours);
    expect(channel.posts).toHaveLength(1);
    expect(channel.edits.map(({ told }) => words(told))).toEqual(["a v2"]);
  });

  it("that grows while it is on its way is brought up to date", async () => {
    const { put, change, time, channel } = setup({ edit: true });
    let release: (value: string) => void = () => {};
    const { post } = channel;
    channel.post = (message, options) =>
      new Promise((resolve) => {
        release = () => void post(message, options).then(resolve);
      });
    await put("a");
    await time.pass(200);
    await change("a", { level: 100, loud: true });
    await time.pass(1000);
    expect(channel.posts).toEqual([]);
    release("");
    await time.pass(1000);
    expect(channel.posts.map(({ told }) => words(told))).toEqual(["a v1"]);
    expect(channel.edits.map(({ told }) => words(told))).toEqual(["a v2"]);
  });
});

describe("Quiet hours", () => {
  it("hold messages back until they end, as one, with what is over by then, and let what is urgent through", async () => {
    const end = start + 5 * hours;
    const { put, change, time, channel, outbox } = setup(undefined, {
      quietUntil: (_channel, now) => (now < end ? end : undefined),
      isUrgent: ({ level }) => level >= 100,
    });
    await put("a", "b");
    await outbox.put(incident({ id: "c", subject: "c", level: 100 }));
    await time.pass(hours);
    expect(channel.posts.map(({ told }) => words(told))).toEqual(["c v1"]);
    await change("b", { endedAt: time.now(), loud: false });
    await time.until(end + minutes);
    expect(channel.posts.map(({ told }) => words(told))).toEqual(["c v1", "a v1, b v2 over"]);
  });
});

describe("The hourly cap", () => {
  it("counts messages, not changes, and what has waited comes as one", async () => {
    const { put, change, time, channel } = setup(undefined, { mostPosts: 2 });
    for (const id of ["a", "b"]) {
      await put(id);
      await time.pass(minutes);
    }
    await change("a", { level: 90, loud: true });
    await put("c");
    await time.pass(minutes);
    await put("d");
    await time.pass(56 * minutes);
    expect(channel.posts.map(({ told }) => words(told))).toEqual(["a v1", "b v1"]);
    expect(channel.edits).toHaveLength(1);
    await time.pass(2 * minutes);
    expect(channel.posts.map(({ told }) => words(told))).toEqual(["a v1", "b v1", "c v1, d v1"]);
  });

  it("counts every message about one and the same incident", async () => {
    const { put, change, time, channel } = setup({}, { mostPosts: 2 });
    await put("a");
    await time.pass(30 * minutes);
    await change("a", { level: 90, loud: true });
    await time.pass(20 * minutes);
    await change("a", { level: 100, loud: true });
    await time.pass(minutes);
    expect(channel.posts).toHaveLength(2);
    await time.pass(11 * minutes);
    expect(channel.posts).toHaveLength(3);
  });
});

describe("A channel that fails", () => {
  it("is tried again ever more seldom, and then told everything in one message", async () => {
    const { put, change, time, channel, house } = setup();
    channel.weather = "fails";
    await put("a");
    await time.pass(5 * minutes);
    await put("b");
    await change("a", { endedAt: time.now(), loud: false });
    for (let each = 0; each < 10; each += 1) {
      await put(`c${each}`);
      await time.pass(5 * minutes);
    }
    expect(channel.tries).toBeLessThan(20);
    channel.weather = "fine";
    await time.pass(5 * minutes);
    const ids = ["b v1", ...Array.from({ length: 10 }, (_, each) => `c${each} v1`)];
    expect(channel.posts.map(({ told }) => words(told))).toEqual([["a v2 over", ...ids].join(", ")]);
    expect(house.refusals).toEqual([]);
  });

  it("is left alone for as long as it asks", async () => {
    const { put, time, channel } = setup();
    channel.weather = { retryAfter: 10 * minutes };
    await put("a");
    await time.pass(minutes);
    channel.weather = "fine";
    await put("b");
    await time.pass(9 * minutes - 1000);
    expect(channel.tries).toBe(1);
    await time.pass(2000);
    expect(channel.posts.map(({ told }) => words(told))).toEqual(["a v1, b v1"]);
  });

  it("does not keep others waiting", async () => {
    const time = createTime();
    const [down, up] = [createFakeChannel("down", time), createFakeChannel("up", time)];
    down.weather = "silent";
    const setupOf = { accounts: [], rules: [], time, channels: [down, up], factsOf: () => nothingToTell };
    const house = createAlertHouse(setupOf);
    for (const channel of ["down", "up"]) {
      await house.outbox.put(incident({ channel, id: channel }));
      house.tell.wake(channel);
    }
    await time.pass(200);
    expect(up.posts).toHaveLength(1);
  });

  it("gets nothing else of a plan once one part of it failed", async () => {
    const { put, change, time, channel } = setup();
    await put("a");
    await time.pass(200);
    await put("b");
    await time.pass(200);
    channel.weather = "fails";
    await change("a", { level: 90, loud: true });
    await change("b", { level: 90, loud: true });
    await put("c");
    channel.tries = 0;
    await time.pass(200);
    expect(channel.tries).toBe(1);
  });

  it("that refuses is said so once, tried once an hour, and said so when it takes something again", async () => {
    const { put, time, channel, house } = setup();
    channel.weather = "refuses";
    await put("a");
    await time.pass(5 * hours + minutes);
    const said = house.log.lines.filter(({ level }) => level === "error");
    expect(said.map(({ message }) => message)).toEqual(["A channel refuses what is posted there."]);
    expect(channel.tries).toBe(6);
    expect(house.refusals).toEqual(["kept: kept does not let the bot in."]);
    channel.weather = "fine";
    await time.pass(hours);
    expect(channel.posts).toHaveLength(1);
    expect(house.refusals).toEqual(["kept: kept does not let the bot in.", "kept: takes it again"]);
  });
});

describe("A post whose answer is lost", () => {
  const lose = async (can: Can, weather: "swallows" | "silent") => {
    const parts = setup(can);
    parts.channel.weather = weather;
    await parts.put("a", "b");
    await parts.time.pass(20_200);
    parts.channel.weather = "fine";
    return parts;
  };

  it.each(["swallows", "silent"] as const)("is looked for by its key: %s", async (weather) => {
    const { time, channel, change, stored } = await lose({ edit: true, find: "keys" }, weather);
    await time.pass(minutes);
    expect(channel.posts.map(({ told }) => words(told))).toEqual(["a v1, b v1"]);
    expect((await stored("a")).delivery).toMatchObject({ sentVersion: 1, where: "1" });
    await change("a", { level: 90, loud: true });
    await time.pass(1000);
    expect(channel.posts).toHaveLength(1);
    expect(channel.edits.map(({ told }) => words(told))).toEqual(["a v2, b v1"]);
  });

  it.each(["swallows", "silent"] as const)("is posted again where repeats are known: %s", async (weather) => {
    const { time, channel, put } = await lose({ find: "repeats" }, weather);
    await put("c");
    await time.pass(minutes);
    expect(channel.posts.map(({ told }) => words(told))).toEqual(["a v1, b v1", "c v1"]);
    expect(channel.tries).toBe(3);
  });

  it("is not a repeat any more when its incident has grown", async () => {
    const { time, channel, change } = await lose({ find: "repeats" }, "swallows");
    await change("b", { level: 100, loud: true });
    await time.pass(minutes);
    expect(channel.posts.map(({ told }) => words(told))).toEqual(["a v1, b v1", "b v2"]);
  });

  it("is taken to have arrived where nobody can tell", async () => {
    const { time, channel, change, house } = await lose({ edit: true }, "swallows");
    await time.pass(hours);
    expect(channel.posts.map(({ told }) => words(told))).toEqual(["a v1, b v1"]);
    expect(house.log.lines.map(({ message }) => message)).toContain(
      "Whether a post arrived cannot be told; it is not repeated.",
    );
    await change("a", { level: 90, loud: true });
    await time.pass(1000);
    expect(channel.posts.map(({ told }) => words(told))).toEqual(["a v1, b v1", "a v2"]);
  });

  it("goes on being looked for while the channel is away", async () => {
    const { time, channel, put } = await lose({ edit: true, find: "keys" }, "swallows");
    channel.weather = "fails";
    await time.pass(hours);
    await put("c");
    channel.weather = "fine";
    await time.pass(10 * minutes);
    expect(channel.posts.map(({ told }) => words(told))).toEqual(["a v1, b v1", "c v1"]);
  });
});

describe("A process that dies between a post and its mark", () => {
  /** A process whose last deed is a post, and another over the same outbox. */
  async function crash(can: Can) {
    const real = createMemoryOutbox();
    let alive = true;
    const dying: Outbox = { ...real, change: (one) => (alive ? real.change(one) : new Promise(() => {})) };
    const parts = setup(can, { outbox: dying });
    const { channel, time } = parts;
    const { post } = channel;
    channel.post = async (message, options) => {
      const where = await post(message, options);
      alive = false;
      return where;
    };
    await parts.put("a", "b");
    await time.pass(1000);
    channel.post = post;
    const next = createAlertHouse({
      ...{ accounts: [], rules: [], time, channels: [channel], factsOf: () => nothingToTell },
      outbox: real,
    });
    await next.tell.sweep();
    return { ...parts, real, next };
  }

  it("has its post found, where it can be looked for", async () => {
    const { channel, time, real, next } = await crash({ edit: true, find: "keys" });
    await time.pass(50_000);
    expect(channel.tries).toBe(1);
    await time.pass(20_000);
    expect(channel.posts.map(({ told }) => words(told))).toEqual(["a v1, b v1"]);
    expect(await real.find({ untold: true })).toEqual([]);
    const [a] = await real.find({ id: "a" });
    await real.change({ ...(a as Incident), version: 2, level: 90, loud: true });
    next.tell.wake("kept");
    await time.pass(1000);
    expect(channel.edits.map(({ told }) => words(told))).toEqual(["a v2, b v1"]);
  });

  it("has it posted again as a repeat, where repeats are known", async () => {
    const { channel, time, real } = await crash({ find: "repeats" });
    await time.pass(2 * minutes);
    expect(channel.tries).toBe(2);
    expect(channel.posts.map(({ told }) => words(told))).toEqual(["a v1, b v1"]);
    expect(await real.find({ untold: true })).toEqual([]);
  });

  it("has it posted twice, where nobody can tell, rather than not at all", async () => {
    const { channel, time, real } = await crash({ edit: true });
    await time.pass(hours);
    expect(channel.posts.map(({ told }) => words(told))).toEqual(["a v1, b v1", "a v1, b v1"]);
    expect(await real.find({ untold: true })).toEqual([]);
  });
});

describe("Processes that share an outbox", () => {
  it("post a thing once", async () => {
    const { put, time, channel, replica } = setup();
    const others = [replica(), replica()];
    await put("a", "b");
    for (const other of others) other.tell.wake("kept");
    await time.pass(1000);
    const told = channel.posts.flatMap((post) => post.told.map(({ subject }) => subject));
    expect(told.sort()).toEqual(["a", "b"]);
  });

  it("leave it at what another has told when one comes back from sleep in the middle of a post", async () => {
    const { outbox, house, time, channel, stored } = setup({ edit: true, find: "keys" });
    const { post } = channel;
    let fail: (error: Error) => void = () => {};
    channel.post = (message, options) => {
      channel.post = post;
      void post(message, options);
      return new Promise((_resolve, reject) => {
        fail = reject;
      });
    };
    const sleeper = createAlertHouse({
      ...{ accounts: [], rules: [], time, channels: [channel], factsOf: () => nothingToTell, outbox },
      later: (milliseconds, work) => (milliseconds < 1000 ? time.later(milliseconds, work) : () => {}),
    });
    await outbox.put(incident({ id: "a", subject: "a" }));
    sleeper.tell.wake("kept");
    await time.pass(2 * minutes);
    expect((await stored("a")).delivery.sentVersion).toBe(0);
    await house.tell.sweep();
    const { delivery } = await stored("a");
    expect(delivery).toMatchObject({ sentVersion: 1, where: "1", attempts: 0 });
    fail(new AppError("delivery_failed", "No answer.", { unsure: true }));
    await time.pass(minutes);
    expect((await stored("a")).delivery).toEqual(delivery);
    expect(channel.posts).toHaveLength(1);
  });
});

describe("A store that is away", () => {
  it("after a post does not have it repeated", async () => {
    const real = createMemoryOutbox();
    let away = false;
    const outbox: Outbox = {
      ...real,
      change: async (one) => {
        if (away) throw new AppError("store_unavailable", "The disk is full.");
        return await real.change(one);
      },
    };
    const { put, time, channel, house } = setup({ edit: true }, { outbox });
    const { post } = channel;
    channel.post = async (message, options) => {
      const where = await post(message, options);
      away = true;
      return where;
    };
    await put("a");
    await time.pass(5 * minutes);
    await house.tell.sweep();
    away = false;
    await house.tell.sweep();
    await time.pass(hours);
    expect(channel.posts).toHaveLength(1);
    expect(await real.find({ untold: true })).toEqual([]);
  });

  it("before a post keeps it from being posted until it is back", async () => {
    const real = createMemoryOutbox();
    let away = true;
    const outbox: Outbox = {
      ...real,
      change: (one) =>
        away ? Promise.reject(new AppError("store_unavailable", "The disk is full.")) : real.change(one),
    };
    const { put, time, channel, house } = setup({ edit: true }, { outbox });
    await put("a");
    await time.pass(5 * minutes);
    await house.tell.sweep();
    expect(channel.tries).toBe(0);
    away = false;
    await house.tell.sweep();
    expect(channel.posts).toHaveLength(1);
  });
});
