import pLimit from "p-limit";
import { addDays, type Day } from "../domain/day.ts";
import type { QuotaSample } from "../domain/history.ts";
import type { Instant, Reading } from "../domain/quota.ts";
import {
  type AccountUse,
  type Suggestion,
  suggestionsFrom,
  type WindowHistory,
} from "../domain/suggestion.ts";
import { isSameReset } from "../domain/window.ts";
import type { Clock, History, Ledger } from "../ports.ts";
import type { ReadingsOf } from "./account-readings.ts";
import type { Availability } from "./availability.ts";
import type { Candidates } from "./candidates.ts";
import type { ServedModels } from "./served-models.ts";
import type { Standings } from "./standings.ts";

/** What could be done better, and on how many days of data that rests. */
export interface SuggestReport {
  at: Instant;
  suggestions: readonly Suggestion[];
  /** Days since the first number or record of the last 30 days. */
  days: number;
  /** Days that most rules need. */
  needs: number;
}

export interface Suggests {
  report(): Promise<SuggestReport>;
}

const day = 86_400_000;
const reach = 30;
const recent = 14;
/** Reads of the store lie between the instants that histories begin at and 14 or 30 whole days. */
const nearly = day / 2;
/** Looking through a month of everything takes a moment, and it hardly changes from minute to minute. */
const lifetime = 10 * 60_000;

/** Gathers what the rules need: a few questions to the ledger, and the history of each account. */
export function createSuggests(options: {
  accounts: readonly { id: string }[];
  standings: Pick<Standings, "of">;
  availability: Availability;
  served: Pick<ServedModels, "accountsFor">;
  candidates: Pick<Candidates, "ofModel">;
  readingsOf: ReadingsOf;
  ledger: Pick<Ledger, "usage">;
  history: Pick<History, "samples">;
  today: () => Day;
  clock: Clock;
}): Suggests {
  const { ledger, history, clock, served } = options;
  const limit = pLimit(8);
  let last: { at: Instant; report: Promise<SuggestReport> } | undefined;

  async function useOf(
    account: string,
    used: { all: number; recent: number },
    now: Instant,
  ): Promise<{ use: AccountUse; since: Instant | undefined } | undefined> {
    const standing = options.standings.of(account);
    if (standing === undefined) return undefined;
    const to = options.today();
    const question = { from: addDays(to, 1 - reach), to, by: "model", only: { account: [account] } } as const;
    const [samples, models] = await Promise.all([
      history.samples({ account, from: now - reach * day, to: now + 1 }),
      used.all > 0 ? ledger.usage(question) : undefined,
    ]);
    const readings = options.readingsOf(account, now);
    const since = samples[0]?.at;
    const use = {
      account,
      billing: standing.billing,
      models: [...(models?.rows ?? [])].flatMap(([model, { requests, billedMicros }]) =>
        model === "" ? [] : [{ model, requests, billedMicros }],
      ),
      recentRequests: used.recent,
      windows: windowsOf(samples, readings, now),
      moved: hasMoved(samples, now),
      left: options.availability.of(account).left,
    };
    return { use, since };
  }

  async function gather(now: Instant): Promise<SuggestReport> {
    const to = options.today();
    const span = { from: addDays(to, 1 - reach), to };
    const lately = { from: addDays(to, 1 - recent), to };
    const [all, recently, hours, days] = await Promise.all([
      ledger.usage({ ...span, by: "account" }),
      ledger.usage({ ...lately, by: "account" }),
      ledger.usage({ ...lately, by: "hour" }),
      ledger.usage({ ...span, by: "day" }),
    ]);
    const known = await Promise.all(
      options.accounts.map(({ id }) =>
        limit(() =>
          useOf(
            id,
            { all: all.rows.get(id)?.requests ?? 0, recent: recently.rows.get(id)?.requests ?? 0 },
            now,
          ),
        ),
      ),
    );
    const uses = known.filter((one) => one !== undefined);
    const [firstDay] = [...days.rows.keys()].sort();
    const begins = uses.flatMap(({ since }) => since ?? []);
    if (firstDay !== undefined) begins.push(Date.parse(`${firstDay}T00:00:00Z`));
    const suggestions = suggestionsFrom({
      now,
      accounts: uses.map(({ use }) => use),
      serving: (model) => [...served.accountsFor(model).keys()],
      price: (account, model) =>
        options.candidates.ofModel(model).find((one) => one.account === account)?.price,
      hours: Array.from({ length: 24 }, (_, hour) => {
        return hours.rows.get(String(hour).padStart(2, "0"))?.requests ?? 0;
      }),
      daysWithUse: [...days.rows.keys()].filter((one) => one >= lately.from).length,
    });
    const dataDays = begins.length === 0 ? 0 : Math.round((now - Math.min(...begins)) / day);
    return { at: now, suggestions, days: Math.min(reach, dataDays), needs: recent };
  }

  return {
    report() {
      const now = clock.now();
      if (last !== undefined && now >= last.at && now < last.at + lifetime) return last.report;
      const report = gather(now);
      last = { at: now, report };
      report.catch(() => {
        if (last?.report === report) last = undefined;
      });
      return report;
    },
  };
}

/** What the samples tell of each window that the account has now. */
function windowsOf(
  samples: readonly QuotaSample[],
  readings: readonly Reading[],
  now: Instant,
): WindowHistory[] {
  return readings.flatMap((reading): WindowHistory[] => {
    if (reading.kind !== "quota") return [];
    const own = samples.filter(
      (sample) =>
        sample.reading === reading.id &&
        sample.kind === "quota" &&
        sample.limit !== undefined &&
        sample.limit > 0,
    );
    const [first] = own;
    if (first === undefined) return [];
    const used = own.map(({ value, limit = 1 }) => (value / limit) * 100);
    const scope = reading.scope === undefined ? "" : ` (${reading.scope})`;
    return [
      {
        window: `${reading.label}${scope}`,
        days: Math.floor((now - first.at + nearly) / day),
        mostUsedPercent: Math.max(...used),
        exhausted: timesExhausted(own.filter(({ at }) => at >= now - recent * day)),
      },
    ];
  });
}

/** How many times it ran out: once in each window, or where no reset is told, each time it had room before. */
function timesExhausted(samples: readonly QuotaSample[]): number {
  let times = 0;
  let last: QuotaSample | undefined;
  for (const sample of samples) {
    if (sample.value < (sample.limit ?? 1)) {
      if (sample.resetsAt === undefined) last = undefined;
      continue;
    }
    const isSame =
      last !== undefined &&
      (last.resetsAt === undefined || sample.resetsAt === undefined
        ? last.resetsAt === sample.resetsAt
        : isSameReset(last.resetsAt, sample.resetsAt));
    if (!isSame) times += 1;
    last = sample;
  }
  return times;
}

/** Whether anything was used in the last 14 days; undefined when it is not known for so long, or not by now. */
function hasMoved(samples: readonly QuotaSample[], now: Instant): boolean | undefined {
  const [first] = samples;
  const start = now - recent * day;
  const newest = samples.at(-1)?.at ?? 0;
  if (first === undefined || first.at > start + nearly || newest < now - 2 * day) return undefined;
  const values = new Map<string, number>();
  for (const { kind, reading, at, value } of samples) {
    const key = `${kind} ${reading}`;
    const before = values.get(key);
    // A quota that starts over falls by itself.
    const used = before !== undefined && (kind === "balance" ? value < before : value > before);
    if (used && at >= start) return true;
    values.set(key, value);
  }
  return false;
}
