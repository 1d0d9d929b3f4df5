import { runaway } from "../../src/core/domain/account-findings.ts";
import { rose } from "../../src/core/domain/burn-rate.ts";
import { type QuotaSample, samplesOf } from "../../src/core/domain/history.ts";
import { paceOf } from "../../src/core/domain/pace.ts";
import { quietUntil } from "../../src/core/domain/quiet-hours.ts";
import { type Instant, type Snapshot, usedPercent } from "../../src/core/domain/quota.ts";
import type { Channel, Outbox } from "../../src/core/ports.ts";
import type { AccountFacts } from "../../src/core/services/account-look.ts";
import type { AlertRule } from "../../src/core/services/alert-rules.ts";
import {
  alertRule,
  createAlertHouse,
  createFakeChannel,
  type FakeChannel,
  nothingToTell,
  type Time,
  type Weather,
} from "./alert-house.ts";
import { account, snapshot } from "./core.ts";
import { type Answer, createQuotaWorld, type Troubles } from "./quota-world.ts";
import type { Random } from "./random.ts";

const minutes = 60_000;
const hours = 60 * minutes;
const days = 24 * hours;

/** What happens in a history, beside what people use. */
export interface Plot extends Troubles {
  accounts: number;
  days: number;
  /** Minutes between two reads of an account. */
  interval: number;
  /** Minutes between two sweeps. */
  sweep: number;
  replicas: number;
  /** Reads that fail for hours, and accounts that are signed out. */
  outages: boolean;
  /** Processes end and begin anew; `"killed"`: at any moment, without a word. */
  restarts: false | "told" | "killed";
  /** Channels fail in all ways. */
  weather: boolean;
  /** One of the channels has quiet hours. */
  quiet: boolean;
  /** Somebody deletes messages. */
  deletions: boolean;
  /** What is told of how fast windows are used. */
  rates: boolean;
}

/** One try to read an account. */
export interface Read {
  account: string;
  at: Instant;
  state: Snapshot["state"];
  answers: readonly Answer[];
  /** The process died while it looked at this. */
  missed: boolean;
}

export interface Watched {
  channel: FakeChannel;
  rule: AlertRule;
  /** Channels that cannot look for a post. */
  isBlind: boolean;
  quiet: boolean;
}

export interface Told {
  plot: Plot;
  end: Instant;
  reads: readonly Read[];
  /** Instants at which all accounts were looked at. */
  sweeps: readonly Instant[];
  watched: readonly Watched[];
  /** How often a process was killed. */
  kills: number;
  /** From here on nothing goes wrong and nothing is quiet. */
  calm: Instant;
  mostPosts: number;
  log: { level: string; fields: object; message: string }[];
}

export const night = { from: "22:00", to: "07:00", zone: "Europe/Berlin" };

/** A door that closes behind a process that is killed: nothing it has begun goes on, and nothing it asks is answered. */
function createGate() {
  const gate = {
    alive: true,
    /** Dies at this many of its next steps outside. */
    fuse: Number.POSITIVE_INFINITY,
    step(): void {
      gate.fuse -= 1;
      if (gate.fuse <= 0) gate.alive = false;
    },
    pass<Result>(work: () => Promise<Result>): Promise<Result> {
      return new Promise((resolve, reject) => {
        gate.step();
        if (!gate.alive) return;
        work().then(
          (result) => {
            gate.step();
            if (gate.alive) resolve(result);
          },
          (error) => {
            gate.step();
            if (gate.alive) reject(error);
          },
        );
      });
    },
  };
  return gate;
}

type Gate = ReturnType<typeof createGate>;

function behind(gate: Gate, outbox: Outbox): Outbox {
  return {
    put: (incident) => gate.pass(() => outbox.put(incident)),
    change: (incident) => gate.pass(() => outbox.change(incident)),
    find: (query) => gate.pass(() => outbox.find(query)),
    prune: (before) => gate.pass(() => outbox.prune(before)),
  };
}

