import { z } from "zod";
import type { Instant } from "../../core/domain/quota.ts";
import { type Tokens, totalTokens } from "../../core/domain/usage.ts";
import type { LoggedCall, LogReader } from "../../core/session-log.ts";
import { identifier, instant, lenient, modelName, parseMarked, tokenCount } from "./log-line.ts";

/** Milliseconds after which an answer that was never said to be finished gets no further line. */
const quiet = 5 * 60_000;

const counts = {
  input_tokens: lenient(tokenCount),
  output_tokens: lenient(tokenCount),
  cache_creation_input_tokens: lenient(tokenCount),
  cache_read_input_tokens: lenient(tokenCount),
  cache_creation: lenient(
    z.object({
      ephemeral_5m_input_tokens: lenient(tokenCount),
      ephemeral_1h_input_tokens: lenient(tokenCount),
    }),
  ),
};
/** The model of what the program says itself, which nobody calculated. */
const ownWords = "<synthetic>";

const iteration = z.object({ ...counts, type: z.string(), model: lenient(modelName) });
const answerFields = z.object({
  type: z.literal("assistant"),
  timestamp: instant,
  uuid: lenient(identifier),
  requestId: lenient(identifier),
  sessionId: lenient(identifier),
  isSidechain: lenient(z.boolean()),
  isApiErrorMessage: lenient(z.boolean()),
  message: z.object({
    id: lenient(identifier),
    model: z
      .union([modelName, z.literal(ownWords)])
      .optional()
      .catch(undefined),
    stop_reason: lenient(z.string()),
    usage: z.object({ ...counts, iterations: lenient(z.array(lenient(iteration))) }),
  }),
});
type Answer = z.output<typeof answerFields>;

const tokens = z.object({
  input: z.number(),
  output: z.number(),
  cacheRead: z.number(),
  cacheWrite: z.number(),
  reasoning: z.number(),
});
const call = z.object({
  id: z.string(),
  at: z.number(),
  seen: z.number(),
  subagent: z.boolean(),
  model: z.string().optional(),
  tokens,
  advisors: z.array(z.object({ model: z.string().optional(), tokens })),
});
/** An answer of which further lines may come. */
type OpenCall = z.output<typeof call>;

/**
 * Reads a transcript of Claude Code, `projects/<project>/<session>.jsonl` or `.../subagents/agent-*.jsonl`.
 *
 * Each block of an answer has a line of its own with the usage so far, so one answer has several: input and cache are
 * told from the first on, the output grows, and the largest counts. A line with `stop_reason` is the last; versions
 * that never write one are given five minutes. The four counts are disjoint; thinking is part of the output.
 * What an advisor model used stands in `usage.iterations` beside the rest. Lines of model `<synthetic>` and of API errors
 * are the program's own words.
 *
 * An answer is told apart by `message.id` where Anthropic gave it: resumed sessions and side questions repeat it in other
 * files, the latter with another `requestId`. Gateways number as they like, there the request or session joins in.
 *
 * Shapes: transcripts and reports in ccusage/ccusage (#901, #913, #985), junhoyeo/tokscale (#563) and
 * anthropics/claude-code (#27361), checked 2026-11-22.
 */
export function readClaudeCode(state?: unknown): LogReader {
  const known = z.array(call).safeParse(state).data ?? [];
  const open = new Map<string, OpenCall>(known.map((one) => [one.id, one]));

  function settle(now: Instant): LoggedCall[] {
    return [...open.values()].filter(({ seen }) => now - seen >= quiet).flatMap(close);
  }

  function close(finished: OpenCall): LoggedCall[] {
    open.delete(finished.id);
    return callsOf(finished);
  }

  return {
    settle,
    state: () => (open.size === 0 ? undefined : [...open.values()]),
    read(line) {
      const answer = answerFields.safeParse(parseMarked(line, ['"usage"'])).data;
      if (answer === undefined || answer.isApiErrorMessage || answer.message.model === ownWords) return [];
      const settled = settle(answer.timestamp);
      const id = idOf(answer);
      if (id === undefined) return settled;
      const latest = merge(open.get(id), callOf(answer, id));
      open.set(id, latest);
      return answer.message.stop_reason === undefined ? settled : [...settled, ...close(latest)];
    },
  };
}

function idOf({ message, requestId, sessionId, uuid }: Answer): string | undefined {
  if (message.id === undefined) return uuid && `claude:${uuid}`;
  if (message.id.startsWith("msg_")) return `claude:${message.id}`;
  return `claude:${message.id}:${requestId ?? sessionId ?? ""}`;
}

function callOf({ timestamp, isSidechain, message }: Answer, id: string): OpenCall {
  const advisors = (message.usage.iterations ?? []).filter((one) => one?.type === "advisor_message");
  return {
    id,
    at: timestamp,
    seen: timestamp,
    subagent: isSidechain === true,
    model: message.model,
    tokens: tokensOf(message.usage),
    advisors: advisors.flatMap((one) => (one ? [{ model: one.model, tokens: tokensOf(one) }] : [])),
  };
}

/** The larger of two accounts of the same answer, which began when it was first seen. */
function merge(before: OpenCall | undefined, line: OpenCall): OpenCall {
  if (before === undefined) return line;
  const larger = totalTokens(line.tokens) >= totalTokens(before.tokens) ? line : before;
  return { ...larger, at: before.at, seen: Math.max(before.seen, line.seen) };
}

function tokensOf(usage: z.output<z.ZodObject<typeof counts>>): Tokens {
  const { ephemeral_5m_input_tokens = 0, ephemeral_1h_input_tokens = 0 } = usage.cache_creation ?? {};
  return {
    input: usage.input_tokens ?? 0,
    output: usage.output_tokens ?? 0,
    cacheRead: usage.cache_read_input_tokens ?? 0,
    cacheWrite: usage.cache_creation_input_tokens ?? ephemeral_5m_input_tokens + ephemeral_1h_input_tokens,
    reasoning: 0,
  };
}

function callsOf({ id, at, subagent, ...main }: OpenCall): LoggedCall[] {
  const parts = [
    { id, model: main.model, tokens: main.tokens },
    ...main.advisors.map((advisor, index) => ({ id: `${id}:advisor:${index}`, ...advisor })),
  ];
  return parts
    .filter((part) => totalTokens(part.tokens) > 0)
    .map((part) => ({ ...part, at, operation: subagent ? "subagent" : undefined }));
}
