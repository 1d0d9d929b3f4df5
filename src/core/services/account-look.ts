import { findOften, findOverage, findProjections, findRunaways } from "../domain/account-findings.ts";
import type { AlertEvent } from "../domain/event.ts";
import type { QuotaSample } from "../domain/history.ts";
import { type Finding, type Incident, isOpen, type Look } from "../domain/incident.ts";
import type { Instant, Reading, Snapshot } from "../domain/quota.ts";
import { findQuotas } from "../domain/quota-findings.ts";
import type { ChannelWishes } from "./alert-rules.ts";

/** What is known of an account when it is looked at. */
export interface AccountFacts {
  /** Absent before the first read. */
  snapshot?: Snapshot | undefined;
  /** What the provider told, true when it was fetched. */
  told: readonly Reading[];
  /** The team's own windows, true now. */
  own: readonly Reading[];
  projections: Parameters<typeof findProjections>[0]["projections"];
  rises: Parameters<typeof findRunaways>[0]["rises"];
}

/** What one look at an account finds, for one channel. */
export function lookAtAccount(seen: {
  /** The account that stands for all that draw on its pool. */
  account: string;
  /** When the provider's numbers were true. */
  at: Instant;
  now: Instant;
  firstSight: boolean;
  /** The provider's numbers are too old to be believed. */
  tooOld: boolean;
  subscription: boolean;
  facts: AccountFacts;
  /** Samples of the account before `at`, oldest first. */
  samples: readonly QuotaSample[];
  top: AlertEvent["top"];
  wish: ChannelWishes;
  /** What the outbox knows of the account on the channel. */
  known: readonly Incident[];
}): Look {
  const { account, at, now, firstSight, facts, wish } = seen;
  const open = seen.known.filter((incident) => isOpen(incident));
  const ownIds = new Set(facts.own.map(({ id }) => id));
  const isOwn = ({ event }: Incident) => ownIds.has(event.window?.id ?? "");
  const told = findQuotas({
    ...{ account, at, firstSight, thresholds: wish.thresholds, resets: wish.resets },
    open: open.filter((incident) => !isOwn(incident)),
    readings: seen.tooOld ? [] : facts.told,
    samples: (reading) => seen.samples.filter((sample) => sample.reading === reading),
  });
  const own = findQuotas({
    ...{ account, at: now, firstSight: false, thresholds: wish.thresholds, resets: wish.resets },
    open: open.filter(isOwn),
    readings: facts.own,
    samples: () => [],
  });
  const findings: Finding[] = [...told.findings, ...own.findings, ...often(seen)];
  const endings = new Map([...told.endings, ...own.endings]);
  const held = new Set([...told.held, ...own.held]);
  if (seen.tooOld || facts.snapshot?.state !== "ok") {
    const decided = new Set([...endings.keys(), ...findings.map(({ subject }) => subject)]);
    for (const { subject } of open) if (!decided.has(subject)) held.add(subject);
  } else {
    const about = { account, at, firstSight, open };
    findings.push(
      ...findProjections({ ...about, projections: facts.projections }),
      ...findRunaways({ ...about, rises: facts.rises, top: seen.top }),
      ...findOverage({ ...about, subscription: seen.subscription, readings: facts.told }),
    );
  }
  return { findings, endings, held, doubts: new Map([...told.doubts, ...own.doubts]) };
}

function often({
  account,
  now,
  known,
}: {
  account: string;
  now: Instant;
  known: readonly Incident[];
}): Finding[] {
  const exhausted = known.filter(({ level, subject }) => level >= 100 && subject.startsWith("quota|"));
  return findOften({ account, now, exhausted: exhausted.map(({ openedAt }) => openedAt) });
}

/** Of accounts that draw on one pool the one that was read last knows best. */
export function newestOf(facts: readonly AccountFacts[]): AccountFacts {
  const [first, ...others] = facts;
  if (first === undefined) throw new TypeError("a pool has an account");
  return others.reduce(
    (best, one) => ((one.snapshot?.fetchedAt ?? 0) > (best.snapshot?.fetchedAt ?? 0) ? one : best),
    first,
  );
}
