import type { Day } from "./day.ts";
import type { Instant } from "./quota.ts";

/** Tokens of one call by class. No token is in two classes: cached input is not input, reasoning is not output. */
export interface Tokens {
  input: number;
  output: number;
  cacheRead: number;
  cacheWrite: number;
  reasoning: number;
}

/** How an account pays: covered by a subscription, by the bill, not at all, or from money paid before. */
export const billings = ["subscription", "paid", "free", "prepaid"] as const;
export type Billing = (typeof billings)[number];

/**
 * Where a cost comes from. Money that is billed: `reported` by who made the call, or `priced` by the price list. What a
 * call would have cost at list price: `included` in a subscription, or `free`. `unpriced`: nobody knows.
 */
export type CostBasis = "reported" | "priced" | "included" | "free" | "unpriced";

/** Where a record came from. */
export type UsageSource = "api" | "otlp" | "logs" | "allocation";

/** One reported call, as it stands in the ledger: what it cost and which day it counts to is settled for good. */
export interface UsageRecord {
  /** Unique in the ledger; a second record with it is a duplicate. */
  id: string;
  at: Instant;
  /** The team's day and hour that `at` lies in. */
  day: Day;
  hour: number;
  /** Id of a configured account, or `unassigned`. */
  account: string;
  /** Id of a provider, as far as known. */
  provider?: string | undefined;
  model?: string | undefined;
  user?: string | undefined;
  agent?: string | undefined;
  operation?: string | undefined;
  task?: string | undefined;
  combo?: string | undefined;
  /** 1; 0 for a count of tokens that belongs to no single call. */
  requests: number;
  tokens: Tokens;
  /** Set when the tokens were estimated from texts. */
  estimated?: true | undefined;
  /** Whole milliseconds of audio. */
  audioMs: number;
  billing: Billing;
  costBasis: CostBasis;
  /** Whole micro-dollars: billed money, or the list value, as the basis says. Absent when it is not known. */
  costMicros?: number | undefined;
  durationMs?: number | undefined;
  /** "ok", or in a word what went wrong. */
  outcome: string;
  source: UsageSource;
  /** What a counter that only grows stood at with this record, where the record is a difference of two such counts. */
  counter?: { series: string; value: number } | undefined;
}

/** The account of records that fit none of the configured ones. */
export const unassigned = "unassigned";

/** What usage can be broken down by, and, apart from the last two, be limited to. */
export const dimensions = [
  "account",
  "provider",
  "model",
  "user",
  "agent",
  "operation",
  "task",
  "combo",
  "billing",
  "hour",
  "day",
] as const;

export type Dimension = (typeof dimensions)[number];

/** A dimension that usage can be limited to. */
export type FilterDimension = Exclude<Dimension, "hour" | "day">;

export const filterDimensions: readonly FilterDimension[] = dimensions.filter(
  (dimension) => dimension !== "hour" && dimension !== "day",
);

/** The value of a record in a dimension; "" when the record does not tell. An hour has two digits. */
export function valueIn(record: UsageRecord, dimension: Dimension): string {
  if (dimension === "hour") return String(record.hour).padStart(2, "0");
  return record[dimension] ?? "";
}

/** All tokens, of whichever class. */
export function totalTokens(tokens: Tokens): number {
  return tokens.input + tokens.output + tokens.cacheRead + tokens.cacheWrite + tokens.reasoning;
}
