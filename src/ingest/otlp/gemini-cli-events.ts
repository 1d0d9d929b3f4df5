import type { EventReaders } from "./events.ts";
import { countOf, failureOf, millisecondsOf, without } from "./facts.ts";

/**
 * Gemini CLI (packages/core/src/telemetry), checked 2026-11-22. The counts are those of the API: input includes what the
 * cache gave; thoughts, and what tools add to the prompt, are apart.
 */
export const geminiCliEvents: EventReaders = {
  "gemini_cli.api_response": (attributes) => {
    const input = countOf(attributes, "input_token_count");
    const output = countOf(attributes, "output_token_count");
    const cacheRead = countOf(attributes, "cached_content_token_count") ?? 0;
    const tool = countOf(attributes, "tool_token_count") ?? 0;
    const reasoning = countOf(attributes, "thoughts_token_count") ?? 0;
    const told = input !== undefined || output !== undefined;
    return {
      tokens: told
        ? {
            input: without(input ?? 0, cacheRead) + tool,
            output: output ?? 0,
            ...{ cacheRead, cacheWrite: 0, reasoning },
          }
        : undefined,
      durationMs: millisecondsOf(attributes, "duration_ms"),
    };
  },
  "gemini_cli.api_error": (attributes) => ({
    durationMs: millisecondsOf(attributes, "duration_ms") ?? millisecondsOf(attributes, "duration"),
    outcome: failureOf(attributes, ["status_code", "http.status_code"], ["error.type", "error_type"]),
  }),
};
