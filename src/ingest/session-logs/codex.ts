import { z } from "zod";
import type { Instant } from "../../core/domain/quota.ts";
import type { Tokens } from "../../core/domain/usage.ts";
import type { LoggedCall, LogReader } from "../../core/session-log.ts";
import { identifier, instant, lenient, modelName, parseMarked, tokenCount } from "./log-line.ts";

/** Milliseconds within which a branch has written down what it took over; its own first answer takes longer. */
const burst = 1_000;

const usage = z.object({
  input_tokens: lenient(tokenCount),
  cached_input_tokens: lenient(tokenCount),
  cache_write_input_tokens: lenient(tokenCount),
  output_tokens: lenient(tokenCount),
  reasoning_output_tokens: lenient(tokenCount),
});
type Usage = z.output<typeof usage>;
const countNames = [
  "input_tokens",
  "cached_input_tokens",
  "cache_write_input_tokens",
  "output_tokens",
  "reasoning_output_tokens",
] as const satisfies (keyof Usage)[];

const lineFields = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("session_meta"),
    timestamp: instant,
    payload: z.object({
      id: identifier,
      forked_from_id: z.unknown().optional(),
      parent_thread_id: z.unknown().optional(),
      source: lenient(z.object({ subagent: z.unknown().optional() })),
    }),
  }),
  z.object({ type: z.literal("turn_context"), payload: z.object({ model: modelName }) }),
  z.object({
    type: z.literal("token_usage_record"),
    timestamp: instant,
    payload: z.object({
      response_id: identifier,
      thread_id: lenient(identifier),
      model: lenient(modelName),
      usage,
    }),
  }),
  z.object({
    type: z.literal("event_msg"),
    timestamp: instant,
    payload: z.object({
      type: z.literal("token_count"),
      info: z.object({ total_token_usage: usage, last_token_usage: lenient(usage) }),
    }),
  }),
]);
type Line = z.output<typeof lineFields>;
const marks = ['"session_meta"', '"turn_context"', '"token_usage_record"', '"token_count"'];

const stateFields = z.object({
  session: z.string().optional(),
  subagent: z.boolean().optional(),
  /** While what was taken over is still being told: the instant of its last line. */
  inherits: z.number().optional(),
  model: z.string().optional(),
  total: usage.optional(),
  /** Whether single answers are recorded, so that the running total tells nothing new. */
  itemized: z.boolean().optional(),
});

/**
 * Reads a rollout of Codex, `sessions/YYYY/MM/DD/rollout-*.jsonl`.
 *
 * Versions from 0.154 on write a `token_usage_record` for every answer, compactions included, ahead of the total that it
 * goes into. Others have only this total, `token_count`, told repeatedly: what it has grown by is counted; where it is
 * new or has begun again, `last_token_usage`. The input includes what was cached or written to the cache, the output
 * the reasoning. Resuming goes on in the same file. A branch (`forked_from_id`, or a subagent with `parent_thread_id`)
 * begins with the parent's totals, at their own time or all at once: these were counted with the parent.
 *
 * Shapes: codex-rs/protocol of openai/codex, ccusage/ccusage (adapters/codex, #1370), junhoyeo/tokscale (#679),
 * kenn-io/agentsview (#657), openai/codex (#47003), checked 2026-11-22.
 */
export function readCodex(from?: unknown): LogReader {
  const state = stateFields.safeParse(from).data ?? {};

  function begin({ timestamp, payload }: Line & { type: "session_meta" }): void {
    // A branch repeats the parent's header after its own.
    if (state.session !== undefined) return;
    const subagent = payload.source?.subagent;
    const parent = payload.forked_from_id ?? payload.parent_thread_id ?? subagent;
    state.session = payload.id;
    if (subagent) state.subagent = true;
    if (parent) state.inherits = timestamp;
  }

  function call(id: string, at: Instant, model: string | undefined, used: Usage): LoggedCall[] {
    if (countNames.every((name) => !used[name])) return [];
    const operation = state.subagent ? "subagent" : undefined;
    return [{ id: `codex:${id}`, at, model, operation, tokens: tokensOf(used) }];
  }

  function record({ timestamp, payload }: Line & { type: "token_usage_record" }): LoggedCall[] {
    const { thread_id: thread, response_id: id, model = state.model } = payload;
    if (thread !== undefined && state.session !== undefined && thread !== state.session) return [];
    state.itemized = true;
    state.inherits = undefined;
    return call(id, timestamp, model, payload.usage);
  }

  function advance({ timestamp, payload }: Line & { type: "event_msg" }): LoggedCall[] {
    const { total_token_usage: total, last_token_usage: last = total } = payload.info;
    const before = state.total;
    state.total = total;
    if (state.inherits !== undefined) {
      if (timestamp <= state.inherits + burst) {
        state.inherits = Math.max(state.inherits, timestamp);
        return [];
      }
      state.inherits = undefined;
    }
    if (state.itemized) return [];
    const used = growth(before, total) ?? last;
    const reached = (total.input_tokens ?? 0) + (total.output_tokens ?? 0);
    return call(`${state.session ?? ""}:${timestamp}:${reached}`, timestamp, state.model, used);
  }

  return {
    settle: () => [],
    state: () => ({ ...state }),
    read(text) {
      const line = lineFields.safeParse(parseMarked(text, marks)).data;
      if (line?.type === "token_usage_record") return record(line);
      if (line?.type === "event_msg") return advance(line);
      if (line?.type === "session_meta") begin(line);
      if (line?.type === "turn_context") state.model = line.payload.model;
      return [];
    },
  };
}

/** What a total has grown by; undefined when there was none before, or when it has begun again. */
function growth(before: Usage | undefined, total: Usage): Usage | undefined {
  if (before === undefined) return undefined;
  const grown = countNames.map((name) => [name, (total[name] ?? 0) - (before[name] ?? 0)] as const);
  return grown.some(([, by]) => by < 0) ? undefined : Object.fromEntries(grown);
}

function tokensOf(used: Usage): Tokens {
  const { input_tokens: input = 0, output_tokens: output = 0 } = used;
  const cacheRead = Math.min(input, used.cached_input_tokens ?? 0);
  const cacheWrite = Math.min(input - cacheRead, used.cache_write_input_tokens ?? 0);
  const reasoning = Math.min(output, used.reasoning_output_tokens ?? 0);
  return {
    input: input - cacheRead - cacheWrite,
    output: output - reasoning,
    cacheRead,
    cacheWrite,
    reasoning,
  };
}
