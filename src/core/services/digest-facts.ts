import type { Account } from "../domain/account.ts";
import { addDays, type Day, type Days } from "../domain/day.ts";
import { type DigestPeriod, digestSpan } from "../domain/digest-plan.ts";
import type { Period } from "../domain/period.ts";
import type { Instant, Quota, Spend } from "../domain/quota.ts";
import { isAppError } from "../errors.ts";
import { isNothing } from "../messages/figures.ts";
import type { Clock, Outbox } from "../ports.ts";
import { type Change, changesSince, type FirstSeen, firstSeenSince } from "./digest-changes.ts";
import type { DayFigures, Told } from "./digest-memory.ts";
import { inOrder, lowOf, resetsOn, stuckOf } from "./digest-quotas.ts";
import type { AccountReport, QuotaReports } from "./quota-report.ts";
import type { CostReport, UsageReports } from "./usage-report.ts";

/** A day that adds up to something else than was told of it. */
export interface Correction {
  day: Day;
  was: DayFigures;
  now: DayFigures;
}

/** Something that comes back. */
export interface ResetToday {
  name: string;
  reading: Quota | Spend;
  at: Instant;
}

/** All that a digest tells. */
export interface DigestFacts {
  at: Instant;
  today: Day;
  kind: DigestPeriod;
  /** The full days that it tells of. */
  period: Period;
  /** Absent while nobody reports what is used. */
  cost?: CostReport | undefined;
  corrections: readonly Correction[];
  /** One for each pool, worst first. */
  low: readonly AccountReport[];
  /** Accounts that somebody has to see to. */
  stuck: readonly AccountReport[];
  /** Soonest first; those with the least left before all, where only some are shown. */
  resets: readonly ResetToday[];
  /** What has happened since the digest before, the worst first. */
  changes: readonly Change[];
  firstSeen: readonly FirstSeen[];
  health: {
    accounts: number;
    inOrder: number;
    /** When the numbers were read that are the oldest of those that count. */
    oldestRead?: Instant | undefined;
    /** Ids of channels that refuse what is posted there. */
    refusing: readonly string[];
    /** Whether the store can be written, and why not; absent: nobody has looked. */
    store?: { fault?: string | undefined } | undefined;
  };
}

export interface DigestFactsService {
  /**
   * What a digest of now has to tell, and what it will have told.
   *
   * @param request.told what was told before; absent: nothing is known of that
   * @param request.since when the digest before was made; absent: a day, a week or a month ago
   */
  gather(request: {
    kind: DigestPeriod;
    told?: Told | undefined;
    since?: Instant | undefined;
  }): Promise<{ facts: DigestFacts; told: Told }>;
}

const day = 86_400_000;
const lengths: Readonly<Record<DigestPeriod, number>> = { day, week: 7 * day, month: 31 * day };
/** So many days of what was told are remembered, and corrected. */
const remembered = 8;

