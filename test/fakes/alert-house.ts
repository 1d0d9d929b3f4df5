import type { Account } from "../../src/core/domain/account.ts";
import type { Incident } from "../../src/core/domain/incident.ts";
import type { Message } from "../../src/core/domain/message.ts";
import type { Instant } from "../../src/core/domain/quota.ts";
import { AppError } from "../../src/core/errors.ts";
import type { Channel, Clock, Outbox } from "../../src/core/ports.ts";
import type { AccountFacts } from "../../src/core/services/account-look.ts";
import type { AlertRule } from "../../src/core/services/alert-rules.ts";
import { createRaiseAlerts, type RaiseAlertsOptions } from "../../src/core/services/raise-alerts.ts";
import { createTellChannels, type TellChannelsOptions } from "../../src/core/services/tell-channels.ts";
import { createOutbox } from "../../src/stores/outbox.ts";
import { createKeptLog, start } from "./core.ts";

/** A clock that goes on only when it is told to, with the timers that hang on it. */
export interface Time extends Clock {
  later(milliseconds: number, work: () => void): () => void;
  /** Lets so many milliseconds pass: every timer runs at its time, and what it sets off has ended before the next. */
  pass(milliseconds: number): Promise<void>;
  until(instant: Instant): Promise<void>;
}

