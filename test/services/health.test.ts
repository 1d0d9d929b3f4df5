import { describe, expect, it } from "vitest";
import type { Snapshot } from "../../src/core/domain/quota.ts";
import { createHealth, type HealthOptions } from "../../src/core/services/health.ts";
import {
  judgeConnection,
  judgeJobs,
  judgeOutbox,
  judgeProvider,
} from "../../src/core/services/health-judgement.ts";
import { createStoreCheck } from "../../src/core/services/store-check.ts";
import { account, createManualClock, snapshot, start } from "../fakes/core.ts";
import { hours, incident, minutes } from "../fakes/incident-memory.ts";

/** How one provider is judged: each account reads every 10 minutes. */
function provider(now: number, ...snapshots: (Snapshot | undefined)[]) {
  const accounts = snapshots.map((_, index) => account(`a${index}`));
  const of = (id: string) => snapshots[Number(id.slice(1))];
  return judgeProvider(accounts, of, { now, startedAt: start });
}

describe("a provider", () => {
  it("is fine for three intervals after a read, one account being proof enough", () => {
    const read = snapshot("a", { fetchedAt: start, attemptedAt: start });
    expect(provider(start + 30 * minutes, read)).toMatchObject({ ok: true, message: "last read 30 min ago" });
    const failing = snapshot("b", { state: "error", fetchedAt: undefined, failures: 9 });
    expect(provider(start + 30 * minutes, failing, read)).toMatchObject({ ok: true });
  });

  it("that refuses makes the bot less, not unready", () => {
    const now = start + 2 * hours;
    const throttled = snapshot("a", {
      ...{ state: "rate_limited", attemptedAt: now - 5 * minutes, nextReadAt: now + hours, failures: 4 },
    });
    expect(provider(now, throttled)).toEqual({
      ...{ ok: false, vital: false, message: "last read 2 h ago; throttled", since: start },
    });
  });

  it("that nobody asks any more makes it unready", () => {
    const forgotten = snapshot("a", { attemptedAt: start, nextReadAt: start + 5 * minutes });
    const judged = provider(start + 41 * minutes, forgotten);
    expect(judged).toMatchObject({
      ok: false,
      vital: true,
      message: "last read 41 min ago, though it is due",
    });
    expect(provider(start + 31 * minutes, undefined)).toMatchObject({ ok: false, vital: true });
  });

  it("gets three intervals after a start, however old what is stored is", () => {
    const old = snapshot("a", {
      fetchedAt: start - 9 * hours,
      attemptedAt: start - 9 * hours,
      nextReadAt: 0,
    });
    expect(provider(start + 30 * minutes, old)).toMatchObject({
      ok: true,
      message: "last read 9 h 30 min ago",
    });
    expect(provider(start + 31 * minutes, old)).toMatchObject({ ok: false, vital: true });
  });

  it.each(["forbidden", "auth_expired", "needs_action", "retired", "unsupported"] as const)(
    "whose accounts are all %s is left alone, as a person has to act first",
    (state) => {
      expect(provider(start + 99 * hours, snapshot("a", { state }))).toMatchObject({ ok: true });
    },
  );

  it("that people's machines report is not asked", () => {
    const pushed = [account("a", { push: true })];
    const judged = judgeProvider(pushed, () => undefined, { now: start + 99 * hours, startedAt: start });
    expect(judged.ok).toBe(true);
  });
});

describe("the scheduler", () => {
  it("is late a minute after a job should have started, or when one does not end", () => {
    const jobs = [
      { name: "read", dueAt: start },
      { name: "sweep", endsBy: start + 10 * minutes },
    ];
    expect(judgeJobs(jobs, start + minutes)).toMatchObject({ ok: true });
    expect(judgeJobs(jobs, start + 3 * minutes)).toEqual({
      ...{ ok: false, vital: true, since: start + minutes },
      message: 'the job "read" was not run, 2 min late',
    });
    expect(judgeJobs(jobs.slice(1), start + 11 * minutes).message).toContain('"sweep" does not end');
  });

  it("that has not been started is not ready", () => {
    expect(judgeJobs([], start)).toMatchObject({ ok: false, vital: true });
    expect(judgeJobs([{ name: "read" }], start).ok).toBe(false);
  });
});

describe("the outbox", () => {
  const failing = (channel: string, openedAt = start) =>
    incident({ channel, openedAt, delivery: { sentVersion: 0, attempts: 3, nextTry: start } });
  const later = start + 15 * minutes;

  it("tells how many wait and since when, which alone is no fault", () => {
    const held = incident({ channel: "a", openedAt: start });
    expect(judgeOutbox([held, held], ["a"], later)).toMatchObject({
      ...{ ok: true, message: "2 messages wait, the oldest for 15 min" },
    });
    expect(judgeOutbox([], ["a"], later)).toMatchObject({ ok: true, message: "nothing waits" });
  });

  it("is unready only when nothing can be posted anywhere for a quarter of an hour", () => {
    expect(judgeOutbox([failing("a")], ["a", "b"], later)).toMatchObject({
      ...{ ok: false, vital: false, since: start },
      message: "1 message waits, the oldest for 15 min; 1 of 2 channels cannot be posted to",
    });
    const all = [failing("a"), failing("b")];
    expect(judgeOutbox(all, ["a", "b"], later)).toMatchObject({ ok: false, vital: true });
    expect(judgeOutbox(all, ["a", "b"], later - 1)).toMatchObject({ ok: true });
  });

  it("does not count what waits for channels that are not configured any more", () => {
    expect(judgeOutbox([failing("gone")], ["a"], later)).toMatchObject({
      ok: true,
      message: "nothing waits",
    });
  });
});

