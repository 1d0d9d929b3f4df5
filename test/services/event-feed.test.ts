import { describe, expect, it } from "vitest";
import { eventJson } from "../../src/channels/event-json.ts";
import type { Incident } from "../../src/core/domain/incident.ts";
import { AppError } from "../../src/core/errors.ts";
import { quotaJson } from "../../src/core/services/quota-json.ts";
import { account, quota, snapshot, start } from "../fakes/core.ts";
import { createFeedHouse } from "../fakes/event-feed.ts";
import { incidentOf } from "../fakes/incidents.ts";
import { createQuotaHouse } from "../fakes/quota-house.ts";
import { recordOf } from "../ledger-records.ts";

const accounts = [account("glm"), account("claude"), account("spare")];

function setUp(options: Parameters<typeof createFeedHouse>[1] = {}) {
  const house = createQuotaHouse({ accounts, read: async () => ({ readings: [quota()] }) });
  const feedHouse = createFeedHouse(house, options);
  const { outbox } = house.store;
  return {
    ...feedHouse,
    /** A reader that has been told how everything stands. */
    async opened(wish: Parameters<typeof feedHouse.open>[0] = {}) {
      const reader = await feedHouse.open(wish);
      return { ...reader, opening: reader.read() };
    },
    async put(id: string, rest: Parameters<typeof incidentOf>[1] = {}) {
      await outbox.put(incidentOf(id, rest));
      feedHouse.feed.look();
    },
    async change(id: string, rest: Partial<Incident>) {
      const [before] = await outbox.find({ id });
      if (before === undefined) throw new Error("There is no such incident.");
      await outbox.change({ ...before, ...rest });
      feedHouse.feed.look();
    },
  };
}

const typesOf = (items: readonly { type: string }[]) => items.map(({ type }) => type);
const idsOf = (items: readonly { id?: string | undefined }[]) => items.map(({ id }) => id);

describe("a reader that is new", () => {
  it("is told how everything stands between a reset and what is ready, and then what comes", async () => {
    const { opened, put, feed, beat, readQuotas } = setUp();
    await put("low");
    const { opening, read } = await opened();
    expect(typesOf(opening)).toEqual(["reset", "snapshot", "snapshot", "snapshot", "alert", "ready"]);
    expect(opening[0]).toMatchObject({ data: { reason: "new" } });
    expect(opening[4]).toMatchObject({
      data: { change: "open", event: { type: "quota.low", account: "glm" } },
    });
    expect(idsOf(opening).filter((id) => id !== undefined)).toEqual(["p1-0"]);
    expect(read()).toEqual([]);

    await readQuotas.accept(snapshot("claude"));
    feed.recorded([recordOf("r1", { account: "claude" })]);
    await beat();
    const items = read();
    expect(typesOf(items)).toEqual(["snapshot", "usage"]);
    expect(idsOf(items)).toEqual(["p1-1", "p1-2"]);
  });

  it("hears of an account what the quota route tells of it", async () => {
    const { opened, readQuotas, reports, beat } = setUp();
    const { read, opening } = await opened({ accounts: ["claude"] });
    expect(opening.map(({ data }) => data.account)).toEqual([undefined, "claude", undefined]);
    await readQuotas.accept(snapshot("claude"));
    await beat();
    const { at, accounts: told } = quotaJson(reports.report(accounts.filter(({ id }) => id === "claude")));
    expect(read().map(({ data }) => data)).toEqual([{ at, ...told[0] }]);
  });

  it("is told nothing of what it does not wish for", async () => {
    const { opened, put, beat, readQuotas, feed } = setUp({
      sharers: (id) => (id === "glm" ? ["glm", "spare"] : [id]),
    });
    await put("low");
    const spare = await opened({ accounts: ["spare"], types: ["alert", "usage"] });
    // What stands for its pool concerns it too.
    expect(typesOf(spare.opening)).toEqual(["reset", "alert", "ready"]);
    const claude = await opened({ accounts: ["claude"], types: ["alert"] });
    expect(typesOf(claude.opening)).toEqual(["reset", "ready"]);
    await readQuotas.accept(snapshot("spare"));
    feed.recorded([recordOf("r1", { account: "spare" }), recordOf("r2", { account: "glm" })]);
    await beat();
    expect(spare.read()).toMatchObject([{ type: "usage", data: { account: "spare" } }]);
    expect(claude.read()).toEqual([]);
    expect(claude.heard).toEqual({ news: 0, lost: 0 });
    expect(claude.place()).toBe("p1-3");
  });
});

