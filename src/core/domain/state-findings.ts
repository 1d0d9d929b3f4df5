import type { EventType } from "./event.ts";
import { type Ending, type Finding, type Incident, isOpen, isOutrun, type Look } from "./incident.ts";
import type { AccountState, Instant, Snapshot } from "./quota.ts";
import { isTooOld } from "./snapshot.ts";

const stateEvents: Readonly<Partial<Record<AccountState, EventType>>> = {
  auth_expired: "account.signed_out",
  forbidden: "account.forbidden",
  needs_action: "account.needs_action",
};

/** States in which there is nothing to read any more, so that nothing has to be put right or waited for. */
const given: ReadonlySet<AccountState> = new Set(["retired", "unsupported"]);

export interface StateFacts {
  account: string;
  snapshot: Snapshot;
  /** Milliseconds between two scheduled reads. */
  interval: number;
  now: Instant;
  /** Since when this process has been running without a break. */
  awakeSince: Instant;
  /** Incidents of the account on the channel. */
  known: readonly Incident[];
}

/** Finds an account that needs a person, or whose numbers have grown too old to be trusted. */
export function findAccountState(facts: StateFacts): Look {
  const findings: Finding[] = [];
  const endings = new Map<string, Ending>();
  const held = new Set<string>();
  findState(facts, { findings, endings, held });
  findStale(facts, { findings, endings, held });
  return { findings, endings, held, doubts: new Map() };
}

type Found = { findings: Finding[]; endings: Map<string, Ending>; held: Set<string> };

function findState({ account, snapshot, now, known }: StateFacts, found: Found): void {
  const prefix = `state|${account}|`;
  const { state, attemptedAt: at, message: reason } = snapshot;
  const ours = known.filter(({ subject }) => subject.startsWith(prefix));
  const isBehind = isOutrun(ours, at, now);
  const type = stateEvents[state];
  if (type !== undefined && !isBehind) {
    // What was so when the account was first read is no news.
    const silent = snapshot.fetchedAt === undefined;
    found.findings.push({
      subject: `${prefix}${type}`,
      level: 1,
      event: { type, at, account, reason },
      silent,
    });
  }
  const isWell = state === "ok";
  for (const { subject } of ours) {
    if (isBehind || (!isWell && type === undefined && !given.has(state))) found.held.add(subject);
    else if (isWell) found.endings.set(subject, { event: { type: "account.recovered", at, account } });
  }
}

function findStale({ account, snapshot, interval, now, awakeSince, known }: StateFacts, found: Found): void {
  const subject = `stale|${account}`;
  const { fetchedAt: since, message: reason, state, failures } = snapshot;
  if (since === undefined) return;
  if (!isTooOld(since, interval, now)) {
    const event = { type: "source.recovered", at: since, account } as const;
    found.endings.set(subject, { event, quiet: true });
    return;
  }
  const told = known.filter((incident) => incident.subject === subject);
  const isTold = told.some(isOpen);
  const over = told.filter((incident) => !isOpen(incident));
  if (given.has(state) || isOutrun(over, since, now)) return;
  // Of an account that waits for a person everybody knows why it is old.
  if (stateEvents[state] !== undefined) {
    found.held.add(subject);
    return;
  }
  // Numbers that grew old while nobody read them say nothing of their source.
  const isTried = failures > 0 || isTooOld(Math.max(since, awakeSince), interval, now);
  if (!isTold && !isTried) return;
  const event = { type: "source.stale", at: now, account, reason, since } as const;
  found.findings.push({ subject, level: 1, event });
}
