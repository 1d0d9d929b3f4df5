import { type Combos, isPattern, memberKey, membersOf } from "../domain/combo.ts";
import type { Day } from "../domain/day.ts";
import type { Period } from "../domain/period.ts";
import type { Pricing } from "../domain/price.ts";
import type { Instant } from "../domain/quota.ts";
import { type Sums, tokensOf } from "../domain/sums.ts";
import { AppError } from "../errors.ts";
import { didYouMean, fitsPattern, nearest } from "../matching.ts";
import type { Clock, Ledger } from "../ports.ts";
import type { ServedModels } from "./served-models.ts";

/** What one account did for a combo. Money is whole micro-dollars; the three kinds are never added up. */
export interface ComboUse {
  account: string;
  requests: number;
  /** Part of all requests of the combo, from 0 to 1. */
  share: number;
  tokens: number;
  billedMicros: number;
  includedMicros: number;
  freeMicros: number;
  /** Records whose money or list value nobody knows. */
  unpriced: number;
}

/** What was billed, against what the same calls would have cost with the first member alone. */
export interface ComboSavings {
  /** The first member. */
  against: string;
  /** Its model; absent: each call is priced as its own model. */
  model?: string | undefined;
  /** List price with the first member; of each model, calls of its mean size. */
  listMicros: number;
  /** What was billed for the same calls. */
  billedMicros: number;
  /** Calls that this is about, and those that have no such price. */
  calls: number;
  unpriced: number;
}

/** How a combo was used. A record belongs to it when it says so. */
export interface ComboReport {
  at: Instant;
  combo: string;
  period: Period;
  requests: number;
  /** By requests, the most first. */
  uses: readonly ComboUse[];
  /** Absent: nothing was used, or no price is known of any of it. */
  savings?: ComboSavings | undefined;
  /** Days that cannot be broken down any more; they are not counted. */
  missing: readonly Day[];
}

export interface ComboReports {
  /** @throws not_found for a combo that is not configured */
  report(combo: string, period: Period): Promise<ComboReport>;
  /** All combos, in the order of the configuration. */
  reports(period: Period): Promise<readonly ComboReport[]>;
}

/** @param options.pricing the list price of a call, whatever the account pays */
export function createComboReports(options: {
  combos: Combos;
  accounts: readonly { id: string; provider: string }[];
  served: Pick<ServedModels, "fitting">;
  ledger: Pick<Ledger, "usage">;
  pricing: Pricing;
  clock: Clock;
}): ComboReports {
  const { combos, ledger, served, clock } = options;
  const providers = new Map(options.accounts.map(({ id, provider }) => [id, provider]));

  function savingsOf(combo: string, rows: ReadonlyMap<string, Sums>): ComboSavings | undefined {
    const [first] = membersOf(combos, combo);
    const provider = providers.get(first?.account ?? "");
    if (first === undefined || provider === undefined) return undefined;
    const model = modelOf(first, served);
    const sum = { listMicros: 0, billedMicros: 0, calls: 0, unpriced: 0 };
    for (const [own, sums] of rows) {
      const price = priceOf({ provider, model: model ?? (own === "" ? undefined : own), sums });
      if (price === undefined) sum.unpriced += sums.requests;
      else {
        sum.listMicros += price;
        sum.billedMicros += sums.billedMicros;
        sum.calls += sums.requests;
      }
    }
    return sum.calls === 0 ? undefined : { against: memberKey(first), model, ...sum };
  }

  /** Prices go by the size of one call, so it is that of the mean one. */
  function priceOf({ provider, model, sums }: { provider: string; model?: string | undefined; sums: Sums }) {
    const calls = Math.max(1, sums.requests);
    const mean = (all: number) => Math.round(all / calls);
    const { input, output, cacheRead, cacheWrite, reasoning } = sums;
    const micros = options.pricing({
      ...{ provider, model, at: clock.now(), requests: 1, audioMs: mean(sums.audioMs) },
      tokens: {
        input: mean(input),
        output: mean(output),
        cacheRead: mean(cacheRead),
        cacheWrite: mean(cacheWrite),
        reasoning: mean(reasoning),
      },
    });
    return micros === undefined ? undefined : micros * calls;
  }

  async function report(combo: string, period: Period): Promise<ComboReport> {
    if (!Object.hasOwn(combos, combo)) {
      const hint = didYouMean(nearest(combo, Object.keys(combos)));
      throw new AppError("not_found", `No combo is called "${combo.slice(0, 120)}".${hint}`);
    }
    const { from, to } = period;
    const only = { combo: [combo] };
    const [accounts, models] = await Promise.all([
      ledger.usage({ from, to, by: "account", only }),
      ledger.usage({ from, to, by: "model", only }),
    ]);
    const { requests } = accounts.total;
    const uses = [...accounts.rows].map(([account, sums]): ComboUse => {
      const { billedMicros, includedMicros, freeMicros, unpriced } = sums;
      const share = requests === 0 ? 0 : sums.requests / requests;
      const money = { billedMicros, includedMicros, freeMicros, unpriced };
      return { account, requests: sums.requests, share, tokens: tokensOf(sums), ...money };
    });
    uses.sort((a, b) => b.requests - a.requests || b.tokens - a.tokens || (a.account < b.account ? -1 : 1));
    return {
      ...{ at: clock.now(), combo, period, requests, uses },
      savings: savingsOf(combo, models.rows),
      missing: accounts.missing,
    };
  }

  return {
    report,
    reports: (period) => Promise.all(Object.keys(combos).map((combo) => report(combo, period))),
  };
}

/** The model of a member; of a pattern the one that was used most. */
function modelOf(
  { account, model }: { account: string; model?: string | undefined },
  served: Pick<ServedModels, "fitting">,
): string | undefined {
  if (model === undefined || !isPattern(model)) return model;
  const pattern = model.toLowerCase();
  return served.fitting(account, (name) => fitsPattern(pattern, name.toLowerCase()))[0];
}
