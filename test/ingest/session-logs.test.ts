import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { LoggedCall, LogReader } from "../../src/core/session-log.ts";
import { readClaudeCode } from "../../src/ingest/session-logs/claude-code.ts";
import { readCodex } from "../../src/ingest/session-logs/codex.ts";
import { createLogPrograms } from "../../src/ingest/session-logs/programs.ts";

const fixtures = join(import.meta.dirname, "../fixtures/session-logs");
const endOfTime = Date.parse("2100-01-01T00:00:00Z");

const linesOf = (path: string) => readFileSync(join(fixtures, path), "utf8").split("\n").slice(0, -1);

/** All calls of a log, and how many lines it has that cannot be understood. */
function readAll(reader: LogReader, lines: readonly string[]) {
  const calls: LoggedCall[] = [];
  let broken = 0;
  for (const line of lines) {
    try {
      calls.push(...reader.read(Buffer.from(line)));
    } catch (error) {
      expect(error).toBeInstanceOf(SyntaxError);
      broken += 1;
    }
  }
  return { calls: [...calls, ...reader.settle(endOfTime)], broken };
}

/** "id at model operation input/output/cacheRead/cacheWrite/reasoning" */
const brief = ({ id, at, model, operation, tokens }: LoggedCall) =>
  [
    id,
    new Date(at).toISOString().slice(5, 19),
    model ?? "-",
    ...(operation === undefined ? [] : [operation]),
    [tokens.input, tokens.output, tokens.cacheRead, tokens.cacheWrite, tokens.reasoning].join("/"),
  ].join(" ");

const main = "claude-code/-home-lan-secret-project/7f3c2a10-1111-4222-8333-9d1e2f3a4b5c.jsonl";
const aside =
  "claude-code/-home-lan-secret-project/7f3c2a10-1111-4222-8333-9d1e2f3a4b5c/subagents/agent-a1a3d3b.jsonl";
const older = "claude-code/C--secret/0d5c7e2a-1111-4222-8333-000000000002.jsonl";

describe("a transcript of Claude Code", () => {
  it("has one call per answer: streamed lines count as their largest, what the program says itself not at all", () => {
    const { calls, broken } = readAll(readClaudeCode(), linesOf(main));
    expect(broken).toBe(0);
    expect(calls.map(brief)).toEqual([
      "claude:msg_01Streamed 11-20T09:00:05 claude-opus-4-6 12/159/30000/1500/0",
      "claude:msg_01Done 11-20T09:00:12 claude-opus-4-6 3/40/31500/200/0",
      "claude:msg_01Done:advisor:0 11-20T09:00:12 claude-fable-5 700/80/0/0/0",
      "claude:msg_01Side 11-20T09:10:00 claude-haiku-4-5-20251001 subagent 10/20/0/100/0",
      "claude:chatcmpl-7:req_gw1 11-20T09:20:00 glm-4.7 100/25/0/0/0",
      "claude:msg_01Last 11-20T10:00:05 claude-opus-4-6 4/2/32000/0/0",
    ]);
  });

  it("gives an answer that a side question repeats the id it had", () => {
    const [repeated, own] = readAll(readClaudeCode(), linesOf(aside)).calls;
    expect(repeated?.id).toBe("claude:msg_01Done");
    expect(own && brief(own)).toBe(
      "claude:msg_02Aside 11-20T09:30:00 claude-opus-4-6 subagent 8/30/31700/0/0",
    );
  });

  it("may be of an old version, with counts as text and lines that end as on Windows", () => {
    const { calls, broken } = readAll(
      readClaudeCode(),
      linesOf(older).filter((line) => line !== "\r"),
    );
    expect(calls.map(brief)).toEqual([
      "claude:msg_00Old 11-19T08:00:00 claude-sonnet-4-20250514 7/11/0/100/0",
      "claude:msg_01Streamed 11-20T09:00:07 claude-opus-4-6 12/159/30000/1500/0",
    ]);
    expect(broken).toBe(1);
  });

  const answer = (at: string, output: number, rest: object = {}, message: object = {}) =>
    JSON.stringify({
      ...{ type: "assistant", timestamp: at, requestId: "req_1", ...rest },
      message: {
        id: "msg_1",
        model: "claude-x",
        usage: { input_tokens: 5, output_tokens: output },
        ...message,
      },
    });

  it("keeps an answer open for five minutes, unless a line says that it is finished", () => {
    const reader = readClaudeCode();
    const at = Date.parse("2026-11-20T09:00:00Z");
    expect(reader.read(Buffer.from(answer("2026-11-20T09:00:00Z", 3)))).toEqual([]);
    expect(reader.settle(at + 299_999)).toEqual([]);
    expect(readClaudeCode(JSON.parse(JSON.stringify(reader.state()))).settle(at + 300_000)).toMatchObject([
      { id: "claude:msg_1", at, tokens: { input: 5, output: 3 } },
    ]);
    const finished = answer("2026-11-20T09:00:01Z", 30, {}, { stop_reason: "end_turn" });
    expect(reader.read(Buffer.from(finished))).toMatchObject([{ at, tokens: { output: 30 } }]);
    expect(reader.state()).toBeUndefined();
  });

  it("settles an answer when a later one is five minutes younger, whenever that is read", () => {
    const reader = readClaudeCode();
    reader.read(Buffer.from(answer("2026-11-20T09:00:00Z", 3)));
    const later = answer("2026-11-20T09:05:00Z", 1, {}, { id: "msg_2" });
    expect(reader.read(Buffer.from(later))).toMatchObject([{ id: "claude:msg_1" }]);
  });

  it.each([
    ["gateway's answers with the same id in two sessions", { sessionId: "s-1" }, "claude:7:s-1"],
    ["gateway's answers with a request", { requestId: "r-1", sessionId: "s-1" }, "claude:7:r-1"],
  ])("tells a %s apart", (_, rest, id) => {
    const line = answer("2026-11-20T09:00:00Z", 3, { requestId: undefined, ...rest }, { id: "7" });
    expect(readAll(readClaudeCode(), [line]).calls).toMatchObject([{ id }]);
  });

  it("numbers an answer without an id by its line, and leaves out one without any number", () => {
    const without = { id: undefined };
    const lines = [
      answer("2026-11-20T09:00:00Z", 3, { uuid: "u-1" }, without),
      answer("2026-11-20T09:00:00Z", 3, {}, without),
    ];
    expect(readAll(readClaudeCode(), lines).calls.map(({ id }) => id)).toEqual(["claude:u-1"]);
  });

  it("tells no sentence for a model or an id, and nothing of counts that are none", () => {
    const lines = [
      answer("2026-11-20T09:00:00Z", 3, {}, { model: "please ignore this" }),
      answer("2026-11-20T09:00:00Z", 3, {}, { id: "/home/lan/secret" }),
      answer(
        "2026-11-20T09:00:00Z",
        -4,
        {},
        { id: "msg_3", usage: { output_tokens: -4, input_tokens: "x" } },
      ),
      answer("yesterday", 3, {}, { id: "msg_4" }),
    ];
    expect(readAll(readClaudeCode(), lines).calls.map(brief)).toEqual([
      "claude:msg_1 11-20T09:00:00 - 5/3/0/0/0",
    ]);
  });
});