/** @param settled resolves when nothing is under way but what waits for a timer */
export function createTime(now: Instant = start, settled: () => Promise<void> = turnOver): Time {
  let current = now;
  let timers: { at: Instant; work: () => void }[] = [];
  async function until(instant: Instant): Promise<void> {
    await settled();
    for (;;) {
      const [next] = timers.filter(({ at }) => at <= instant).sort((a, b) => a.at - b.at);
      if (next === undefined) break;
      timers = timers.filter((timer) => timer !== next);
      current = Math.max(current, next.at);
      next.work();
      await settled();
    }
    current = Math.max(current, instant);
  }
  return {
    now: () => current,
    later(milliseconds, work) {
      const timer = { at: current + milliseconds, work };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    pass: (milliseconds) => until(current + milliseconds),
    until,
  };
}

/** Resolves when all promises that can have gone on. */
export function turnOver(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** What a message says of one incident. */
export type Told = Pick<
  Incident,
  "key" | "channel" | "subject" | "level" | "event" | "version" | "openedAt" | "endedAt"
>;

/** What a channel does with what it is sent. */
export type Weather =
  | "fine"
  /** Answers with an error and takes nothing. */
  | "fails"
  | "refuses"
  /** Takes it and never answers. */
  | "swallows"
  /** Neither takes it nor answers. */
  | "silent"
  | { retryAfter: number };

export interface FakeChannel extends Channel {
  weather: Weather;
  /** What stands there, as it was posted. */
  posts: { at: Instant; where: string; key: string | undefined; told: readonly Told[] }[];
  edits: { at: Instant; where: string; told: readonly Told[] }[];
  replies: { where: string; told: readonly Told[] }[];
  /** Everything that was tried, taken or not, and what of that came sooner than it had asked for. */
  tries: number;
  hasty: number;
  /** What the message says by now. */
  shown(where: string): readonly Told[];
  /** Somebody deletes a message. */
  remove(where: string): void;
  /** Messages that could not be changed since they were deleted. */
  gone: ReadonlySet<string>;
}

/**
 * A channel that keeps what it takes.
 *
 * @param can.find "keys": by where a message with the key stands; "repeats": it drops a repeat, as receivers of
 * webhooks do, so that posting again is safe
 */
export function createFakeChannel(
  id: string,
  clock: Clock,
  can: { edit?: boolean | undefined; find?: "keys" | "repeats" | undefined } = {},
): FakeChannel {
  const removed = new Set<string>();
  const gone = new Set<string>();
  let notBefore: Instant = 0;
  const channel: FakeChannel = {
    id,
    weather: "fine",
    posts: [],
    edits: [],
    replies: [],
    tries: 0,
    hasty: 0,
    gone,
    shown(where) {
      const edits = channel.edits.filter((edit) => edit.where === where);
      return (edits.at(-1) ?? channel.posts.find((post) => post.where === where))?.told ?? [];
    },
    remove: (where) => void removed.add(where),
    post: (message, { key } = {}) =>
      meet(() => {
        const told = toldIn(message);
        const said = (all: readonly Told[]) =>
          all
            .map((one) => `${one.key} ${one.level}`)
            .sort()
            .join();
        const repeat = channel.posts.find((post) => post.key === key && said(post.told) === said(told));
        if (can.find === "repeats" && repeat !== undefined) return repeat.where;
        const where = String(channel.posts.length + 1);
        channel.posts.push({ at: clock.now(), where, key, told });
        return where;
      }),
  };

  function meet<Result>(take: () => Result): Promise<Result> {
    channel.tries += 1;
    if (clock.now() < notBefore) channel.hasty += 1;
    const { weather } = channel;
    const never = new Promise<Result>(() => {});
    if (weather === "fine") return Promise.resolve(take());
    if (weather === "silent") return never;
    if (weather === "swallows") {
      take();
      return never;
    }
    if (weather === "refuses") {
      return Promise.reject(new AppError("delivery_refused", `${id} does not let the bot in.`));
    }
    const retryAfter = typeof weather === "object" ? weather.retryAfter : undefined;
    notBefore = clock.now() + (retryAfter ?? 0);
    return Promise.reject(new AppError("delivery_failed", `${id} has trouble.`, { retryAfter }));
  }

  if (can.edit) {
    channel.edit = (where, message) => {
      if (removed.has(where)) gone.add(where);
      return removed.has(where)
        ? Promise.reject(new AppError("delivery_refused", "The message is gone.", { gone: true }))
        : meet(() => void channel.edits.push({ at: clock.now(), where, told: toldIn(message) }));
    };
    channel.reply = (where, message) =>
      meet(() => void channel.replies.push({ where, told: toldIn(message) }));
  }
  if (can.find === "repeats") channel.find = async () => undefined;
  if (can.find === "keys") {
    channel.find = async (key) => {
      if (channel.weather !== "fine") throw new AppError("delivery_failed", `${id} has trouble.`);
      return channel.posts.find((post) => post.key === key)?.where;
    };
  }
  return channel;
}

function compose(incidents: readonly Incident[]): Message {
  const told: Told[] = incidents.map(
    ({ key, channel, subject, level, event, version, openedAt, endedAt }) =>
      ({ key, channel, subject, level, event, version, openedAt, endedAt }) satisfies Told,
  );
  return { title: JSON.stringify(told), tone: "neutral", blocks: [] };
}

function toldIn(message: Message): readonly Told[] {
  return JSON.parse(message.title);
}

export function createMemoryOutbox(): Outbox {
  return createOutbox({ incidents: new Map(), commit: async () => {} });
}

/** A rule for everything on one channel. */
export function alertRule(channel: string, rest: Partial<AlertRule> = {}): AlertRule {
  return { channels: [channel], accounts: ["*"], at: [80, 90, 100], resets: true, ...rest };
}

export const nothingToTell: AccountFacts = { told: [], own: [], projections: [], rises: [] };

let ids = 0;

/** A process that decides and tells, with real parts, over an outbox that may be that of others too. */
export function createAlertHouse(
  setup: {
    accounts: readonly Account[];
    rules: readonly AlertRule[];
    time: Time;
    channels: readonly Channel[];
    factsOf: (account: string) => AccountFacts;
    outbox?: Outbox | undefined;
  } & Partial<Omit<RaiseAlertsOptions, "outbox" | "wake"> & Omit<TellChannelsOptions, "outbox">>,
) {
  const { time } = setup;
  const outbox = setup.outbox ?? createMemoryOutbox();
  const log = createKeptLog();
  const refusals: string[] = [];
  const tell = createTellChannels({
    quietUntil: () => undefined,
    isUrgent: ({ event }) => event.type === "quota.exhausted",
    mostPosts: 1000,
    ...setup,
    outbox,
    log,
    clock: time,
    later: setup.later ?? time.later,
    compose,
    details: compose,
    channelOf: (id) => setup.channels.find((channel) => channel.id === id),
    onRefusal: (channel, reason) => void refusals.push(`${channel}: ${reason ?? "takes it again"}`),
  });
  const raise = createRaiseAlerts({
    samplesOf: async () => [],
    isSubscription: () => true,
    topOf: async () => undefined,
    money: async () => ({
      budgets: [],
      spike: { day: "2026-11-22", now: time.now(), usedMicros: 0, before: [] },
    }),
    anomaly: { factor: 2, minimumMicros: 1_000_000, minimumDays: 3 },
    sharers: (account) => [account],
    ...setup,
    outbox,
    log,
    clock: time,
    wake: tell.wake,
    newId: () => {
      ids += 1;
      return `i${ids}`;
    },
  });
  return { raise, tell, outbox, log, refusals };
}
