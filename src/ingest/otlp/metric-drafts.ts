import type { Tokens } from "../../core/domain/usage.ts";
import type { UsageDraft } from "../../core/services/record-usage.ts";
import type { Growth } from "./differences.ts";
import type { UsagePoint } from "./metrics.ts";
import { usageMetrics } from "./usage-metrics.ts";

interface Part extends Growth {
  point: UsagePoint;
}

/**
 * The records of the points that grew, with tokens made disjoint across the points of one set. Deltas of a set make one
 * record; cumulative counters one each, since a record remembers one counter.
 *
 * Cost comes from one of two places, never both. Where the cost of exactly these tokens is reported, it is theirs: deltas
 * carry it with the tokens; of cumulative counters the cost is a record of its own and the tokens cost nothing beside it.
 * Where it is not, the tokens are left to the price list, and cost that belongs to no tokens here is passed over.
 */
export function metricDrafts(
  points: readonly UsagePoint[],
  growths: readonly Growth[],
  hash: (text: string) => string,
): UsageDraft[] {
  const sets = new Map<string, Part[]>();
  points.forEach((point, index) => {
    const { grown, counter } = growths[index] ?? { grown: 0 };
    if (grown === 0 && counter === undefined) return;
    const set = sets.get(point.set) ?? [];
    set.push({ point, grown, counter });
    sets.set(point.set, set);
  });
  return [...sets.values()].flatMap(draftsOfSet).map(({ parts, told }) => {
    const [first] = parts;
    const ids = parts.map(({ point }) => point.id).sort();
    const id = `otlp-${hash(JSON.stringify(["record", ids]))}`;
    return { ...first?.point.draft, source: "otlp", ...told, id, counter: first?.counter };
  });
}

/** The parts that make a record, and what it tells beyond the facts that they share. */
interface Made {
  parts: readonly Part[];
  told: Partial<UsageDraft>;
}

function draftsOfSet(set: readonly Part[]): Made[] {
  const tokens = set.filter(({ point }) => point.kind === "tokens");
  const costs = set.filter(({ point }) => point.kind === "cost");
  const requests = set.filter(({ point }) => point.kind === "requests").map(requestsMade);
  if (tokens.length === 0) return requests;
  const costMicros = costs.length === 0 ? undefined : costs.reduce((sum, { grown }) => sum + grown, 0);
  const counted = disjoint(tokens);
  if (tokens.some(({ counter }) => counter === undefined)) {
    const all = noTokens();
    for (const { tokenClass, count } of counted) all[tokenClass] += count;
    return [{ parts: [...tokens, ...costs], told: { tokens: all, costMicros } }];
  }
  return [
    ...counted.map(({ part, tokenClass, count }) => ({
      parts: [part],
      told: {
        tokens: { ...noTokens(), [tokenClass]: count },
        costMicros: costMicros === undefined ? noteCost(part) : 0,
      },
    })),
    ...costs.map((part) => ({ parts: [part], told: { costMicros: part.grown } })),
  ];
}

function requestsMade(part: Part): Made {
  return { parts: [part], told: { requests: part.grown, costMicros: noteCost(part) } };
}

/** Taking note of where a counter stands costs nothing, whatever the price list knows. */
function noteCost({ grown }: Growth): 0 | undefined {
  return grown === 0 ? 0 : undefined;
}

interface Counted {
  part: Part;
  type: string;
  tokenClass: keyof Tokens;
  count: number;
}

/** The tokens of each point without those that another point of the set counts too. */
function disjoint(parts: readonly Part[]): Counted[] {
  const counted = parts.flatMap((part): Counted[] => {
    const rule = rulesOf(part.point)?.get(part.point.type ?? "");
    const type = part.point.type ?? "";
    return rule === undefined ? [] : [{ part, type, tokenClass: rule.as, count: part.grown }];
  });
  for (const { part, type } of counted) {
    const within = rulesOf(part.point)?.get(type)?.within;
    const whole = counted.find((other) => other.type === within);
    if (whole !== undefined) whole.count = Math.max(0, whole.count - part.grown);
  }
  return counted;
}

function rulesOf({ metric }: UsagePoint) {
  const found = usageMetrics.get(metric);
  return found?.kind === "tokens" ? found.types : undefined;
}

function noTokens(): Tokens {
  return { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, reasoning: 0 };
}