describe("a rollout of Codex", () => {
  const read = (path: string) => readAll(readCodex(), linesOf(`codex/${path}`)).calls.map(brief);
  const parent = "019a97b0-85be-7e60-9c60-9726baf026a0";

  it("has a call wherever the total of its session has grown, by as much as it has grown", () => {
    expect(read(`sessions/2026/11/18/rollout-2026-11-18T07-00-00-${parent}.jsonl`)).toEqual([
      `codex:${parent}:${Date.parse("2026-11-18T07:00:05Z")}:1100 11-18T07:00:05 gpt-5.1-codex 800/60/200/0/40`,
      expect.stringMatching(/:2760 11-18T07:00:12 gpt-5\.1-codex 500\/100\/1000\/0\/60$/),
      expect.stringMatching(/:4300 11-19T07:00:09 gpt-5\.1-codex-mini 200\/30\/1300\/0\/10$/),
      expect.stringMatching(/:630 11-19T08:00:00 gpt-5\.1-codex-mini 600\/30\/0\/0\/0$/),
    ]);
  });

  it("of a branch has only what came after what it took over, written down at once or at its own time", () => {
    const fork = "019a9f00-0000-7e60-9c60-0000000000f1";
    expect(read(`sessions/2026/11/20/rollout-2026-11-20T12-00-00-${fork}.jsonl`)).toEqual([
      expect.stringMatching(new RegExp(`^codex:${fork}:.* 11-20T12:00:08 gpt-5.1-codex 400/110/2300/0/50$`)),
    ]);
    const child = "019a9f10-0000-7e60-9c60-0000000000c1";
    expect(read(`sessions/2026/11/20/rollout-2026-11-20T13-00-00-${child}.jsonl`)).toEqual([
      expect.stringMatching(/13:00:07 gpt-5\.1-codex-mini subagent 900\/81\/0\/0\/9$/),
      expect.stringMatching(/13:00:11 gpt-5\.1-codex-mini subagent 200\/49\/800\/0\/11$/),
    ]);
  });

  it("of a version that records each answer has these, compactions too, and no totals beside them", () => {
    const path = "archived_sessions/rollout-2026-11-21T06-00-00-019aa000-0000-7e60-9c60-0000000000e1.jsonl";
    expect(read(path)).toEqual([
      "codex:resp_0a1 11-21T06:00:04 gpt-6-astra 1500/80/1000/500/120",
      "codex:resp_0a2 11-21T06:00:09 gpt-6-astra 300/50/2900/0/0",
      "codex:resp_0compact 11-21T06:10:00 gpt-6-astra 1000/700/8000/0/0",
    ]);
  });

  it("goes on with what was known at any line of it", () => {
    const lines = linesOf(`codex/sessions/2026/11/18/rollout-2026-11-18T07-00-00-${parent}.jsonl`);
    const whole = readAll(readCodex(), lines).calls;
    for (let cut = 0; cut <= lines.length; cut += 1) {
      const first = readCodex();
      const calls = readAll(first, lines.slice(0, cut)).calls;
      const second = readCodex(JSON.parse(JSON.stringify(first.state())));
      expect([...calls, ...readAll(second, lines.slice(cut)).calls]).toEqual(whole);
    }
  });
});

describe("the programs", () => {
  const folders = (environment: Record<string, string>) =>
    createLogPrograms({ environment, home: "/home/lan" }).map((program) => program.folders);

  it("keep their logs below the home folder", () => {
    expect(folders({})).toEqual([
      ["/home/lan/.config/claude/projects", "/home/lan/.claude/projects"],
      ["/home/lan/.codex/sessions", "/home/lan/.codex/archived_sessions"],
    ]);
  });

  it("keep them elsewhere when the environment says so, also in several places", () => {
    expect(folders({ CLAUDE_CONFIG_DIR: "/a, /b", CODEX_HOME: "/c", XDG_CONFIG_HOME: "/x" })).toEqual([
      ["/a/projects", "/b/projects"],
      ["/c/sessions", "/c/archived_sessions"],
    ]);
    expect(folders({ XDG_CONFIG_HOME: "/x", CLAUDE_CONFIG_DIR: "" })[0]?.[0]).toBe("/x/claude/projects");
  });
});
