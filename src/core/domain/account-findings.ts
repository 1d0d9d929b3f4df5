import type { AlertEvent, EventType } from "./event.ts";
import type { Ending, Finding, Incident } from "./incident.ts";
import type { AccountState, Instant, Reading, Snapshot } from "./quota.ts";
import { isTooOld } from "./snapshot.ts";

/** What is found of one account beside the thresholds of its windows; see `Look`. */
export interface AccountLook {
  findings: Finding[];
  endings: Map<string, Ending>;
}

const stateEvents: Readonly<Partial<Record<AccountState, EventType>>> = {
  auth_expired: "account.signed_out",
  forbidden: "account.forbidden",
  needs_action: "account.needs_action",
};

/**
 * Finds an account that needs a person, or whose numbers have grown too old to be trusted.
 *
 * @param facts.interval milliseconds between two scheduled reads
 */
export function findAccountState(facts: {
  account: string;
  snapshot: Snapshot;
  interval: number;
  now: Instant;
  firstSight: boolean;
}): AccountLook {
  const { account, snapshot, now, firstSight: silent } = facts;
  const type = stateEvents[snapshot.state];
  const findings: Finding[] = [];
  const [stateSubject, staleSubject] = [`state|${account}`, `stale|${account}`];
  if (type !== undefined) {
    const event: AlertEvent = { type, at: now, account, reason: snapshot.message };
    findings.push({ subject: stateSubject, level: 1, event, silent });
  }
  const old = snapshot.fetchedAt !== undefined && isTooOld(snapshot.fetchedAt, facts.interval, now);
  // Of an account that waits for a person everybody knows why it is old.
  if (old && type === undefined && snapshot.state !== "retired") {
    const event: AlertEvent = {
      type: "source.stale",
      at: now,
      account,
      reason: snapshot.message,
      since: snapshot.fetchedAt,
    };
    findings.push({ subject: staleSubject, level: 1, event, silent });
  }
  const endings = new Map<string, Ending>([
    [stateSubject, { event: { type: "account.recovered", at: now, account } }],
    [staleSubject, { event: { type: "source.recovered", at: now, account }, quiet: true }],
  ]);
  for (const { subject } of findings) endings.delete(subject);
  // A state that is neither well nor one that needs a person says nothing of whether that was put right.
  if (snapshot.state !== "ok" && type === undefined) endings.delete(stateSubject);
  return { findings, endings };
}

/** Percent used below which a projection is too early to worry anybody. */
const worthProjecting = 50;

/** Finds windows that run out before their reset if it goes on like this. Once found, it holds until the reset. */
export function findProjections(facts: {
  account: string;
  at: Instant;
  firstSight: boolean;
  open: readonly Incident[];
  projections: readonly {
    reading: Reading;
    usedPercent: number;
    runsOut: { at: Instant; beforeReset: number };
    /** What the rate was measured from, in words. */
    basis: string;
  }[];
}): Finding[] {
  const found = facts.projections.flatMap(({ reading, usedPercent, runsOut, basis }): Finding[] => {
    if (reading.kind !== "quota" || usedPercent < worthProjecting || usedPercent >= 100) return [];
    const { id, label, scope, resetsAt } = reading;
    const event: AlertEvent = {
      type: "quota.running_out",
      at: facts.at,
      account: facts.account,
      window: { id, label, scope, usedPercent, resetsAt },
      projection: { runsOutAt: runsOut.at, beforeReset: runsOut.beforeReset, basis },
    };
    const subject = `running-out|${facts.account}|${scope ?? ""}|${id}`;
    return [{ subject, level: 1, event, silent: facts.firstSight }];
  });
  const going = facts.open.filter(({ subject, event }) => {
    const isFound = found.some((finding) => finding.subject === subject);
    return subject.startsWith("running-out|") && !isFound && facts.at < (event.window?.resetsAt ?? 0);
  });
  return [...found, ...going.map(({ subject, event }) => ({ subject, level: 1, event }))];
}

/** Points within so many minutes that nobody spends by hand. */
export const runaway = { points: 15, minutes: 15 };

/** Finds windows that are being used up at a run, naming who takes most. */
export function findRunaways(facts: {
  account: string;
  at: Instant;
  /** Windows with the points they rose within `runaway.minutes`. */
  rises: readonly { reading: Reading; usedPercent: number; points: number }[];
  open: readonly Incident[];
  top?: AlertEvent["top"];
}): Finding[] {
  return facts.rises.flatMap(({ reading, usedPercent, points }): Finding[] => {
    if (reading.kind !== "quota") return [];
    const subject = `runaway|${facts.account}|${reading.scope ?? ""}|${reading.id}`;
    const going = facts.open.some((incident) => incident.subject === subject);
    // It is over only when it has become calm, so that it is not told again and again.
    if (points < (going ? runaway.points / 3 : runaway.points)) return [];
    const { id, label, scope, resetsAt } = reading;
    const event: AlertEvent = {
      type: "quota.runaway",
      at: facts.at,
      account: facts.account,
      window: { id, label, scope, usedPercent, resetsAt },
      rise: { points: Math.round(points), minutes: runaway.minutes },
      top: facts.top,
    };
    return [{ subject, level: 1, event }];
  });
}

/**
 * Finds money that a subscription has begun to cost beyond its price: the first paid unit after the included ones.
 *
 * @param subscription whether the account is paid by a subscription
 */
export function findOverage(facts: {
  account: string;
  at: Instant;
  firstSight: boolean;
  subscription: boolean;
  readings: readonly Reading[];
  open: readonly Incident[];
}): Finding[] {
  if (!facts.subscription) return [];
  const told = new Set(facts.readings.map(({ id }) => id));
  const unsaid = facts.open.filter(
    ({ subject, event }) => subject.startsWith("overage|") && !told.has(event.window?.id ?? ""),
  );
  const found = facts.readings.flatMap((reading): Finding[] => {
    if (reading.kind !== "spend" || reading.used <= 0) return [];
    const { id, label, used, limit, unit, resetsAt } = reading;
    const event: AlertEvent = {
      type: "overage.started",
      at: facts.at,
      account: facts.account,
      window: { id, label, resetsAt },
      amount: { used, limit, unit },
    };
    return [{ subject: `overage|${facts.account}|${id}`, level: 1, event, silent: facts.firstSight }];
  });
  return [...found, ...unsaid.map(({ subject, event }) => ({ subject, level: 1, event }))];
}

const often = { times: 5, days: 7 };

/** Finds accounts that keep running out, once in a week. */
export function findOften(facts: {
  account: string;
  now: Instant;
  /** When a window of the account was exhausted, newest last. */
  exhausted: readonly Instant[];
}): Finding[] {
  const span = often.days * 86_400_000;
  const times = facts.exhausted.filter((instant) => instant > facts.now - span).length;
  if (times < often.times) return [];
  const event: AlertEvent = {
    type: "quota.exhausted_often",
    at: facts.now,
    account: facts.account,
    often: { times, days: often.days },
  };
  // Weeks since 1970: once in each of them.
  const week = Math.floor(facts.now / span);
  return [{ subject: `often|${facts.account}|${week}`, level: 1, event, once: true }];
}
