import { z } from "zod";
import { createCalendar } from "../domain/calendar.ts";
import { addDays, createDays, type Day } from "../domain/day.ts";
import { waitAfter } from "../domain/delivery.ts";
import { type DigestPlan, dueDigest } from "../domain/digest-plan.ts";
import type { Message } from "../domain/message.ts";
import { isAppError } from "../errors.ts";
import type { Channel, Clock, Log, Settings } from "../ports.ts";
import { type DigestFacts, type DigestFactsService, saysNothing } from "./digest-facts.ts";
import type { DigestMemory } from "./digest-memory.ts";
import { isPosted, type Later, postTo } from "./posting.ts";

export interface SendDigestsOptions {
  plans: () => Promise<readonly DigestPlan[]>;
  /** The channel of an id; undefined when this process cannot post to it. */
  channelOf(id: string): Channel | undefined;
  facts: DigestFactsService;
  memory: DigestMemory;
  compose(facts: DigestFacts): Message;
  settings: Pick<Settings, "get" | "swap">;
  /** Says that a channel refuses, with why, or takes something again. */
  onRefusal(channel: string, reason: string | undefined): void;
  newId: () => string;
  clock: Clock;
  timezone: string;
  log: Log;
  later: Later;
}

export interface SendDigests {
  /** Takes note of plans that are new, so that they are due from now on. Never throws. */
  note(): Promise<void>;
  /** Posts the digests that are due and have not been posted today. Never throws. */
  sendDue(): Promise<void>;
}

/** How the digest of one plan stands. */
const fields = z.object({
  /** The day of the last one; "" for none yet. */
  day: z.string(),
  done: z.boolean(),
  /** Names the post for every try. */
  id: z.string(),
  attempts: z.number(),
  nextTry: z.number(),
  /** A process is at it until then; one that has died is known by an instant in the past. */
  busyUntil: z.number().optional(),
  /** The answer to the last try was lost. */
  lost: z.boolean().optional(),
  /** When the last one was made that was posted. */
  sentAt: z.number().optional(),
});
type Progress = z.output<typeof fields>;

/** Milliseconds that gathering and posting may take before another process may try. */
const lease = 120_000;
/** Milliseconds until a channel that refuses is tried again: somebody may have let the bot in. */
const refusedWait = 3_600_000;

/**
 * Posts each plan's digest once on each of its days among all processes: at its time or, after a sleep, a restart or a
 * failure, as soon as possible that day. A plan that is seen for the first time after its time of day starts with the
 * next one.
 */
