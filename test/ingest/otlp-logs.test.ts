import { describe, expect, it } from "vitest";
import { decodeLogs } from "../../src/ingest/otlp/decode.ts";
import { readOtlpLogs } from "../../src/ingest/otlp/logs.ts";
import { attributes, encode, fixture, hash, json, logsOf } from "./otlp-fixtures.ts";
import type { OtlpJson } from "./otlp-protobuf.ts";

const read = (body: OtlpJson) => readOtlpLogs(decodeLogs(encode(body), json), hash).map(({ draft }) => draft);
const claude = (values: Record<string, string | number>) =>
  logsOf({ "service.name": "claude-code" }, { attributes: attributes(values) });

describe("the events of Claude Code", () => {
  it("tell requests with disjoint tokens, cost and time, and errors with what went wrong", () => {
    const shared = {
      ...{ source: "otlp", service: "claude-code", model: "claude-opus-5", user: "dev@example.invalid" },
      ...{ agent: undefined, operation: "repl_main_thread" },
    };
    expect(read(fixture("claude-code-logs-api_request"))).toEqual([
      {
        ...shared,
        id: "req_011FAKE0000000000000002",
        at: Date.parse("2026-11-22T03:00:00Z"),
        tokens: { input: 372, output: 32, cacheRead: 18_000, cacheWrite: 1200, reasoning: 0 },
        ...{ costMicros: 21_300, durationMs: 845 },
      },
      {
        ...shared,
        id: expect.stringMatching(/^otlp-[0-9a-f]{64}$/),
        at: Date.parse("2026-11-22T03:00:05Z"),
        ...{ durationMs: 120, outcome: "rate_limited" },
      },
    ]);
  });

  it("are understood where an older build sends every number as text", () => {
    expect(read(fixture("claude-code-logs-api_request-old-strings"))).toMatchObject([
      {
        model: "claude-sonnet-4-20250514",
        tokens: { input: 4, output: 311, cacheRead: 12_044, cacheWrite: 903, reasoning: 0 },
        ...{ costMicros: 11_729, durationMs: 6121 },
      },
    ]);
  });

  it("lose an attribute without a value, and nothing else", () => {
    expect(
      read(fixture("claude-desktop-logs-malformed-double")).map(({ id, tokens, costMicros }) => ({
        ...{ id, tokens, costMicros },
      })),
    ).toEqual([
      {
        id: "req_desktop_1",
        tokens: { input: 10, output: 20, cacheRead: 0, cacheWrite: 0, reasoning: 0 },
        costMicros: undefined,
      },
      {
        id: "req_desktop_2",
        tokens: { input: 30, output: 40, cacheRead: 0, cacheWrite: 0, reasoning: 0 },
        costMicros: 500_000,
      },
    ]);
  });

  it("name the agent where they tell it, and never take a session for one", () => {
    expect(
      read(claude({ "event.name": "api_request", "session.id": "s", "agent.name": "reviewer" })),
    ).toMatchObject([{ agent: "reviewer" }]);
    expect(JSON.stringify(read(fixture("claude-code-logs-api_request")))).not.toContain(
      "00000000-0000-4000-8000-000000000001",
    );
  });

  it("name the person by address, else by the id of the account or of the installation", () => {
    const user = (values: Record<string, string>) =>
      read(claude({ "event.name": "api_request", ...values }))[0]?.user;
    expect(user({ "user.id": "i", "user.account_id": "a", "user.account_uuid": "u" })).toBe("u");
    expect(user({ "user.id": "i", "user.account_id": "a" })).toBe("a");
    expect(user({ "user.id": "i" })).toBe("i");
    expect(user({})).toBeUndefined();
  });

  it.each([
    [{ status_code: 529, error: "Overloaded, try again later" }, "http_529"],
    [{ error: "rate_limit_error" }, "rate_limit_error"],
    [{ error: "You are not allowed to do this." }, "error"],
    [{ status_code: "undefined" }, "error"],
  ])("say in a word how a call failed: %j", (told, outcome) => {
    expect(read(claude({ "event.name": "api_error", ...told }))).toMatchObject([{ outcome }]);
  });

  it("that are not of calls are passed over, and so are events of the same name of another program", () => {
    expect(read(claude({ "event.name": "user_prompt", prompt: "p" }))).toEqual([]);
    expect(
      read(logsOf({ "service.name": "shop" }, { attributes: attributes({ "event.name": "api_request" }) })),
    ).toEqual([]);
    expect(read(claude({ "event.name": "constructor" }))).toEqual([]);
  });
});

