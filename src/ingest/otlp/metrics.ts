import type { UsageDraft } from "../../core/services/record-usage.ts";
import { scaled } from "../decimal.ts";
import { outcomeOfStatus } from "../outcome.ts";
import { readCount } from "../values.ts";
import type { CounterPoint } from "./differences.ts";
import { commonOf, countOf, instantOf, listOf, type OtlpSource, sourceOf, textOf } from "./facts.ts";
import type { OtlpPoint } from "./request.ts";
import { type UsageMetric, usageMetrics } from "./usage-metrics.ts";

/**
 * A point of a metric that tells usage, understood. Its value is in tokens, micro-dollars or requests; its series is the
 * same for all points of one counter from its start on.
 */
export interface UsagePoint extends CounterPoint {
  kind: UsageMetric["kind"];
  /** The type of token. */
  type?: string | undefined;
  metric: string;
  /** The same for all points of one export that are alike but for what they count. */
  set: string;
  /** The same for this point alone. */
  id: string;
  nanos: bigint;
  source: OtlpSource;
  draft: UsageDraft;
}

/** A point of a usage metric whose value cannot be one. */
export interface BadPoint {
  problem: string;
  source: OtlpSource;
}

/**
 * The points that tell usage. Those without a value, and types of tokens that tell another's again, are passed over.
 *
 * @param hash digest of a text, the same in all processes
 */
export function readOtlpMetrics(
  points: readonly OtlpPoint[],
  hash: (text: string) => string,
): (UsagePoint | BadPoint)[] {
  return points.flatMap((point): (UsagePoint | BadPoint)[] => {
    const metric = usageMetrics.get(point.metric);
    if (metric === undefined || point.value === undefined) return [];
    const type = metric.kind === "tokens" ? textOf(point.attributes, metric.by) : undefined;
    if (metric.kind === "tokens" && !metric.types.has(type ?? "")) return [];
    const draft = draftOf(point, metric);
    const source = sourceOf(point.resource, draft);
    const value = metric.kind === "cost" ? scaled(point.value, 6) : readCount(point.value);
    if (value === undefined || point.temporality === undefined) {
      const why = value === undefined ? "is not a count" : "says neither delta nor cumulative";
      return [{ problem: `A point of ${point.metric} ${why}.`, source }];
    }
    const nanos = point.nanos ?? 0n;
    const about = [listOf(point.resource), listOf(point.attributes)];
    const series = hash(JSON.stringify(["series", point.metric, about, String(point.startNanos ?? "")]));
    const id = hash(JSON.stringify(["point", series, String(nanos), value]));
    return [
      {
        ...{ kind: metric.kind, metric: point.metric, type, set: hash(setOf(point, metric)), series, id },
        ...{ value, cumulative: point.temporality === 2, startNanos: point.startNanos, nanos, source, draft },
      },
    ];
  });
}

function draftOf(point: OtlpPoint, { kind }: UsageMetric): UsageDraft {
  const common = { ...commonOf(point.resource, point.attributes), at: instantOf(point.nanos) };
  if (kind !== "requests") return { ...common, requests: 0 };
  const status = countOf(point.attributes, "status_code", "http.status_code");
  return { ...common, outcome: status === undefined ? undefined : outcomeOfStatus(status) };
}

/** The tokens of all types and their cost have the same attributes and time; a count of requests stands alone. */
function setOf(point: OtlpPoint, metric: UsageMetric): string {
  const [program] = point.metric.split(".");
  const leftOut = metric.kind === "tokens" ? metric.by : undefined;
  const what = metric.kind === "requests" ? point.metric : program;
  const about = [listOf(point.resource), listOf(point.attributes, leftOut)];
  return JSON.stringify(["set", what, about, String(point.nanos ?? ""), point.temporality]);
}
