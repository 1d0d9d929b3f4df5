import type { Account } from "../domain/account.ts";
import { isUntold } from "../domain/delivery.ts";
import type { Incident } from "../domain/incident.ts";
import { isLeftToReports } from "../domain/pushed.ts";
import type { Instant, Snapshot } from "../domain/quota.ts";
import { waitsForPerson } from "../domain/snapshot.ts";
import { stateName } from "../messages/account-state.ts";
import { count, duration } from "../messages/format.ts";

/** How one part of the bot is. Whoever asks may be a stranger: no account, no address, nothing secret. */
export interface Judgement {
  ok: boolean;
  /** Whether the bot is not ready while this is not ok; otherwise it only does less than it should. */
  vital: boolean;
  /** A few words, which go on after the part's name and a colon. */
  message: string;
  /** Since when, as far as that is known. */
  since?: Instant | undefined;
}

/** A connection to Slack or Discord as its own side tells it. */
export interface ConnectionHealth {
  state: "connected" | "connecting" | "down";
  /** When it got into this state. */
  since: Instant;
  /** Why it is not connected. */
  detail?: string | undefined;
}

/** A job of the scheduler: when it has to have started, or, while it is under way, to have ended. */
export interface JobState {
  name: string;
  /** Absent: it is under way, or the scheduler does not run. */
  dueAt?: Instant | undefined;
  /** Absent: it is not under way. */
  endsBy?: Instant | undefined;
}

/** Whether people reach the bot on a platform this moment. */
export function judgeConnection({ state, since, detail }: ConnectionHealth): Judgement {
  if (state === "connected") return { ok: true, vital: true, message: "connected", since };
  const message = detail === undefined ? "not connected" : `not connected: ${detail}`;
  return { ok: false, vital: true, message, since };
}

/** A job may be late by so many milliseconds: a busy machine is no fault. */
const grace = 60_000;

/** Whether what the clock should start is started, and ends. */
export function judgeJobs(jobs: readonly JobState[], now: Instant): Judgement {
  const limits = jobs.flatMap(({ name, dueAt, endsBy }) => {
    if (endsBy !== undefined) return { name, what: "does not end", at: endsBy };
    return dueAt === undefined ? [] : { name, what: "was not run", at: dueAt + grace };
  });
  if (limits.length === 0) return { ok: false, vital: true, message: "not running" };
  const late = limits.filter(({ at }) => at < now).sort((a, b) => a.at - b.at);
  const [worst] = late;
  if (worst === undefined) return { ok: true, vital: true, message: "on time" };
  const message = `the job "${worst.name}" ${worst.what}, ${duration(now - worst.at)} late`;
  return { ok: false, vital: true, message, since: worst.at };
}

/** Milliseconds for which something may fail to be delivered before that is worth a word. */
const longFailing = 15 * 60_000;

/**
 * Whether alerts arrive.
 * @param untold what waits in the outbox
 * @param channels that are configured; what waits for another one is not told any more
 */
export function judgeOutbox(
  untold: readonly Incident[],
  channels: readonly string[],
  now: Instant,
): Judgement {
  const waiting = untold.filter((incident) => isUntold(incident) && channels.includes(incident.channel));
  if (waiting.length === 0) return { ok: true, vital: false, message: "nothing waits" };
  const oldest = Math.min(...waiting.map(waitingSince));
  const waits = `${count(waiting.length, "message")} ${waiting.length === 1 ? "waits" : "wait"}, the oldest for ${duration(now - oldest)}`;
  const failing = waiting.filter(
    (incident) => incident.delivery.attempts > 0 && now - waitingSince(incident) >= longFailing,
  );
  const stuck = new Set(failing.map(({ channel }) => channel));
  if (stuck.size === 0) return { ok: true, vital: false, message: waits };
  const since = Math.min(...failing.map(waitingSince));
  const all = new Set(channels).size;
  if (stuck.size < all) {
    const message = `${waits}; ${stuck.size} of ${count(all, "channel")} cannot be posted to`;
    return { ok: false, vital: false, message, since };
  }
  // Whoever watches from outside is the only one left who can be told.
  return { ok: false, vital: true, message: `${waits}; nothing can be posted anywhere`, since };
}

/** A message that was changed since it was posted waits since its last change. */
function waitingSince({ delivery, openedAt, event }: Incident): Instant {
  return delivery.sentVersion === 0 ? openedAt : event.at;
}

/**
 * Whether the accounts of one provider are read. One that is read at all is proof that the provider can be; how each account
 * stands is told elsewhere. A provider that refuses is not the bot's fault; that nobody asks it is.
 *
 * @param startedAt when this process began: before that nobody could read
 */
export function judgeProvider(
  accounts: readonly Account[],
  snapshotOf: (account: string) => Snapshot | undefined,
  { now, startedAt }: { now: Instant; startedAt: Instant },
): Judgement {
  const read = accounts.filter(({ push }) => push !== true);
  if (read.length === 0) return fine("people's machines report it");
  const wanting = read
    .map(({ id, interval }) => ({ interval, snapshot: snapshotOf(id) }))
    .filter(({ interval, snapshot }) => snapshot === undefined || isReadByClock(snapshot, interval, now));
  if (wanting.length === 0) return fine("nothing to read: a person has to act first, or reports come");

  const last = Math.max(...wanting.map(({ snapshot }) => snapshot?.fetchedAt ?? Number.NEGATIVE_INFINITY));
  const known = Number.isFinite(last);
  const age = known ? `last read ${duration(now - last)} ago` : "not read yet";
  const states = new Set(wanting.map(({ snapshot }) => snapshot && stateName(snapshot)));
  const message = [age, ...(states.has(undefined) ? [] : states)].join("; ");
  const isLate = wanting.every(
    ({ interval, snapshot }) => now - Math.max(snapshot?.fetchedAt ?? 0, startedAt) > 3 * interval,
  );
  if (!isLate) return fine(message);
  const since = known ? last : startedAt;
  const isForgotten = wanting.every(({ interval, snapshot }) => {
    const due = snapshot === undefined ? 0 : Math.max(snapshot.nextReadAt, snapshot.attemptedAt + interval);
    return now - Math.max(due, startedAt) > 3 * interval;
  });
  if (isForgotten) return { ok: false, vital: true, message: `${age}, though it is due`, since };
  return { ok: false, vital: false, message, since };
}

function fine(message: string): Judgement {
  return { ok: true, vital: false, message };
}

function isReadByClock(snapshot: Snapshot, interval: number, now: Instant): boolean {
  const { state } = snapshot;
  return !waitsForPerson(state) && state !== "needs_action" && !isLeftToReports(snapshot, interval, now);
}
