import type { Instant } from "../../core/domain/quota.ts";
import type { Clock, Ledger, Settings } from "../../core/ports.ts";
import type { Reported, UsageDraft } from "../../core/services/record-usage.ts";
import { inTurns } from "../turns.ts";
import { decodeLogs, decodeMetrics } from "./decode.ts";
import { counterNames, differences } from "./differences.ts";
import type { OtlpSource } from "./facts.ts";
import { readOtlpLogs } from "./logs.ts";
import { metricDrafts } from "./metric-drafts.ts";
import { readOtlpMetrics, type UsagePoint } from "./metrics.ts";
import { type Choice, createSignalChoice, type Signal } from "./signal-choice.ts";

/** Keeps what a request reported; the next one is looked at only after that. */
type Keep<Result> = (reported: readonly Reported[]) => Promise<Result>;

export interface OtlpIngest {
  /**
   * Reads an uncompressed OTLP/HTTP request for /v1/logs, and resolves with what `keep` made of the calls it tells of.
   * @throws request_invalid, store_unavailable, and what `keep` throws
   */
  logs<Result>(body: Uint8Array, contentType: string, keep: Keep<Result>): Promise<Result>;
  /** Likewise a request for /v1/metrics. */
  metrics<Result>(body: Uint8Array, contentType: string, keep: Keep<Result>): Promise<Result>;
}

/**
 * Understands the telemetry of Claude Code, Codex and Gemini CLI: either the events or the metrics of each source, as
 * `createSignalChoice` says.
 *
 * @param options.counters of the ledger that `keep` appends to
 * @param options.hash digest of a text, the same in all processes; at least 16 characters
 */
export function createOtlpIngest(options: {
  settings: Pick<Settings, "get" | "set">;
  counters: Ledger["counters"];
  clock: Clock;
  hash: (text: string) => string;
}): OtlpIngest {
  const { counters, hash } = options;
  const signals = createSignalChoice(options);
  let turn: Promise<unknown> = Promise.resolve();

  async function chosen(signal: Signal, items: readonly Sourced[]): Promise<(item: Sourced) => Choice> {
    const sources = new Map(items.map(({ source }) => [sourceKey(source), source]));
    const choices = sources.size === 0 ? [] : await signals.choose(signal, [...sources.values()]);
    const byKey = new Map([...sources.keys()].map((key, index) => [key, choices[index]]));
    return ({ source }) => byKey.get(sourceKey(source)) ?? { counts: false };
  }

  async function grownBy(points: readonly UsagePoint[]): Promise<UsageDraft[]> {
    const names = [...new Set(points.flatMap(counterNames))];
    const last = names.length === 0 ? new Map<string, number>() : await counters(names);
    return metricDrafts(points, differences(points, last), hash);
  }

  return {
    async logs(body, contentType, keep) {
      const read = (await inTurns(decodeLogs(body, contentType), (log) => readOtlpLogs([log], hash))).flat();
      const choiceOf = await chosen("events", read);
      return keep(read.filter((item) => choiceOf(item).counts).map(({ draft }) => draft));
    },
    async metrics(body, contentType, keep) {
      const decoded = decodeMetrics(body, contentType);
      const read = (await inTurns(decoded, (point) => readOtlpMetrics([point], hash))).flat();
      const choiceOf = await chosen("metrics", read);
      const problems: Reported[] = [];
      const points: UsagePoint[] = [];
      for (const item of read) {
        const { counts, since } = choiceOf(item);
        if (!counts) continue;
        if ("problem" in item) problems.push({ problem: item.problem });
        else points.push(since === undefined ? item : countedSince(item, since));
      }
      points.sort((one, other) => (one.nanos < other.nanos ? -1 : Number(one.nanos > other.nanos)));
      const take = async () => keep([...problems, ...(await grownBy(points))]);
      if (!points.some(({ cumulative }) => cumulative)) return take();
      // Two exports of one counter at once would both be told what it stood at before either.
      const taken = turn.then(take);
      turn = taken.catch(() => undefined);
      return taken;
    },
  };
}

interface Sourced {
  source: OtlpSource;
}

function sourceKey({ service, user, host }: OtlpSource): string {
  return JSON.stringify([service, user, host]);
}

/** A counter is another one for each time that its signal takes over, so that what it grew by meanwhile is left out. */
function countedSince(point: UsagePoint, since: Instant): UsagePoint {
  return { ...point, series: `${point.series}-${since}`, since: BigInt(since) * 1_000_000n };
}