describe("the events of Codex", () => {
  it("tell a completed response, its tokens made disjoint, and a request that was refused", () => {
    expect(read(fixture("codex-logs-sse_event"))).toMatchObject([
      {
        ...{ service: "codex_cli_rs", model: "gpt-6-astra", user: "dev@example.invalid" },
        at: Date.parse("2026-11-22T03:00:10Z"),
        tokens: { input: 293, output: 194, cacheRead: 17_664, cacheWrite: 0, reasoning: 26 },
      },
      { at: Date.parse("2026-11-22T03:00:11Z"), outcome: "rate_limited", durationMs: 100 },
    ]);
  });

  it("count a response once, though it is logged when it arrives and when it is understood", () => {
    expect(read(fixture("codex-logs-response-completed-twice"))).toMatchObject([
      { tokens: { input: 50, output: 20, cacheRead: 40, cacheWrite: 10, reasoning: 5 } },
      { outcome: "error", durationMs: 7 },
    ]);
    expect(JSON.stringify(read(fixture("codex-logs-response-completed-twice")))).not.toContain("prompt");
  });

  it("have no tokens below zero, whatever the parts add up to", () => {
    const values = { "event.name": "codex.sse_event", "event.kind": "response.completed" };
    const counts = { input_token_count: 5, cached_token_count: 9, reasoning_token_count: 2 };
    expect(
      read(logsOf({ "service.name": "codex_exec" }, { attributes: attributes({ ...values, ...counts }) })),
    ).toMatchObject([{ tokens: { input: 0, output: 0, cacheRead: 9, cacheWrite: 0, reasoning: 2 } }]);
  });
});

describe("the events of Gemini CLI", () => {
  it("tell responses with the cache taken out of the input, and errors", () => {
    expect(read(fixture("gemini-cli-logs-api_response"))).toMatchObject([
      {
        ...{ model: "gemini-3-pro-preview", operation: "main", durationMs: 2345 },
        tokens: { input: 2800, output: 420, cacheRead: 7000, cacheWrite: 0, reasoning: 310 },
      },
      { model: "gemini-3-pro-preview", outcome: "rate_limited", durationMs: 120 },
    ]);
  });

  it("add what tools put into the prompt to its input", () => {
    const values = { "event.name": "gemini_cli.api_response", input_token_count: 10, tool_token_count: 3 };
    expect(read(logsOf({}, { attributes: attributes(values) }))).toMatchObject([{ tokens: { input: 13 } }]);
  });
});

describe("an event", () => {
  const event = { attributes: attributes({ "event.name": "gemini_cli.api_error", model: "m" }) };
  const timed = (times: object) => read(logsOf({}, { ...event, ...times }))[0];

  it("that is sent again has the same id, and one that differs in anything has another", () => {
    const [id, ...others] = [
      timed({ timeUnixNano: "1795316400000000001" }),
      timed({ timeUnixNano: "1795316400000000002" }),
      read(logsOf({ "host.name": "h" }, { ...event, timeUnixNano: "1795316400000000001" }))[0],
    ].map((draft) => draft?.id);
    expect(timed({ timeUnixNano: "1795316400000000001" })?.id).toBe(id);
    expect(new Set([id, ...others]).size).toBe(3);
  });

  it("happened when it says, else when it was noticed, else now", () => {
    const stamped = {
      attributes: [...event.attributes, ...attributes({ "event.timestamp": "2026-11-22T03:00:00.250Z" })],
    };
    expect(timed({ timeUnixNano: "1795316400999999999" })?.at).toBe(1_795_316_400_999);
    expect(timed({ timeUnixNano: "0", observedTimeUnixNano: "1795316400000000000" })?.at).toBe(
      1_795_316_400_000,
    );
    expect(timed(stamped)?.at).toBe(1_795_316_400_250);
    expect(timed({})?.at).toBeUndefined();
  });

  it("keeps no text that is long or of several lines", () => {
    const told = { "event.name": "gemini_cli.api_error", model: "x".repeat(201), role: "a\nb" };
    expect(read(logsOf({}, { attributes: attributes(told) }))).toMatchObject([
      { model: undefined, operation: undefined },
    ]);
  });
});
