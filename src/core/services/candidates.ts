import { type Combos, isPattern, memberKey, membersOf } from "../domain/combo.ts";
import { createMemo } from "../domain/memo.ts";
import type { Pricing } from "../domain/price.ts";
import type { Candidate } from "../domain/route.ts";
import { fitsPattern } from "../matching.ts";
import type { Clock } from "../ports.ts";
import type { Availability } from "./availability.ts";
import type { ServedModels } from "./served-models.ts";
import type { Standings } from "./standings.ts";

/** Finds what calls can be sent to, judged by what is known now. */
export interface Candidates {
  /** The members of a combo, in their order; those whose account is not configured are left out. */
  ofCombo(combo: string): Candidate[];
  /** The accounts that are known to serve a model, in no particular order. */
  ofModel(model: string): Candidate[];
}

/** A call by which prices compare: so many of them are a million tokens. */
const sample = { tokens: { input: 3_000, output: 1_000 }, times: 250 };

/** @param options.pricing the list price of a call, whatever the account pays */
export function createCandidates(options: {
  combos: Combos;
  availability: Availability;
  served: Pick<ServedModels, "accountsFor" | "fitting">;
  standings: Pick<Standings, "of">;
  pricing: Pricing;
  clock: Clock;
}): Candidates {
  const { availability, served, standings } = options;
  const combos = new Map(
    Object.keys(options.combos).map((name) => [name, membersOf(options.combos, name)] as const),
  );
  const patterns = [...combos.values()].flat().filter(({ model }) => model !== undefined);
  const prices = createMemo<number | undefined>(20_000);

  function priceOf(provider: string, model: string): number | undefined {
    const none = { cacheRead: 0, cacheWrite: 0, reasoning: 0 };
    const call = { requests: 1, tokens: { ...sample.tokens, ...none }, audioMs: 0 };
    const micros = options.pricing({ provider, model, at: options.clock.now(), ...call });
    return micros === undefined ? undefined : micros * sample.times;
  }

  function candidate(
    key: string,
    account: string,
    model: string | undefined,
    basis: Candidate["basis"],
  ): Candidate[] {
    const standing = standings.of(account);
    if (standing === undefined) return [];
    const { provider } = standing.account;
    const price =
      model === undefined ? undefined : prices.get(`${provider} ${model}`, () => priceOf(provider, model));
    const { billing } = standing;
    return [{ key, account, model, basis, billing, price, verdict: availability.of(account, model) }];
  }

  return {
    ofCombo: (combo) =>
      (combos.get(combo) ?? []).flatMap((member) => {
        const { account, model } = member;
        const pattern = model !== undefined && isPattern(model) ? model.toLowerCase() : undefined;
        const known =
          pattern === undefined
            ? model
            : served.fitting(account, (name) => fitsPattern(pattern, name.toLowerCase()))[0];
        return candidate(memberKey(member), account, known, "combo");
      }),
    ofModel(model) {
      const bases = new Map<string, Candidate["basis"]>(served.accountsFor(model));
      const name = model.toLowerCase();
      for (const { account, model: pattern = "" } of patterns) {
        if (!bases.has(account) && fitsPattern(pattern.toLowerCase(), name)) bases.set(account, "combo");
      }
      return [...bases].flatMap(([account, basis]) => candidate(account, account, model, basis));
    },
  };
}
