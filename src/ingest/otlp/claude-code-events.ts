import { scaled } from "../decimal.ts";
import type { EventReaders } from "./events.ts";
import { countOf, failureOf, millisecondsOf, textOf } from "./facts.ts";
import type { Attributes } from "./request.ts";

/**
 * Claude Code, "Monitoring" in its documentation, checked 2026-11-22: one event a request that was answered, one a request
 * that failed for good after its retries. The four counts are disjoint. Builds of 2025 send all values as text. The cost
 * is the program's own, at list price whoever pays.
 */
export const claudeCodeEvents: EventReaders = {
  "claude_code.api_request": (attributes) => ({
    id: textOf(attributes, "request_id"),
    tokens: tokensOf(attributes),
    costMicros: countOf(attributes, "cost_usd_micros") ?? dollarsOf(attributes),
    durationMs: millisecondsOf(attributes, "duration_ms"),
  }),
  "claude_code.api_error": (attributes) => ({
    id: textOf(attributes, "request_id"),
    durationMs: millisecondsOf(attributes, "duration_ms"),
    outcome: failureOf(attributes, ["status_code"], ["error.type", "error"]),
  }),
};

function tokensOf(attributes: Attributes) {
  const input = countOf(attributes, "input_tokens");
  const output = countOf(attributes, "output_tokens");
  const cacheRead = countOf(attributes, "cache_read_tokens");
  const cacheWrite = countOf(attributes, "cache_creation_tokens");
  if ((input ?? output ?? cacheRead ?? cacheWrite) === undefined) return undefined;
  return {
    ...{ input: input ?? 0, output: output ?? 0 },
    ...{ cacheRead: cacheRead ?? 0, cacheWrite: cacheWrite ?? 0, reasoning: 0 },
  };
}

function dollarsOf(attributes: Attributes): number | undefined {
  const dollars = attributes.get("cost_usd");
  return typeof dollars === "number" || typeof dollars === "string" ? scaled(dollars, 6) : undefined;
}
