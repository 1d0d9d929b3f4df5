import { type Day, isDay } from "../../core/domain/day.ts";
import type { Billing, CostBasis, Tokens, UsageRecord, UsageSource } from "../../core/domain/usage.ts";

const billings: Readonly<Record<Billing, true>> = {
  subscription: true,
  paid: true,
  free: true,
  prepaid: true,
};
const bases: Readonly<Record<CostBasis, true>> = {
  reported: true,
  priced: true,
  included: true,
  free: true,
  unpriced: true,
};
const sources: Readonly<Record<UsageSource, true>> = { api: true, otlp: true, logs: true, allocation: true };

/** What is left out of a record where it goes without saying. */
type Told = Omit<UsageRecord, "day" | "requests" | "tokens" | "audioMs" | "outcome"> & {
  requests?: number | undefined;
  tokens?: { [K in keyof Tokens]?: number | undefined } | undefined;
  audioMs?: number | undefined;
  outcome?: string | undefined;
};

/** A copy of a record that shares nothing with it. */
export function copyRecord(record: UsageRecord): UsageRecord {
  return completed(record, record.day);
}

/** A record as it stands in the journal of its day. */
export function encodeRecord(record: UsageRecord): Told {
  const { tokens } = record;
  return {
    id: record.id,
    at: record.at,
    hour: record.hour,
    account: record.account,
    provider: record.provider,
    model: record.model,
    user: record.user,
    agent: record.agent,
    operation: record.operation,
    task: record.task,
    combo: record.combo,
    requests: record.requests === 1 ? undefined : record.requests,
    tokens: {
      input: tokens.input || undefined,
      output: tokens.output || undefined,
      cacheRead: tokens.cacheRead || undefined,
      cacheWrite: tokens.cacheWrite || undefined,
      reasoning: tokens.reasoning || undefined,
    },
    estimated: record.estimated,
    audioMs: record.audioMs || undefined,
    billing: record.billing,
    costBasis: record.costBasis,
    costMicros: record.costMicros,
    durationMs: record.durationMs,
    outcome: record.outcome === "ok" ? undefined : record.outcome,
    source: record.source,
    counter: record.counter,
  };
}

/** The record that stands in the journal of a day; undefined when it makes no sense. */
export function decodeRecord(data: unknown, day: Day): UsageRecord | undefined {
  if (typeof data !== "object" || data === null) return undefined;
  const record = completed(data as Told, day);
  return isSound(record) ? record : undefined;
}

/** Every record that is made here has the same fields in the same order, which makes adding them up fast. */
function completed(told: Told, day: Day): UsageRecord {
  const { tokens, counter } = told;
  return {
    id: told.id,
    at: told.at,
    day,
    hour: told.hour,
    account: told.account,
    provider: told.provider,
    model: told.model,
    user: told.user,
    agent: told.agent,
    operation: told.operation,
    task: told.task,
    combo: told.combo,
    requests: told.requests ?? 1,
    tokens: {
      input: tokens?.input ?? 0,
      output: tokens?.output ?? 0,
      cacheRead: tokens?.cacheRead ?? 0,
      cacheWrite: tokens?.cacheWrite ?? 0,
      reasoning: tokens?.reasoning ?? 0,
    },
    estimated: told.estimated,
    audioMs: told.audioMs ?? 0,
    billing: told.billing,
    costBasis: told.costBasis,
    costMicros: told.costMicros,
    durationMs: told.durationMs,
    outcome: told.outcome ?? "ok",
    source: told.source,
    counter: counter && { series: counter.series, value: counter.value },
  };
}

/** Whether a record is one in every part, so that it can be kept and added up. */
export function isSound(record: UsageRecord): boolean {
  const { tokens, counter } = record;
  return (
    isText(record.id) &&
    Number.isFinite(record.at) &&
    isKnownDay(record.day) &&
    isCount(record.hour) &&
    record.hour < 24 &&
    isText(record.account) &&
    isTextOrAbsent(record.provider) &&
    isTextOrAbsent(record.model) &&
    isTextOrAbsent(record.user) &&
    isTextOrAbsent(record.agent) &&
    isTextOrAbsent(record.operation) &&
    isTextOrAbsent(record.task) &&
    isTextOrAbsent(record.combo) &&
    isCount(record.requests) &&
    isCount(tokens.input) &&
    isCount(tokens.output) &&
    isCount(tokens.cacheRead) &&
    isCount(tokens.cacheWrite) &&
    isCount(tokens.reasoning) &&
    (record.estimated === undefined || record.estimated === true) &&
    isCount(record.audioMs) &&
    Object.hasOwn(billings, record.billing) &&
    Object.hasOwn(bases, record.costBasis) &&
    (record.costMicros === undefined || Number.isSafeInteger(record.costMicros)) &&
    (record.durationMs === undefined || (Number.isFinite(record.durationMs) && record.durationMs >= 0)) &&
    isText(record.outcome) &&
    Object.hasOwn(sources, record.source) &&
    (counter === undefined || (isText(counter.series) && Number.isFinite(counter.value)))
  );
}

let lastDay = "";

/** Records come in runs of one day, so the last answer mostly does. */
function isKnownDay(day: Day): boolean {
  if (day === lastDay) return true;
  if (!isText(day) || !isDay(day)) return false;
  lastDay = day;
  return true;
}

function isText(value: unknown): boolean {
  return typeof value === "string";
}

function isTextOrAbsent(value: unknown): boolean {
  return value === undefined || typeof value === "string";
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
