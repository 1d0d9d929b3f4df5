import { appendFile, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { importLogs } from "../../src/cli/report-log-import.ts";
import { openLogMemory } from "../../src/cli/report-log-memory.ts";
import type { LoggedCall } from "../../src/core/session-log.ts";
import { createLogPrograms } from "../../src/ingest/session-logs/programs.ts";

const start = Date.parse("2026-11-21T08:00:00Z");
const endOfDay = Date.parse("2026-11-22T08:00:00Z");
const minute = 60_000;
const iso = (at: number) => new Date(at).toISOString();

interface Line {
  at: number;
  text: string;
}

/** Answers of Claude Code, several at a time, each told in lines that grow; some never say that they are finished. */
const answers = fc
  .array(
    fc.record({
      begins: fc.integer({ min: 0, max: 90 * minute }),
      pauses: fc.array(fc.integer({ min: 0, max: 4 * minute }), { minLength: 1, maxLength: 4 }),
      finished: fc.boolean(),
      repeated: fc.boolean(),
    }),
    { minLength: 1, maxLength: 8 },
  )
  .map((told): Line[] =>
    told.flatMap(({ begins, pauses, finished, repeated }, index) => {
      let at = start + begins;
      const lines = pauses.map((pause, step) => {
        at += pause;
        const usage = { input_tokens: "7", cache_read_input_tokens: 1_000, output_tokens: 10 ** step };
        const stop = finished && step === pauses.length - 1 ? "end_turn" : null;
        const message = { id: `msg_${index}`, model: "claude-x", stop_reason: stop, usage };
        return { at, text: JSON.stringify({ type: "assistant", timestamp: iso(at), message }) };
      });
      return repeated ? [...lines, ...lines.slice(-1)] : lines;
    }),
  );

/** A session of Codex whose total grows, is told again, or begins again, with other lines in between. */
const session = fc
  .array(
    fc.record({
      kind: fc.constantFrom("grows", "grows", "again", "anew", "model", "talk", "broken"),
      pause: fc.integer({ min: 1, max: 10 * minute }),
      tokens: fc.integer({ min: 1, max: 1_000 }),
    }),
    { minLength: 1, maxLength: 20 },
  )
  .map((told): Line[] => {
    let at = start;
    let total = 0;
    const lines: Line[] = [
      { at, text: JSON.stringify({ timestamp: iso(at), type: "session_meta", payload: { id: "s-1" } }) },
    ];
    for (const { kind, pause, tokens } of told) {
      at += pause;
      if (kind === "grows") total += tokens;
      if (kind === "anew") total = tokens;
      const usage = { input_tokens: total, output_tokens: 0 };
      const last = { input_tokens: tokens, output_tokens: 0 };
      const info = { total_token_usage: usage, last_token_usage: last };
      const line = {
        timestamp: iso(at),
        ...(kind === "model" && { type: "turn_context", payload: { model: `gpt-${tokens}` } }),
        ...(kind === "talk" && { type: "response_item", payload: { text: '"token_count" ü' } }),
        ...(["grows", "again", "anew"].includes(kind) && {
          type: "event_msg",
          payload: { type: "token_count", info },
        }),
      };
      lines.push({ at, text: kind === "broken" ? '{"type":"token_count",' : JSON.stringify(line) });
    }
    return lines;
  });

/** A machine, and a bot that keeps the first record of each id. */
async function setUp() {
  const home = await mkdtemp(join(tmpdir(), "quotabot-splits-"));
  const programs = createLogPrograms({ environment: {}, home });
  const memory = join(home, "memory");
  const known = new Map<string, LoggedCall>();
  return {
    known,
    forget: () => rm(memory, { recursive: true, force: true }),
    remove: () => rm(home, { recursive: true, force: true }),
    async append(path: string, text: string | Uint8Array) {
      await mkdir(dirname(join(home, path)), { recursive: true });
      await appendFile(join(home, path), text);
    },
    async run(now: number) {
      const kept = await openLogMemory(memory, new URL("http://bot.example/"));
      await importLogs({
        ...{ programs, memory: kept, since: 0, now, deadline: new AbortController().signal },
        async deliver(calls) {
          for (const { call } of calls) if (!known.has(call.id)) known.set(call.id, call);
        },
        settled: kept.save,
        progress: () => {},
      });
    },
  };
}

const inOrder = (known: ReadonlyMap<string, LoggedCall>) => [...known].sort(([a], [b]) => (a < b ? -1 : 1));

/** A run after this share of the log was written, perhaps in the middle of a line, perhaps with its memory lost. */
interface Run {
  after: number;
  forgets: boolean;
}

const runs: fc.Arbitrary<Run[]> = fc.array(
  fc.record({ after: fc.double({ min: 0, max: 1, noNaN: true }), forgets: fc.boolean() }),
  {
    maxLength: 6,
  },
);

/** How many calls one run over a whole log finds, and runs between its parts find the same. */
async function checkParts(path: string, lines: readonly Line[], between: readonly Run[]) {
  const [whole, parts] = await Promise.all([setUp(), setUp()]);
  try {
    const ordered = lines.toSorted((one, other) => one.at - other.at);
    const texts = ordered.map((line) => Buffer.from(`${line.text}\r\n`));
    const log = Buffer.concat(texts);
    await whole.append(path, log);
    await whole.run(endOfDay);

    let written = 0;
    for (const { after, forgets } of between.toSorted((one, other) => one.after - other.after)) {
      const until = Math.floor(after * log.length);
      await parts.append(path, log.subarray(written, until));
      written = until;
      let begun = 0;
      for (let end = texts[0]?.length ?? 0; end < until; end += texts[begun]?.length ?? 0) begun += 1;
      if (forgets) await parts.forget();
      await parts.run(ordered[begun]?.at ?? start);
    }
    await parts.append(path, log.subarray(written));
    await parts.run(endOfDay);
    expect(inOrder(parts.known)).toEqual(inOrder(whole.known));
    return whole.known.size;
  } finally {
    await Promise.all([whole.remove(), parts.remove()]);
  }
}

describe("a log that is reported while it is written", () => {
  it("of Claude Code gives the calls that it gives as a whole", async () => {
    await fc.assert(
      fc.asyncProperty(answers, runs, async (lines, between) => {
        const found = await checkParts(".claude/projects/p/s.jsonl", lines, between);
        expect(found).toBe(new Set(lines.map(({ text }) => /msg_\d+/.exec(text)?.[0])).size);
      }),
      { numRuns: 40 },
    );
  });

  it("of Codex gives the calls that it gives as a whole", async () => {
    await fc.assert(
      fc.asyncProperty(session, runs, async (lines, between) => {
        await checkParts(".codex/sessions/rollout-1.jsonl", lines, between);
      }),
      { numRuns: 40 },
    );
  });
});
