import type { Account } from "../domain/account.ts";
import type { Days } from "../domain/day.ts";
import { createMemo } from "../domain/memo.ts";
import { costOf, type Pricing } from "../domain/price.ts";
import type { Instant } from "../domain/quota.ts";
import {
  type Billing,
  type Tokens,
  type UsageRecord,
  type UsageSource,
  unassigned,
} from "../domain/usage.ts";
import { createUsageMatch, type UsageMatch } from "../domain/usage-match.ts";
import { fitsPattern, nearest } from "../matching.ts";
import type { Clock, Ledger, Log } from "../ports.ts";
import { draftFault } from "./draft-fault.ts";

/** A call as somebody reported it; what is absent was not told. */
export interface UsageDraft {
  id?: string | undefined;
  at?: Instant | undefined;
  /** Id of an account, as the reporter calls it. */
  account?: string | undefined;
  provider?: string | undefined;
  model?: string | undefined;
  user?: string | undefined;
  agent?: string | undefined;
  operation?: string | undefined;
  task?: string | undefined;
  combo?: string | undefined;
  /** 1 unless told. */
  requests?: number | undefined;
  tokens?: Tokens | undefined;
  estimated?: true | undefined;
  audioMs?: number | undefined;
  /** Whole micro-dollars. */
  costMicros?: number | undefined;
  durationMs?: number | undefined;
  /** "ok" unless told. */
  outcome?: string | undefined;
  source: UsageSource;
  /** Name of the program that reports, such as an OTLP `service.name`. */
  service?: string | undefined;
  /** A digest of the texts of the call. It is kept nowhere: it tells calls without an id apart. */
  content?: string | undefined;
  counter?: UsageRecord["counter"];
}

/** A draft, or why one could not be understood; its place in the list is its index. */
export type Reported = UsageDraft | { problem: string };

export interface Recorded {
  accepted: number;
  duplicates: number;
  rejected: readonly { index: number; message: string }[];
}

export interface RecordUsage {
  /**
   * Keeps what was reported: the good part of it, durable once the promise resolves.
   * @param key name of the key it came with
   * @throws store_unavailable when nothing could be kept
   */
  record(reported: readonly Reported[], caller: { key: string }): Promise<Recorded>;
}

/** So many names of unknown accounts are told in the log. */
const mostNames = 1_000;
/** After so many calls there is a pause; they take some milliseconds. */
const inTurn = 1_000;
const noTokens: Tokens = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, reasoning: 0 };

/**
 * @param options.services ids of the providers that a program reports on; none when it is not known
 * @param options.billingOf how a record is paid, by whose it is and the provider that it tells
 * @param options.nameUser what may be kept of a person's name
 * @param options.hash of a text that holds people's names: with a secret in it, so that they cannot be guessed
 * @param options.uniqueId a text that is never told twice
 * @param options.pause lets the rest of the process go on, asked for now and then while there is much to do
 * @param options.onRecorded is handed what is new, once it is durable
 */
export function createRecordUsage(options: {
  ledger: Pick<Ledger, "append">;
  accounts: readonly Account[];
  services: (service: string) => readonly string[];
  billingOf: (match: UsageMatch, provider: string | undefined) => Billing;
  pricing: Pricing;
  nameUser: (user: string) => string | undefined;
  days: Days;
  clock: Clock;
  hash: (text: string) => string;
  uniqueId: () => string;
  pause?: (() => Promise<unknown>) | undefined;
  onRecorded?: ((records: readonly UsageRecord[]) => void) | undefined;
  log: Log;
}): RecordUsage {
  const { accounts, services, clock, log } = options;
  const match = createUsageMatch({ accounts, services, fits: fitsPattern });
  const names = createMemo<string | undefined>(10_000);
  const ids = accounts.map(({ id }) => id);
  const unknownNames = new Set<string>(ids).add(unassigned);

  function tellUnknown(name: string): void {
    if (unknownNames.has(name) || unknownNames.size >= mostNames + ids.length) return;
    unknownNames.add(name);
    const meant = nearest(name, ids);
    log.warn(
      { account: name, ...(meant === undefined ? {} : { meant }) },
      "Usage names an account that is not configured; it counts to the account whose `usage` it fits, else to none.",
    );
  }

  function idOf(draft: UsageDraft, key: string): string {
    if (draft.id !== undefined && draft.id !== "") return draft.id;
    // Nothing tells such a call from the next one like it.
    if (draft.at === undefined) return options.uniqueId();
    return `made-${options.hash(contentOf(draft, key))}`;
  }

  function toRecord(draft: UsageDraft, now: Instant, key: string): UsageRecord {
    const provider = draft.provider?.trim().toLowerCase() || undefined;
    if (draft.account !== undefined) tellUnknown(draft.account);
    const { account, service, user, model } = draft;
    const matched = match({ account, provider, service, user, model, key });
    const at = Math.floor(draft.at ?? now);
    const { day, hour } = options.days.at(at);
    const billing = options.billingOf(matched, provider);
    const call = {
      provider: matched.account?.provider ?? provider,
      model,
      at,
      requests: draft.requests ?? 1,
      tokens: draft.tokens ?? noTokens,
      audioMs: draft.audioMs ?? 0,
    };
    return {
      id: idOf(draft, key),
      ...call,
      day,
      hour,
      account: matched.account?.id ?? unassigned,
      user: user === undefined ? undefined : names.get(user, () => options.nameUser(user)),
      agent: draft.agent,
      operation: draft.operation,
      task: draft.task,
      combo: draft.combo,
      estimated: draft.estimated,
      billing,
      ...costOf(call, { billing, reported: draft.costMicros, pricing: options.pricing }),
      durationMs: draft.durationMs,
      outcome: draft.outcome ?? "ok",
      source: draft.source,
      counter: draft.counter,
    };
  }

  function pass(records: readonly UsageRecord[]): void {
    if (records.length === 0) return;
    try {
      options.onRecorded?.(records);
    } catch (error) {
      log.error({ error }, "Usage was recorded, and what follows from it failed.");
    }
  }

  return {
    async record(reported, { key }) {
      const now = clock.now();
      const records: UsageRecord[] = [];
      const rejected: { index: number; message: string }[] = [];
      for (const [index, draft] of reported.entries()) {
        const message = "problem" in draft ? draft.problem : draftFault(draft, now);
        if (message !== undefined) rejected.push({ index, message });
        else records.push(toRecord(draft as UsageDraft, now, key));
        if (index % inTurn === inTurn - 1) await options.pause?.();
      }
      const answers = records.length === 0 ? [] : await options.ledger.append(records);
      const added = records.filter((_, index) => answers[index] === true);
      pass(added);
      return { accepted: added.length, duplicates: records.length - added.length, rejected };
    },
  };
}

/** Everything that the draft tells, as one text that is the same for the same call. */
function contentOf(draft: UsageDraft, key: string): string {
  const { input, output, cacheRead, cacheWrite, reasoning } = draft.tokens ?? noTokens;
  return JSON.stringify([
    key,
    draft.at,
    draft.source,
    draft.service,
    draft.account,
    draft.provider,
    draft.model,
    draft.user,
    draft.agent,
    draft.operation,
    draft.task,
    draft.combo,
    draft.requests ?? 1,
    [input, output, cacheRead, cacheWrite, reasoning],
    draft.audioMs ?? 0,
    draft.costMicros,
    draft.durationMs,
    draft.outcome ?? "ok",
    draft.counter?.series,
    draft.counter?.value,
    ...(draft.content === undefined ? [] : [draft.content]),
  ]);
}
