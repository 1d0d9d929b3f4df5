import type { EventReader, EventReaders } from "./events.ts";
import { countOf, failureOf, millisecondsOf, without } from "./facts.ts";

/**
 * Codex (codex-rs/otel), checked 2026-11-22. A completed response is logged twice under one name, by its arrival and by
 * what it used; only the latter has counts. Its input includes what the cache gave and took, its output the reasoning;
 * `tool_token_count` is the total of all. A request that fails is logged at each attempt, a response that fails in its
 * stream.
 */
export const codexEvents: EventReaders = {
  "codex.sse_event": (attributes) =>
    attributes.get("event.kind") === "response.completed"
      ? completed(attributes)
      : failedResponse(attributes),
  "codex.websocket_event": (attributes) => failedResponse(attributes),
  "codex.api_request": (attributes) => {
    const status = countOf(attributes, ...statusKeys);
    const failed = status === undefined ? attributes.has("error.message") : status >= 400;
    return failed ? failure(attributes) : undefined;
  },
};

const statusKeys = ["http.response.status_code", "status_code", "status"];

const completed: EventReader = (attributes) => {
  const input = countOf(attributes, "input_token_count");
  const output = countOf(attributes, "output_token_count");
  if (input === undefined && output === undefined) return undefined;
  const cacheRead = countOf(attributes, "cached_token_count") ?? 0;
  const cacheWrite = countOf(attributes, "cache_write_token_count") ?? 0;
  const reasoning = countOf(attributes, "reasoning_token_count") ?? 0;
  return {
    tokens: {
      input: without(input ?? 0, cacheRead, cacheWrite),
      output: without(output ?? 0, reasoning),
      ...{ cacheRead, cacheWrite, reasoning },
    },
    durationMs: millisecondsOf(attributes, "duration_ms"),
  };
};

const failedResponse: EventReader = (attributes) =>
  attributes.get("event.kind") === "response.failed" ? failure(attributes) : undefined;

const failure: EventReader = (attributes) => ({
  durationMs: millisecondsOf(attributes, "duration_ms"),
  outcome: failureOf(attributes, statusKeys, ["error.code"]),
});