/** Gathers what digests tell. What is left out of the options is not told. */
export function createDigestFacts(options: {
  accounts: readonly Account[];
  reports: Pick<QuotaReports, "report">;
  usageReports: UsageReports;
  days: Days;
  clock: Clock;
  outbox?: Pick<Outbox, "find"> | undefined;
  /** Ids of channels that refuse. */
  refusing?: (() => Promise<readonly string[]>) | undefined;
  /** Throws store_unavailable when nothing can be written. */
  checkStore?: (() => Promise<void>) | undefined;
}): DigestFactsService {
  const { usageReports, days, clock, outbox } = options;

  /** What the days of a period, and those told of before, add up to. */
  async function figuresByDay(first: Day, last: Day): Promise<ReadonlyMap<Day, DayFigures>> {
    const period = { name: `${first}..${last}`, from: first, to: last };
    const { rows } = await usageReports.usage({ period, by: "day" });
    return new Map(
      rows.map(({ value, figures }) => {
        const { requests, tokens, billedMicros, includedMicros, freeMicros } = figures;
        return [value, { requests, tokens: tokens.total, billedMicros, includedMicros, freeMicros }];
      }),
    );
  }

  async function costOf(period: Period): Promise<CostReport | undefined> {
    const cost = await usageReports.cost(period);
    return isNothing(cost.total) && isNothing(cost.monthToDate) && cost.budgets.length === 0
      ? undefined
      : cost;
  }

  return {
    async gather({ kind, told, since }) {
      const at = clock.now();
      const { day: today } = days.at(at);
      const period = digestSpan(kind, today, told?.until);
      const before = Object.keys(told?.days ?? {}).filter((one) => one < period.from);
      const first = [...before, period.from].sort()[0] ?? period.from;
      const [cost, byDay, changes, refusing, store] = await Promise.all([
        costOf(period),
        kind === "day" ? figuresByDay(first, period.to) : new Map<Day, DayFigures>(),
        changesOf(outbox, since ?? at - lengths[kind]),
        options.refusing?.() ?? [],
        stateOf(options.checkStore),
      ]);
      const { accounts } = options.reports.report(options.accounts);
      const stuck = stuckOf(accounts);
      const figuresOn = (one: Day) => byDay.get(one) ?? nothing;
      const spanned = [...before, ...daysOf(period)].slice(-remembered);
      return {
        facts: {
          ...{ at, today, kind, period, cost, stuck, ...changes },
          corrections: before.sort().flatMap((one): Correction[] => {
            const was = told?.days[one] ?? nothing;
            const now = figuresOn(one);
            return isSame(was, now) ? [] : [{ day: one, was, now }];
          }),
          low: lowOf(accounts),
          resets: kind === "day" ? resetsOn(accounts, at, days.start(addDays(today, 1))) : [],
          health: {
            accounts: accounts.length,
            inOrder: inOrder(accounts),
            oldestRead: oldestOf(accounts, stuck),
            refusing,
            store,
          },
        },
        told: {
          ...{ at, until: period.to },
          days: Object.fromEntries(spanned.map((one) => [one, figuresOn(one)])),
        },
      };
    },
  };
}

/** Whether a digest has nothing to say that anybody has to know. What comes back today is no news. */
export function saysNothing(facts: DigestFacts): boolean {
  const { cost, corrections, low, stuck, changes, firstSeen, health } = facts;
  const worrying = cost?.budgets.some(
    ({ usedMicros, projectedMicros = 0, limitMicros }) =>
      Math.max(usedMicros, projectedMicros) >= limitMicros,
  );
  const lists = [corrections, low, stuck, changes, firstSeen, health.refusing];
  return (
    lists.every(({ length }) => length === 0) &&
    health.store?.fault === undefined &&
    !worrying &&
    (cost === undefined || isNothing(cost.total))
  );
}

const nothing: DayFigures = { requests: 0, tokens: 0, billedMicros: 0, includedMicros: 0, freeMicros: 0 };

/** By what people can see: half a cent is no change. */
function isSame(a: DayFigures, b: DayFigures): boolean {
  const cents = (micros: number) => Math.round(micros / 10_000);
  return (
    a.requests === b.requests && a.tokens === b.tokens && cents(a.billedMicros) === cents(b.billedMicros)
  );
}

function daysOf({ from, to }: Period): Day[] {
  const found: Day[] = [];
  for (let one = from; one <= to && found.length <= 31; one = addDays(one, 1)) found.push(one);
  return found;
}

/** Of accounts that nobody reads any more the numbers only grow older. */
function oldestOf(accounts: readonly AccountReport[], stuck: readonly AccountReport[]): Instant | undefined {
  const read = accounts
    .filter((report) => !stuck.includes(report))
    .flatMap(({ fetchedAt }) => fetchedAt ?? []);
  return read.length === 0 ? undefined : Math.min(...read);
}

async function changesOf(
  outbox: Pick<Outbox, "find"> | undefined,
  since: Instant,
): Promise<{ changes: readonly Change[]; firstSeen: readonly FirstSeen[] }> {
  if (outbox === undefined) return { changes: [], firstSeen: [] };
  // What ended since may have begun long before.
  const incidents = await outbox.find({ openedSince: since - lengths.month });
  return { changes: changesSince(incidents, since), firstSeen: firstSeenSince(incidents, since) };
}

async function stateOf(check: (() => Promise<void>) | undefined): Promise<DigestFacts["health"]["store"]> {
  try {
    await check?.();
    return check && {};
  } catch (error) {
    if (isAppError(error)) return { fault: error.message };
    throw error;
  }
}