function channelBehind(gate: Gate, channel: Channel): Channel {
  const { edit, reply, find } = channel;
  return {
    id: channel.id,
    post: (message, options) => gate.pass(() => channel.post(message, options)),
    ...(edit && { edit: (where, message) => gate.pass(() => edit(where, message)) }),
    ...(reply && { reply: (where, message) => gate.pass(() => reply(where, message)) }),
    ...(find && { find: (key) => gate.pass(() => find(key)) }),
  };
}

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
  const watched = createWatched(time, plot);
  const mostPosts = 4;
  const reads: Read[] = [];
  const sweeps: Instant[] = [];
  const log: Told["log"] = [];
  const samples = new Map(ids.map((id): [string, QuotaSample[]] => [id, []]));
  let kills = 0;

  function createProcess(outbox: Outbox) {
    const gate = createGate();
    /** What this process knows of the accounts; it may be behind the others. */
    const snapshots = new Map<string, Snapshot>();
    const house = createAlertHouse({
      accounts,
      rules: watched.map(({ rule }) => rule),
      time,
      outbox: behind(gate, outbox),
      channels: watched.map(({ channel }) => channelBehind(gate, channel)),
      later: (milliseconds, work) => time.later(milliseconds, () => (gate.alive ? work() : undefined)),
      factsOf: (id) => {
        const seen = snapshots.get(id);
        if (seen === undefined) return nothingToTell;
        const rates = plot.rates ? ratesOf(seen, samples.get(id) ?? [], time.now()) : {};
        return { ...nothingToTell, snapshot: seen, told: seen.readings, ...rates };
      },
      samplesOf: async (id, before) => (samples.get(id) ?? []).filter(({ at }) => at < before),
      quietUntil: (channel, now) =>
        now < calm && watched.some((one) => one.channel.id === channel && one.quiet)
          ? quietUntil(night, now)
          : undefined,
      mostPosts,
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
    old.gate.alive = false;
    log.push(...old.house.log.lines);
    const fresh = createProcess(outbox);
    for (const [id, seen] of stored) fresh.snapshots.set(id, seen);
    processes[replica] = fresh;
    await sweep(replica);
  }

  async function sweep(replica: number): Promise<void> {
    const process = processes[replica];
    if (process === undefined) return;
    sweeps.push(time.now());
    void process.house.raise.sweep().then(() => process.house.tell.sweep());
    await time.pass(0);
  }

  async function read(id: string, isDown: boolean): Promise<void> {
    const world = worlds.get(id);
    const replica = random.whole(0, plot.replicas - 1);
    const process = processes[replica];
    if (world === undefined || !process?.gate.alive) return;
    const at = time.now();
    const before = stored.get(id);
    const { quotas, answers } = isDown ? { quotas: [], answers: [] } : world.answer(at);
    const state = isDown ? random.one(["error", "error", "auth_expired"] as const) : "ok";
    const last = before ?? snapshot(id, { fetchedAt: undefined, readings: [], failures: 0 });
    const seen: Snapshot =
      state === "ok"
        ? snapshot(id, { readings: quotas, fetchedAt: at, attemptedAt: at })
        : { ...last, state, attemptedAt: at, failures: last.failures + 1 };
    const made: Read = { account: id, at, state, answers, missed: false };
    reads.push(made);
    stored.set(id, seen);
    for (const other of processes) {
      const lag = other === process ? 0 : random.between(0, 2 * minutes);
      if (lag === 0) other.snapshots.set(id, seen);
      else time.later(lag, () => void other.snapshots.set(id, seen));
    }
    let isSeen = false;
    void process.house.raise.look(id).then(() => {
      isSeen = true;
    });
    await time.pass(0);
    time.later(minutes, () => {
      made.missed = !isSeen;
    });
    if (state === "ok")
      samples.set(id, [...(samples.get(id) ?? []).slice(-20), ...samplesOf(id, quotas, at)]);
  }

  /** What is to happen, last first. */
  const diary: { at: Instant; what: () => Promise<void> }[] = [];
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
  for (let at = begin + plot.sweep * minutes; at < end; at += plot.sweep * minutes) {
    diary.push({
      at,
      what: async () => {
        for (let replica = 0; replica < plot.replicas; replica += 1) {
          if (processes[replica]?.gate.alive) await sweep(replica);
          else await restart(replica);
        }
      },
    });
  }
  if (plot.restarts !== false) {
    for (let at = begin; at < calm; at += random.between(0.5, 8) * hours) {
      const replica = random.whole(0, plot.replicas - 1);
      diary.push({
        at,
        what: async () => {
          const gate = processes[replica]?.gate;
          if (plot.restarts === "told") return await restart(replica);
          kills += 1;
          // It dies in the middle of what it will do next, and is found dead by the next sweep.
          if (gate !== undefined) gate.fuse = random.whole(1, 40);
        },
      });
    }
  }
  if (plot.weather) {
    for (const one of watched) {
      for (let at = begin; at < calm; at += random.between(1, 12) * hours) {
        const weather = random.one(weathersFor(one));
        const until = Math.min(calm, at + random.between(0.01, 2) * hours);
        const turn = (to: Weather) => async () => {
          one.channel.weather = to;
        };
        diary.push({ at, what: turn(weather) }, { at: until, what: turn("fine") });
      }
    }
  }
  if (plot.deletions) {
    for (let at = begin; at < calm; at += random.between(1, 10) * hours) {
      diary.push({
        at,
        what: async () => {
          const one = random.one(watched);
          const message = one.channel.posts.at(-1);
          if (message === undefined || one.channel.edit === undefined) return;
          one.channel.remove(message.where);
        },
      });
    }
  }

  diary.sort((a, b) => b.at - a.at);
  for (let next = diary.pop(); next !== undefined; next = diary.pop()) {
    await time.until(next.at);
    await next.what();
  }
  await time.until(end + 20 * minutes);
  for (let replica = 0; replica < plot.replicas; replica += 1) await sweep(replica);
  await time.pass(5 * minutes);
  for (const { house } of processes) log.push(...house.log.lines);
  return { plot, end: time.now(), reads, sweeps, watched, kills, calm, mostPosts, log };
}

/** How fast windows are used, as the program reckons it. */
function ratesOf(
  { readings, fetchedAt: at = 0 }: Snapshot,
  samples: readonly QuotaSample[],
  now: Instant,
): Pick<AccountFacts, "projections" | "rises"> {
  const quotas = readings.filter((reading) => reading.kind === "quota");
  const known = quotas.flatMap((reading) => {
    const usedNow = usedPercent(reading);
    const before = samples.filter((sample) => sample.reading === reading.id && sample.at < at);
    return usedNow === undefined ? [] : [{ reading, usedPercent: usedNow, before }];
  });
  return {
    projections: known.flatMap(({ before, ...about }) => {
      const { projection } = paceOf(about.reading, { at, now, samples: before }) ?? {};
      if (projection === undefined) return [];
      const runsOut = { at: projection.runsOutAt, beforeReset: projection.beforeReset };
      return [{ ...about, runsOut, basis: "lately" }];
    }),
    rises: known.flatMap(({ before, ...about }) => {
      const { used: value = 0, limit, resetsAt } = about.reading;
      const risen = rose(
        [...before, { at, value, limit, resetsAt }],
        runaway.points / 3,
        runaway.minutes * minutes,
      );
      return risen === undefined
        ? []
        : [{ ...about, points: (risen.points * 15 * minutes) / Math.max(15 * minutes, risen.over) }];
    }),
  };
}

function createWatched(time: Time, plot: Plot): Watched[] {
  const make = (id: string, can: Parameters<typeof createFakeChannel>[2], rule: Partial<AlertRule>) => ({
    channel: createFakeChannel(id, time, can),
    rule: alertRule(id, rule),
    isBlind: can?.find === undefined,
    quiet: false,
  });
  return [
    { ...make("chat", { edit: true, find: "keys" }, {}), quiet: plot.quiet },
    make("blind", { edit: true }, { at: [75, 100], resets: false }),
    make("hook", { find: "repeats" }, { at: [90, 100], windows: ["opens", "weekly", "monthly", "slides"] }),
    make("paper", {}, { at: [80], accounts: ["account-0"] }),
  ];
}

function weathersFor({ channel, isBlind }: Watched): Weather[] {
  const all: Weather[] = [
    "fails",
    "refuses",
    "swallows",
    { retryAfter: 90_000 },
    { retryAfter: 30 * minutes },
  ];
  // What was never taken is lost where nobody can tell.
  return isBlind || channel.find === undefined ? all : [...all, "silent"];
}
