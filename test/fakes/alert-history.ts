import { type QuotaSample, samplesOf } from "../../src/core/domain/history.ts";
import type { Instant, Snapshot } from "../../src/core/domain/quota.ts";
import type { Outbox } from "../../src/core/ports.ts";
import { quietUntilFor } from "../../src/core/services/quiet.ts";
import { createWatched, night, weathersFor } from "./alert-channels.ts";
import { channelBehind, createGate, outboxBehind } from "./alert-gate.ts";
import { createAlertHouse, nothingToTell, type Time } from "./alert-house.ts";
import type { Plot, Read, Span, Told } from "./alert-plot.ts";
import { ratesOf } from "./alert-rates.ts";
import { account, snapshot } from "./core.ts";
import { createQuotaWorld } from "./quota-world.ts";
import type { Random } from "./random.ts";

const minutes = 60_000;
const hours = 60 * minutes;
const days = 24 * hours;

/**
 * Plays a history: accounts are used and read, and whatever the plot says goes wrong.
 *
 * @param outboxOf the outbox as the process of this number sees it
 */
export async function playHistory(
  plot: Plot,
  parts: { random: Random; time: Time; outboxOf: (replica: number) => Promise<Outbox> | Outbox },
): Promise<Told> {
  const { random, time } = parts;
  const begin = time.now();
  const end = begin + plot.days * days;
  // The last hours are calm, so that everything can be told.
  const calm = end - 4 * hours;
  const ids = Array.from({ length: plot.accounts }, (_, index) => `account-${index}`);
  const accounts = ids.map((id) => account(id, { interval: plot.interval * minutes }));
  const worlds = new Map(ids.map((id) => [id, createQuotaWorld(random, begin, plot)]));
  const watched = createWatched(time, plot.quiet);
  const quietUntil = quietUntilFor(plot.quiet ? [night] : []);
  const reads: Read[] = [];
  const sweeps: { at: Instant; missed: boolean }[] = [];
  const samples = new Map(ids.map((id): [string, QuotaSample[]] => [id, []]));
  const downs: Span[] = [];
  const storms: Span[] = [];
  let kills = 0;

  const isAway = (at: Instant) => storms.some(({ from, to }) => from <= at && at < to);
  const weatherOfStore = { isAway: () => isAway(time.now()), isDone: () => random.chance(0.3) };
  // Only of processes that overtake each other does it matter how long a post takes.
  const lag = () => (plot.replicas === 1 ? 0 : random.between(0, random.chance(0.2) ? 9000 : 200));

  function createProcess(outbox: Outbox) {
    const gate = createGate(time);
    /** What this process knows of the accounts; it may be behind the others. */
    const snapshots = new Map<string, Snapshot>();
    const house = createAlertHouse({
      accounts,
      rules: watched.map(({ rule }) => rule),
      time,
      outbox: outboxBehind(gate, outbox, weatherOfStore),
      channels: watched.map(({ channel }) => channelBehind(gate, channel, time, lag)),
      later: (milliseconds, work) => time.later(milliseconds, () => (gate.alive ? work() : undefined)),
      factsOf: (id) => {
        const seen = snapshots.get(id);
        if (seen === undefined) return nothingToTell;
        const rates = plot.rates ? ratesOf(seen, samples.get(id) ?? [], time.now()) : {};
        return { ...nothingToTell, snapshot: seen, told: seen.readings, ...rates };
      },
      samplesOf: async (id, before) => (samples.get(id) ?? []).filter(({ at }) => at < before),
      quietUntil: (channel, now) => (now < calm ? quietUntil(channel, now) : undefined),
      mostPosts: plot.mostPosts,
    });
    return { gate, snapshots, house };
  }

  const outboxes = await Promise.all(
    Array.from({ length: plot.replicas }, (_, replica) => parts.outboxOf(replica)),
  );
  /** What all processes find when they start. */
  const stored = new Map<string, Snapshot>();
  const processes = outboxes.map((outbox) => createProcess(outbox));

  async function restart(replica: number): Promise<void> {
    const old = processes[replica];
    const outbox = outboxes[replica];
    if (old === undefined || outbox === undefined) return;
    if (old.gate.alive && plot.restarts === "told") {
      let isStopped = false;
      void old.house.tell.stop().then(() => {
        isStopped = true;
      });
      while (!isStopped) await time.pass(100);
    }
    old.gate.die();
    downs.push({ from: old.gate.diedAt ?? time.now(), to: time.now() });
    const fresh = createProcess(outbox);
    for (const [id, seen] of stored) fresh.snapshots.set(id, seen);
    processes[replica] = fresh;
    await sweep(replica);
  }

  async function sweep(replica: number): Promise<void> {
    const process = processes[replica];
    if (process === undefined) return;
    const swept = process.house.raise.sweep();
    void swept.then(() => process.house.tell.sweep());
    await looking(swept, (made) => sweeps.push(made));
  }

  /** Has a look made, of which is known a minute later whether anything has come of it. */
  async function looking(look: Promise<void>, note: (made: { at: Instant; missed: boolean }) => void) {
    const made = { at: time.now(), missed: false };
    let isSeen = false;
    note(made);
    void look.then(() => {
      isSeen = true;
    });
    await time.pass(0);
    time.later(minutes, () => {
      made.missed = !isSeen || storms.some(({ from, to }) => from <= time.now() && made.at < to);
    });
  }

  async function read(id: string, isDown: boolean): Promise<void> {
    const world = worlds.get(id);
    const process = processes[random.whole(0, plot.replicas - 1)];
    if (world === undefined || !process?.gate.alive) return;
    const at = time.now();
    const before = stored.get(id);
    const { quotas, answers } = isDown ? { quotas: [], answers: [] } : world.answer(at);
    const state = isDown ? random.one(["error", "error", "auth_expired"] as const) : ("ok" as const);
    const last = before ?? snapshot(id, { fetchedAt: undefined, readings: [], failures: 0 });
    const seen: Snapshot =
      state === "ok"
        ? snapshot(id, { readings: quotas, fetchedAt: at, attemptedAt: at })
        : { ...last, state, attemptedAt: at, failures: last.failures + 1 };
    stored.set(id, seen);
    for (const other of processes) {
      const lagging = other === process ? 0 : random.between(0, 2 * minutes);
      if (lagging === 0) other.snapshots.set(id, seen);
      else time.later(lagging, () => void other.snapshots.set(id, seen));
    }
    await looking(process.house.raise.look(id), (made) =>
      reads.push(Object.assign(made, { account: id, state, answers } satisfies Partial<Read>)),
    );
    // The others look for something to tell as well, at any moment.
    for (const other of processes) {
      const soon = random.between(100, 5000);
      if (other !== process && random.chance(0.3))
        time.later(soon, () => void (other.gate.alive && other.house.tell.sweep()));
    }
    if (state === "ok")
      samples.set(id, [...(samples.get(id) ?? []).slice(-20), ...samplesOf(id, quotas, at)]);
  }

  /** What is to happen, last first. */
  const diary: { at: Instant; what: () => Promise<void> | void }[] = [];
  for (const id of ids) {
    let down = 0;
    const again = (at: Instant): void => {
      if (at >= end) return;
      const later = diary.findLastIndex((one) => one.at > at);
      diary.splice(later + 1, 0, {
        at,
        what: async () => {
          const isUnsettled = worlds.get(id)?.isUnsettled() ?? false;
          const canFail = plot.outages && at < calm && !isUnsettled && reads.length > plot.accounts * 2;
          if (canFail && at >= down && random.chance(0.01)) down = at + random.between(0.1, 7) * hours;
          await read(id, canFail && at < down);
          again(time.now() + plot.interval * minutes * random.between(0.95, 1.05));
        },
      });
    };
    again(begin + random.between(0, plot.interval * minutes));
  }
  async function sweepAll(): Promise<void> {
    for (const [replica, { gate }] of processes.entries()) {
      if (gate.alive) await sweep(replica);
      else if (time.now() >= calm || random.chance(0.6)) await restart(replica);
    }
  }
  for (let at = begin + plot.sweep * minutes; at < end; at += plot.sweep * minutes)
    diary.push({ at, what: sweepAll });

  /** Something that befalls at random, again and again so many hours later. */
  function befall(isSo: boolean, [least, most]: [number, number], what: (at: Instant) => void): void {
    const first = begin + random.between(0, least) * hours;
    for (let at = first; isSo && at < calm; at += random.between(least, most) * hours) what(at);
  }
  befall(plot.restarts !== false, [0.5, 8], (at) => {
    const replica = random.whole(0, plot.replicas - 1);
    diary.push({
      at,
      what: async () => {
        const gate = processes[replica]?.gate;
        if (plot.restarts === "told") return await restart(replica);
        kills += 1;
        if (gate === undefined) return;
        // It dies in the middle of what it will do next, and is found dead by a later sweep.
        if (random.chance(0.5)) gate.isDoomed = true;
        else gate.fuse = random.whole(1, 40);
      },
    });
  });
  befall(plot.storms, [5, 40], (at) =>
    storms.push({ from: at, to: Math.min(calm, at + random.between(0.01, 3) * hours) }),
  );
  for (const one of watched) {
    befall(plot.weather, [1, 12], (from) => {
      const weather = random.one(weathersFor(one));
      const to = Math.min(calm, from + random.between(0.01, 2) * hours);
      const turn = (now: typeof weather) => () => {
        one.channel.weather = now;
      };
      one.weathers.push({ from, to, weather });
      diary.push({ at: from, what: turn(weather) }, { at: to, what: turn("fine") });
    });
  }
  befall(plot.deletions, [1, 10], (at) => {
    diary.push({
      at,
      what: () => {
        const { channel } = random.one(watched);
        const message = channel.posts.at(-1);
        if (message !== undefined && channel.edit !== undefined) channel.remove(message.where);
      },
    });
  });

  diary.sort((a, b) => b.at - a.at);
  for (let next = diary.pop(); next !== undefined; next = diary.pop()) {
    await time.until(next.at);
    await next.what();
  }
  await time.until(end + 20 * minutes);
  await sweepAll();
  await time.pass(5 * minutes);
  return { plot, end: time.now(), reads, sweeps, watched, kills, downs, storms, calm };
}