describe("a reader that comes back", () => {
  it("goes on after the event that it took last, missing and repeating none", async () => {
    const { opened, feed, beat } = setUp();
    const { read, close } = await opened();
    for (const model of ["a", "b", "c"]) {
      feed.recorded([recordOf(model, { model })]);
      await beat();
    }
    const seen = read();
    close();
    feed.recorded([recordOf("d", { model: "d" })]);
    await beat();
    const back = await opened({ after: seen[0]?.id });
    expect(back.opening.map(({ type, data }) => data.model ?? type)).toEqual(["b", "c", "d", "ready"]);
    expect(idsOf(back.opening)).toEqual(["p1-2", "p1-3", "p1-4", "p1-4"]);
    const late = await opened({ after: "p1-4" });
    expect(typesOf(late.opening)).toEqual(["ready"]);
  });

  it.each([
    ["of another process", "p0-1", "unknown"],
    ["that is none", "nonsense", "unknown"],
    ["that has not been", "p1-99", "gone"],
    ["that is no number a process counts to", "p1-9999999999999999999", "unknown"],
  ])("with an id %s begins anew", async (_, after, reason) => {
    const { opened } = setUp();
    const { opening } = await opened({ after });
    expect(opening[0]).toMatchObject({ type: "reset", data: { reason } });
    expect(opening.at(-1)?.type).toBe("ready");
  });

  it("begins anew when more has come than is kept, by count and by length", async () => {
    for (const kept of [
      { events: 2, characters: 1e6 },
      { events: 100, characters: 1_400 },
    ]) {
      const { opened, feed, beat } = setUp({ kept });
      const { close } = await opened();
      close();
      for (const model of ["a", "b", "c"]) {
        feed.recorded([recordOf(model, { model })]);
        await beat();
      }
      expect((await opened({ after: "p1-0" })).opening[0]).toMatchObject({ data: { reason: "gone" } });
      expect(typesOf((await opened({ after: "p1-1" })).opening)).toEqual(["usage", "usage", "ready"]);
    }
  });

  it("misses nothing when nobody was there for some minutes", async () => {
    const { opened, feed, beat, clock } = setUp();
    (await opened()).close();
    clock.advance(4 * 60_000);
    feed.recorded([recordOf("a")]);
    await beat();
    expect(typesOf((await opened({ after: "p1-0" })).opening)).toEqual(["usage", "ready"]);
  });

  it("begins anew when nobody was there for long: nothing is gathered then, as before the first reader", async () => {
    const { opened, feed, clock, waiting, readQuotas, put } = setUp();
    const quiet = async () => {
      feed.recorded([recordOf("a")]);
      await readQuotas.accept(snapshot("claude"));
      feed.look();
      return waiting.length;
    };
    expect(await quiet()).toBe(0);
    (await opened()).close();
    clock.advance(5 * 60_000);
    expect(await quiet()).toBe(0);
    await put("low");
    const { opening } = await opened({ after: "p1-0" });
    expect(opening[0]).toMatchObject({ data: { reason: "gone" } });
    expect(typesOf(opening)).toContain("alert");
  });
});

describe("usage", () => {
  it("comes as sums of a moment, by account and model, however many records there are", async () => {
    const { opened, feed, beat } = setUp();
    const { read } = await opened({ types: ["usage"] });
    const records = Array.from({ length: 3_000 }, (_, index) =>
      recordOf(`r${index}`, {
        account: "claude",
        provider: "acme",
        model: index % 3 === 0 ? "a" : undefined,
      }),
    );
    for (let first = 0; first < 3_000; first += 500) feed.recorded(records.slice(first, first + 500));
    feed.recorded([
      recordOf("failed", { account: "claude", model: "a", outcome: "error", costMicros: undefined }),
    ]);
    await beat();
    const items = read();
    expect(items).toHaveLength(2);
    expect(items[0]?.data).toEqual({
      at: "2026-11-22T03:00:00Z",
      account: "claude",
      provider: "acme",
      model: "a",
      requests: 1_001,
      succeeded: 1_000,
      tokens: {
        ...{ input: 100_100, output: 20_020, cacheRead: 0, cacheWrite: 0, reasoning: 3_003 },
        ...{ total: 123_123, estimated: 0 },
      },
      audioSeconds: 0,
      cost: { billedUsd: 1.5, includedUsd: 0, freeUsd: 0, unpriced: 1 },
    });
    expect(items[1]?.data).toMatchObject({ model: null, requests: 2_000 });
  });

  it("of more models than anybody uses at a time comes as one sum", async () => {
    const { opened, feed, beat } = setUp();
    const { read } = await opened({ types: ["usage"] });
    feed.recorded(
      Array.from({ length: 700 }, (_, index) => recordOf(`r${index}`, { model: `model-${index}` })),
    );
    await beat();
    const items = read();
    expect(items).toHaveLength(501);
    expect(items.at(-1)?.data).toMatchObject({ model: "(other)", provider: null, requests: 200 });
  });
});

