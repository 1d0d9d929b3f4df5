import {
  findOften,
  findProjections,
  findRunaways,
  isErratic,
  type Projected,
  type Risen,
  runawaySubject,
} from "../domain/account-findings.ts";
import type { AlertEvent } from "../domain/event.ts";
import type { QuotaSample } from "../domain/history.ts";
import { type Finding, type Incident, isOpen, isOutrun, type Look } from "../domain/incident.ts";
import { findMoved } from "../domain/moved-resets.ts";
import { findOverage } from "../domain/overage-findings.ts";
import { type Instant, type Reading, type Snapshot, trueAt } from "../domain/quota.ts";
import { findQuotas } from "../domain/quota-findings.ts";
import { asWished, type ChannelWishes } from "./alert-rules.ts";

/** What is known of an account when it is looked at. */
export interface AccountFacts {
  /** Absent before the first read. */
  snapshot?: Snapshot | undefined;
  /** What the provider told, true when it was fetched. */
  told: readonly Reading[];
  /** The team's own windows, true now. */
  own: readonly Reading[];
  /** Quotas, of either kind, that run out before their reset. */
  projections: readonly Projected[];
  /** Quotas, of either kind, that rose fast. */
  rises: readonly Risen[];
}

/** What a look is made with, whichever channel it is for. */
export interface Seen {
  /** Whose numbers these are; of a pool the account that stands for all that draw on it. */
  account: string;
  /** When the provider's numbers were true. */
  at: Instant;
  now: Instant;
  /** Nothing was known of the account before. */
  firstSight: boolean;
  /** The provider's numbers are too old to be believed. */
  tooOld: boolean;
  subscription: boolean;
  facts: AccountFacts;
  /** Samples before `at` by reading, oldest first. */
  samples: ReadonlyMap<string, readonly QuotaSample[]>;
  /** Who takes most of the account. */
  top: AlertEvent["top"];
}

/**
 * What one look at what a provider told finds, for one channel. Numbers that are too old, or older than those that
 * another process has judged by, neither raise nor end anything.
 */
export function lookAtTold(seen: Seen, wish: ChannelWishes, known: readonly Incident[]): Look {
  const { account, at, now, firstSight, facts } = seen;
  const open = known.filter((incident) => isOpen(incident));
  if (seen.tooOld || isOutrun(known, at, now)) return nothingFound(open);
  const samples = (reading: string) => seen.samples.get(reading) ?? [];
  const ownIds = new Set(facts.own.map(({ id }) => id));
  const erratic = facts.told.filter(
    (reading) => reading.kind === "quota" && isErratic(reading, samples(reading.id), at),
  );
  const isSteady = ({ reading }: { reading: Reading }) =>
    !ownIds.has(reading.id) && !erratic.some(({ id }) => id === reading.id);

  const about = { account, at, firstSight, open, readings: facts.told };
  const quotas = findQuotas({ ...about, thresholds: wish.thresholds, resets: true });
  const running = findProjections({ ...about, known, projections: facts.projections.filter(isSteady) });
  const overage = seen.subscription ? findOverage(about) : undefined;
  const look = {
    at,
    findings: [
      ...quotas.findings,
      ...running.findings,
      ...findRunaways({ ...about, rises: facts.rises.filter(isSteady), top: seen.top }),
      ...(overage?.findings ?? []),
      ...findMoved({ ...about, known, samples }),
      ...findOften({ ...about, known }),
    ],
    endings: new Map([...quotas.endings, ...running.endings, ...(overage?.endings ?? [])]),
    held: new Set([
      ...quotas.held,
      ...(overage?.held ?? []),
      ...erratic.map((reading) => runawaySubject(account, reading)),
    ]),
    doubts: new Map([...quotas.doubts, ...(overage?.doubts ?? [])]),
  };
  return asWished(look, wish, known);
}

/**
 * What one look at the team's own windows of an account finds, for one channel. They are true now. Of one that is counted
 * for the first time what is so already is only noted.
 */
export function lookAtOwn(
  { account, now, facts, samples, top }: Pick<Seen, "account" | "now" | "facts" | "samples" | "top">,
  wish: ChannelWishes,
  known: readonly Incident[],
): Look {
  const open = known.filter((incident) => isOpen(incident));
  const own = new Set(facts.own.map(({ id }) => id));
  const isOwn = ({ reading }: { reading: Reading }) => own.has(reading.id);
  const about = { account, at: now, firstSight: false, open, readings: facts.own };
  const quotas = findQuotas({ ...about, thresholds: wish.thresholds, resets: true });
  const running = findProjections({ ...about, known, projections: facts.projections.filter(isOwn) });
  const runaways = findRunaways({ ...about, rises: facts.rises.filter(isOwn), top });
  const isFirstSeen = (reading: Reading) =>
    !samples.get(reading.id)?.some(({ at }) => at < (trueAt(reading, now) ?? now));
  const fresh = new Set(facts.own.filter(isFirstSeen).map(({ id }) => id));
  const found = [...quotas.findings, ...running.findings].map((finding): Finding => {
    const { id = "", usedPercent = 0 } = finding.event.window ?? {};
    return fresh.has(id) && usedPercent < 100 ? { ...finding, silent: true } : finding;
  });
  const findings = [...found, ...runaways];
  const endings = new Map([...quotas.endings, ...running.endings]);
  return asWished({ ...quotas, findings, endings }, wish, known);
}

/** Everything stays as it is. */
function nothingFound(open: readonly Incident[]): Look {
  const held = new Set(open.map(({ subject }) => subject));
  return { findings: [], endings: new Map(), held, doubts: new Map() };
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
