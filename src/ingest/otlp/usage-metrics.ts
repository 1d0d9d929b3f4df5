import type { Tokens } from "../../core/domain/usage.ts";

/** What one type of tokens in a metric counts as, and which other type's count includes it. */
interface TokenType {
  as: keyof Tokens;
  within?: string;
}

/** A metric that tells usage: tokens by type, the cost of tokens in dollars, or requests. */
export type UsageMetric =
  | { kind: "tokens"; by: string; types: ReadonlyMap<string, TokenType> }
  | { kind: "cost" }
  | { kind: "requests" };

/**
 * The metrics that count, by name; others tell the same again, or no usage. Claude Code ("Monitoring" in its
 * documentation) counts types that are disjoint. Codex (codex-rs/otel) measures turns in a histogram; input includes what
 * the cache gave and took, output the reasoning, and the type `total` is all of them. Gemini CLI
 * (packages/core/src/telemetry) counts as its API does: input includes the cache, thoughts and what tools add to the
 * prompt are apart. Checked 2026-11-22.
 */
export const usageMetrics: ReadonlyMap<string, UsageMetric> = new Map<string, UsageMetric>([
  [
    "claude_code.token.usage",
    tokensBy("type", {
      input: { as: "input" },
      output: { as: "output" },
      cacheRead: { as: "cacheRead" },
      cacheCreation: { as: "cacheWrite" },
    }),
  ],
  ["claude_code.cost.usage", { kind: "cost" }],
  [
    "codex.turn.token_usage",
    tokensBy("token_type", {
      input: { as: "input" },
      cached_input: { as: "cacheRead", within: "input" },
      cache_write_input: { as: "cacheWrite", within: "input" },
      output: { as: "output" },
      reasoning_output: { as: "reasoning", within: "output" },
    }),
  ],
  [
    "gemini_cli.token.usage",
    tokensBy("type", {
      input: { as: "input" },
      cache: { as: "cacheRead", within: "input" },
      tool: { as: "input" },
      output: { as: "output" },
      thought: { as: "reasoning" },
    }),
  ],
  ["gemini_cli.api.request.count", { kind: "requests" }],
]);

function tokensBy(by: string, types: Readonly<Record<string, TokenType>>): UsageMetric {
  return { kind: "tokens", by, types: new Map(Object.entries(types)) };
}
