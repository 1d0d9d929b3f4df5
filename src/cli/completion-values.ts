import { dimensions } from "../core/domain/usage.ts";
import { filesHere, shells } from "./completion-scripts.ts";
import type { ConfiguredNames } from "./session.ts";

/** A word that fits, and what it means. */
export interface Completion {
  value: string;
  description?: string | undefined;
}

type Values = (names: ConfiguredNames, before: readonly string[]) => readonly Completion[];

const only = (...values: readonly string[]): Values => {
  const completions = values.map((value) => ({ value }));
  return () => completions;
};
const files = only(filesHere);

const accounts: Values = (names) =>
  names.accounts.map(({ id, label }) => ({ value: id, description: label }));
const providers: Values = (names) => {
  const ids = names.accounts.flatMap(({ provider }) => provider ?? []);
  return [...new Set(ids)].map((value) => ({ value, description: "all accounts of this provider" }));
};
const periods = ["today", "yesterday", "week", "month", "7d", "30d"];

/** Words for arguments and for values of options, by what help calls them. */
const known: Readonly<Record<string, Values>> = {
  account: accounts,
  provider: providers,
  "account|provider": (names, before) => [...accounts(names, before), ...providers(names, before)],
  "combo|model": ({ combos }) => combos.map((value) => ({ value, description: "a combo" })),
  channel: ({ channels }) => channels.map((value) => ({ value })),
  period: only(...periods),
  "period|by": (names, before) =>
    before.at(-1)?.toLowerCase() === "by"
      ? dimensions.map((value) => ({ value }))
      : only(...periods, "by")(names, before),
  "period|format": only(...periods, "csv", "json"),
  dimension: only(...dimensions),
  format: only("csv", "json"),
  range: only("24h", "7d", "30d"),
  interval: only("10s", "30s", "1m", "5m"),
  since: only("12h", "7d", "30d", "all"),
  length: only("10m", "30m", "1h", "6h"),
  percent: only("5", "10", "20", "50"),
  file: files,
  "account|cost": (names, before) => [...accounts(names, before), { value: "cost" }],
  shell: only(...shells),
};

/** Words for what help calls by this name; none for what only its owner can know. */
export function valuesOf(
  name: string,
  names: ConfiguredNames,
  before: readonly string[],
): readonly Completion[] {
  return known[name]?.(names, before) ?? [];
}