describe("an alert", () => {
  it("is raised, changed and ended, each once, however many channels are told of it", async () => {
    const { opened, put, change, beat, feed } = setUp();
    const { read } = await opened({ types: ["alert", "notice"] });
    await put("slack");
    await put("discord", { channel: "discord:1", level: 80, openedAt: start });
    await beat();
    const low = incidentOf("slack").event;
    expect(read()).toMatchObject([
      {
        type: "alert",
        data: { change: "raised", openedAt: "2026-11-22T02:40:00Z", event: eventJson(low) },
      },
    ]);
    feed.look();
    await beat();
    expect(read()).toEqual([]);

    const exhausted = { ...low, type: "quota.exhausted" as const, at: start + 1, threshold: 100 };
    await change("slack", { level: 100, event: exhausted, version: 2 });
    await change("discord", { level: 100, event: exhausted, version: 2 });
    await beat();
    expect(read()).toMatchObject([{ data: { change: "changed", event: { type: "quota.exhausted" } } }]);

    const reset = { ...low, type: "quota.reset" as const, at: start + 2 };
    await change("slack", { event: reset, endedAt: start + 2 });
    await beat();
    expect(read()).toEqual([]);
    await change("discord", { event: reset, endedAt: start + 2 });
    await beat();
    expect(read()).toMatchObject([{ data: { change: "ended", event: { type: "quota.reset" } } }]);
  });

  it("that ended and began anew within a moment is both", async () => {
    const { opened, put, change, beat } = setUp();
    await put("first");
    const { read } = await opened({ types: ["alert"] });
    await change("first", { endedAt: start });
    await put("second", { number: 2, openedAt: start });
    await beat();
    expect(read()).toMatchObject([{ data: { change: "ended" } }, { data: { change: "raised" } }]);
  });

  it("is told from what another process wrote, and so are accounts that it read", async () => {
    const { opened, store, feed, beat, readQuotas, clock } = setUp();
    const { read } = await opened();
    await store.snapshots.replace(snapshot("claude", { attemptedAt: start + 1 }));
    await store.outbox.put(incidentOf("low"));
    clock.advance(1_000);
    await readQuotas.restore();
    feed.look();
    await beat();
    expect(read()).toMatchObject([
      { type: "snapshot", data: { account: "claude" } },
      { type: "alert", data: { change: "raised" } },
    ]);
  });

  it("that nobody was to be told of, or one person alone, is not told", async () => {
    const { opened, put, beat } = setUp();
    const { read } = await opened({ types: ["alert", "notice"] });
    await put("silent", { version: 0 });
    await put("reminder", { subject: "remind|glm", scope: "glm#remind" });
    await beat();
    expect(read()).toEqual([]);
  });

  it("that is over with being told is a notice, once for all channels and looks", async () => {
    const { opened, put, beat, feed, clock } = setUp();
    await put("before", { subject: "spike|1", openedAt: start, endedAt: start });
    const { read, opening } = await opened({ types: ["alert", "notice"] });
    expect(typesOf(opening)).toEqual(["reset", "ready"]);
    const event = { type: "route.switched" as const, at: start, switched: { from: "glm", to: "spare" } };
    const news = { subject: "switch", scope: "#news", event, openedAt: start, endedAt: start };
    await put("slack", news);
    await put("discord", { ...news, channel: "discord:1" });
    await beat();
    expect(read()).toMatchObject([{ type: "notice", data: { event: eventJson(event) } }]);
    clock.advance(30_000);
    feed.look();
    await beat();
    expect(read()).toEqual([]);
  });

  it("that could not be looked for comes with the next look", async () => {
    const disk = { broken: false };
    const { outbox } = createQuotaHouse({ accounts, read: async () => ({ readings: [] }) }).store;
    const { opened, open, feed, beat, log } = setUp({
      outbox: {
        async find(query) {
          if (disk.broken) throw new AppError("store_unavailable", "The database does not answer.");
          return await outbox.find(query);
        },
      },
    });
    disk.broken = true;
    await expect(open()).rejects.toMatchObject({ code: "store_unavailable" });
    disk.broken = false;
    const { read } = await opened({ types: ["alert"] });
    await outbox.put(incidentOf("low"));
    disk.broken = true;
    feed.look();
    await beat();
    expect(log.lines.filter(({ level }) => level === "warn")).toHaveLength(1);
    disk.broken = false;
    feed.changed("glm");
    await beat();
    expect(read()).toMatchObject([{ data: { change: "raised" } }]);
  });
});

it("loses a reader that takes too long, and only that one", async () => {
  const { opened, feed, beat } = setUp({ kept: { events: 3, characters: 1e6 } });
  const slow = await opened();
  const quick = await opened();
  for (const model of ["a", "b", "c", "d", "e"]) {
    feed.recorded([recordOf(model, { model })]);
    await beat();
    quick.read();
  }
  expect(slow.heard.lost).toBeGreaterThan(0);
  expect(quick.heard).toEqual({ news: 5, lost: 0 });
  slow.close();
  const { lost } = slow.heard;
  feed.recorded([recordOf("f")]);
  await beat();
  expect(slow.heard.lost).toBe(lost);
});