export function createSendDigests(options: SendDigestsOptions): SendDigests {
  const { clock, settings, memory, log } = options;
  const clocks = { days: createDays(options.timezone), calendar: createCalendar(options.timezone) };
  const refusing = new Set<string>();
  /** How tries went that the store would not take, by plan. */
  const unwritten = new Map<string, { mine: Progress; next: Progress }>();

  /** A configured plan that nothing is known of has had the digest that is due now, if one is. */
  async function noteIfNew(plan: DigestPlan): Promise<void> {
    const key = placeOf(plan);
    const stored = await settings.get(key);
    if (plan.since !== undefined || fields.safeParse(stored).success) return;
    const day = dueDigest(plan, clock.now(), clocks);
    await settings.swap(key, stored, { ...fresh(day ?? "", options.newId()), done: true });
  }

  async function sendIfDue(plan: DigestPlan): Promise<void> {
    const channel = options.channelOf(plan.channel);
    if (channel === undefined) return;
    const key = placeOf(plan);
    await settle(key);
    const now = clock.now();
    const day = dueDigest(plan, now, clocks);
    const stored = await settings.get(key);
    const known = fields.safeParse(stored).data;
    if (known === undefined && plan.since === undefined) return await noteIfNew(plan);
    if (day === undefined || (known !== undefined && !isOpen(known, day, now))) return;
    const before = known?.day === day ? known : { ...fresh(day, options.newId()), sentAt: known?.sentAt };
    const mine = written({ ...before, busyUntil: now + lease });
    if (!(await settings.swap(key, stored, mine))) return;
    unwritten.set(key, { mine, next: written(await send(channel, plan, before)) });
    await settle(key);
  }

  /** Writes down how a try went; what could not be written is tried again before the next one. */
  async function settle(key: string): Promise<void> {
    const outcome = unwritten.get(key);
    if (outcome === undefined) return;
    // Somebody else has taken over where this took longer than it may.
    await settings.swap(key, outcome.mine, outcome.next);
    unwritten.delete(key);
  }

  /** How it stands after a try. Never throws. */
  async function send(channel: Channel, plan: DigestPlan, before: Progress): Promise<Progress> {
    let tried = false;
    try {
      const daily = plan.period === "day";
      const known = daily ? await memory.told(channel.id) : undefined;
      const request = { kind: plan.period, told: known, since: before.sentAt };
      const { facts, told } = await options.facts.gather(request);
      const silent = plan.skipEmpty && saysNothing(facts);
      if (!silent && !(await isThere(channel, before))) {
        tried = true;
        const post = { key: keyOf(before), kind: "digest" as const };
        await postTo(channel, options.compose(facts), post, options.later);
        if (refusing.delete(channel.id)) options.onRefusal(channel.id, undefined);
      }
      if (daily) await memory.remember(channel.id, told).catch((error) => forgotten(channel, error));
      return { ...before, done: true, busyUntil: undefined, lost: undefined, sentAt: facts.at };
    } catch (error) {
      const attempts = before.attempts + 1;
      const lost = isAppError(error) && error.details.unsure === true;
      return {
        ...before,
        ...(tried ? { busyUntil: undefined, lost } : {}),
        attempts,
        nextTry: clock.now() + waitOf(channel.id, error, attempts),
      };
    }
  }

  /** Whether an earlier try stands there, or nobody can tell although it may: then it is not repeated. */
  async function isThere(channel: Channel, before: Progress): Promise<boolean> {
    const { lost = false, busyUntil } = before;
    if (!lost && busyUntil === undefined) return false;
    const found = await isPosted(channel, keyOf(before), options.later);
    if (found === undefined && lost) {
      log.warn({ channel: channel.id }, "Whether a digest arrived cannot be told; it is not repeated.");
    }
    return found ?? lost;
  }

  /** Milliseconds until the next try; says what is wrong. */
  function waitOf(channel: string, error: unknown, attempts: number): number {
    if (isAppError(error, "delivery_refused")) {
      log.error({ channel, reason: error.message }, "A channel refuses the digest.");
      refusing.add(channel);
      options.onRefusal(channel, error.message);
      return refusedWait;
    }
    log.warn({ channel, error }, "A digest could not be posted; it stays due today.");
    const asked = isAppError(error) ? (error.details.retryAfter ?? 0) : 0;
    return Math.max(asked, waitAfter(attempts));
  }

  function forgotten(channel: Channel, error: unknown): void {
    log.warn({ channel: channel.id, error }, "What a digest has told could not be remembered.");
  }

  async function forEachPlan(work: (plan: DigestPlan) => Promise<void>): Promise<void> {
    const plans = await options.plans().catch((error: unknown) => {
      log.error({ error }, "Which digests are due could not be read.");
      return [];
    });
    await Promise.all(
      plans.map((plan) =>
        work(plan).catch((error: unknown) =>
          log.error({ channel: plan.channel, error }, "Whether a digest is due could not be told."),
        ),
      ),
    );
  }

  return { note: () => forEachPlan(noteIfNew), sendDue: () => forEachPlan(sendIfDue) };
}

/** Where it is kept how a plan stands. */
function placeOf({ channel, period, at }: DigestPlan): string {
  return `digest ${channel} ${period} ${at}`;
}

function fresh(day: Day, id: string): Progress {
  return { day, done: false, id, attempts: 0, nextTry: 0 };
}

/** Whether the digest of the day may be tried now. A day ahead of today is of a clock that was set back since. */
function isOpen({ day, done, nextTry, busyUntil = 0 }: Progress, today: Day, now: number): boolean {
  if (day !== today) return day < today || day > addDays(today, 2);
  return !done && now >= nextTry && now >= busyUntil;
}

function keyOf({ id }: Progress): string {
  return `digest.${id}`;
}

/** Without what is absent, as it is read again. */
function written(progress: Progress): Progress {
  return JSON.parse(JSON.stringify(progress));
}
