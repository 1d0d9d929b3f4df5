import { addDays, type Day } from "../domain/day.ts";
import { unassigned } from "../domain/usage.ts";
import { nearest } from "../matching.ts";
import type { Ledger, Log } from "../ports.ts";

/** How it is known that an account serves a model: its provider names it among the account's quotas, or it was used. */
export type ServedBasis = "told" | "used";

export interface ServedModels {
  /** The accounts that are known to serve a model, however it is capitalised. One look-up. */
  accountsFor(model: string): ReadonlyMap<string, ServedBasis>;
  /** The account's models that fit a pattern, those used most first. */
  fitting(account: string, fits: (model: string) => boolean): readonly string[];
  /** Takes note of the models that the quotas of an account name now. */
  told(account: string, models: readonly string[]): void;
  /** Takes note of records that have come into the ledger. */
  recorded(records: readonly { account: string; model?: string | undefined }[]): void;
  /** Asks the ledger what was used in the last 30 days. Never throws. */
  load(): Promise<void>;
  /** The name of a known model that the typed one was probably meant to be. */
  suggest(typed: string): string | undefined;
  /** Names of models that begin so, at most so many. */
  beginning(typed: string, most: number): readonly string[];
}

const days = 30;
const longestName = 200;
/** Of more models of one account the rest is not remembered from use: names come from outside. */
const mostUsed = 1_000;
/** Comparing a typed name with more than so many would keep others waiting. */
const mostCompared = 5_000;

interface Own {
  told: readonly string[];
  /** Calls by model. */
  used: Map<string, number>;
}

/** Knows which account serves which model. What it costs to ask does not grow with the models or with what was used. */
export function createServedModels(options: {
  accounts: readonly { id: string }[];
  ledger: Pick<Ledger, "usage">;
  today: () => Day;
  log: Log;
  /** Called with the models of an account that are known since now. */
  onChange: (account: string, models: readonly string[]) => void;
}): ServedModels {
  const { ledger, log } = options;
  const own = new Map(options.accounts.map(({ id }): [string, Own] => [id, { told: [], used: new Map() }]));
  /** By name in lower case. */
  const byModel = new Map<string, Map<string, ServedBasis>>();
  const nobody: ReadonlyMap<string, ServedBasis> = new Map();

  function note(account: string, model: string, basis: ServedBasis): boolean {
    const name = model.toLowerCase();
    const found = byModel.get(name) ?? new Map<string, ServedBasis>();
    byModel.set(name, found);
    const before = found.get(account);
    if (before === undefined || basis === "told") found.set(account, basis);
    return before === undefined;
  }

  function forget(account: string, model: string): void {
    const name = model.toLowerCase();
    const found = byModel.get(name);
    found?.delete(account);
    if (found?.size === 0) byModel.delete(name);
  }

  function use(account: string, model: string, calls: number): boolean {
    const known = own.get(account);
    if (known === undefined || model === "" || model.length > longestName) return false;
    if (!known.used.has(model) && known.used.size >= mostUsed) return false;
    known.used.set(model, (known.used.get(model) ?? 0) + calls);
    return note(account, model, "used");
  }

  return {
    accountsFor: (model) => byModel.get(model.toLowerCase()) ?? nobody,
    fitting(account, fits) {
      const known = own.get(account);
      if (known === undefined) return [];
      const calls = (model: string) => known.used.get(model) ?? 0;
      const models = [...new Set([...known.used.keys(), ...known.told])].filter(fits);
      return models.sort((a, b) => calls(b) - calls(a) || (a < b ? 1 : -1));
    },
    told(account, models) {
      const known = own.get(account);
      if (known === undefined) return;
      const kept = named([...models, ...known.used.keys()]);
      const gone = known.told.filter((model) => !kept.has(model.toLowerCase()));
      for (const model of gone) forget(account, model);
      known.told = models;
      const fresh = models.filter((model) => note(account, model, "told"));
      if (fresh.length + gone.length > 0) options.onChange(account, [...fresh, ...gone]);
    },
    recorded(records) {
      for (const { account, model = "" } of records) {
        if (use(account, model, 1)) options.onChange(account, [model]);
      }
    },
    async load() {
      try {
        const to = options.today();
        const from = addDays(to, 1 - days);
        const accounts = await ledger.usage({ from, to, by: "account" });
        for (const account of accounts.rows.keys()) {
          const known = own.get(account);
          if (known === undefined || account === unassigned) continue;
          const { rows } = await ledger.usage({ from, to, by: "model", only: { account: [account] } });
          const before = known.used;
          known.used = new Map();
          const fresh = [...rows].filter(([model, { requests }]) =>
            use(account, model, Math.max(1, requests)),
          );
          const kept = named([...known.told, ...known.used.keys()]);
          const gone = [...before.keys()].filter((model) => !kept.has(model.toLowerCase()));
          for (const model of gone) forget(account, model);
          const changed = [...fresh.map(([model]) => model), ...gone];
          if (changed.length > 0) options.onChange(account, changed);
        }
      } catch (error) {
        log.warn({ error }, "Which models were used cannot be asked for now.");
      }
    },
    suggest(typed) {
      const known = [...byModel.keys()];
      return known.length > mostCompared ? undefined : nearest(typed, known);
    },
    beginning(typed, most) {
      const begun = typed.toLowerCase();
      const found: string[] = [];
      for (const model of byModel.keys()) {
        if (found.length >= most) break;
        if (model.startsWith(begun)) found.push(model);
      }
      return found;
    },
  };
}

function named(models: readonly string[]): ReadonlySet<string> {
  return new Set(models.map((model) => model.toLowerCase()));
}