it("a connection is what its platform says it is, since when, and why not", () => {
  expect(judgeConnection({ state: "connected", since: start })).toMatchObject({ ok: true, since: start });
  expect(judgeConnection({ state: "connecting", since: start, detail: "Slack went away." })).toEqual({
    ...{ ok: false, vital: true, since: start, message: "not connected: Slack went away." },
  });
});

describe("whether the store can be written", () => {
  function tried(set: () => Promise<void>) {
    const clock = createManualClock();
    let tries = 0;
    const settings = {
      set: () => {
        tries += 1;
        return set();
      },
    };
    return {
      clock,
      tries: () => tries,
      store: createStoreCheck({ store: { settings }, clock, patience: 30 }),
    };
  }

  it("is really tried, once in 30 seconds however many ask", async () => {
    const { store, clock, tries } = tried(async () => {});
    await Promise.all(Array.from({ length: 50 }, () => store.look()));
    clock.advance(29_999);
    await store.check();
    expect(tries()).toBe(1);
    clock.advance(1);
    await store.check();
    expect(tries()).toBe(2);
  });

  it("is no after a failure, and yes again after the next try", async () => {
    let broken = true;
    const { store, clock } = tried(async () => {
      if (broken) throw new Error("disk");
    });
    await expect(store.check()).rejects.toThrow("disk");
    broken = false;
    await expect(store.check()).rejects.toThrow("disk");
    clock.advance(30_000);
    await expect(store.check()).resolves.toBeUndefined();
  });

  it("is no while it hangs, is not tried again meanwhile, and counts in the end", async () => {
    let finish = () => {};
    const { store, clock, tries } = tried(() => new Promise((resolve) => (finish = resolve)));
    await expect(store.check()).rejects.toMatchObject({ code: "store_unavailable" });
    clock.advance(60_000);
    await expect(store.check()).rejects.toMatchObject({ code: "store_unavailable" });
    expect(tries()).toBe(1);
    finish();
    await expect.poll(async () => await store.check()).toBeUndefined();
  });
});

describe("health", () => {
  function house(rest: Partial<HealthOptions> = {}) {
    const clock = createManualClock();
    let asked = 0;
    const store = createStoreCheck({ store: { settings: { set: async () => {} } }, clock });
    const health = createHealth({
      ...{ clock, store, accounts: [account("secret-name")], snapshot: () => snapshot("secret-name") },
      channels: ["slack:#secret-channel"],
      connections: { slack: () => ({ state: "connected", since: start }) },
      outbox: { find: async () => [] },
      jobs: () => {
        asked += 1;
        return [{ name: "read", dueAt: clock.now() + 1_000 }];
      },
      ...rest,
    });
    return { clock, health, asked: () => asked };
  }

  it("is ready when all that is vital is, and tells nothing that a stranger must not know", async () => {
    const { health } = house();
    const found = await health.look();
    expect(found.ok).toBe(true);
    expect(found.checks.map(({ name }) => name)).toEqual([
      "store",
      "slack",
      "scheduler",
      "outbox",
      "provider acme",
    ]);
    expect(JSON.stringify(found)).not.toContain("secret");
  });

  it("is worked out once a second, however often it is asked", async () => {
    const { health, clock, asked } = house();
    for (let times = 0; times < 200; times += 1) await health.look();
    expect(asked()).toBe(1);
    clock.advance(1_000);
    await health.look();
    expect(asked()).toBe(2);
  });

  it("remembers since when something is as it is", async () => {
    let late = false;
    const clock = createManualClock();
    const { health } = house({ clock, jobs: () => [{ name: "read", dueAt: late ? 0 : clock.now() }] });
    const scheduler = async () => (await health.look()).checks.find(({ name }) => name === "scheduler");
    clock.advance(5_000);
    expect(await scheduler()).toMatchObject({ ok: true, since: start + 5_000 });
    clock.advance(5_000);
    expect(await scheduler()).toMatchObject({ ok: true, since: start + 5_000 });
    late = true;
    clock.advance(5_000);
    expect((await health.look()).ok).toBe(false);
  });

  it("of an outbox that cannot be looked into is told, and left to the store to judge", async () => {
    const { health } = house({
      outbox: {
        find: async () => {
          throw new Error("postgres://secret");
        },
      },
    });
    const found = await health.look();
    expect(found.ok).toBe(true);
    expect(found.checks).toContainEqual(
      expect.objectContaining({ name: "outbox", ok: false, message: "cannot be looked into" }),
    );
  });

  it("is there at once for metrics, complete after the first look", async () => {
    const { health } = house();
    expect(health.checks().map(({ name }) => name)).not.toContain("store");
    await expect.poll(() => health.checks().map(({ name }) => name)).toContain("store");
  });
});
