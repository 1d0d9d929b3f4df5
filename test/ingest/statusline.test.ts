import { describe, expect, it } from "vitest";
import { createStatusLines } from "../../src/ingest/statusline.ts";
import { claudeReadings } from "../../src/providers/claude-usage.ts";
import { providers } from "../../src/providers/index.ts";

const statusLines = createStatusLines(providers);

/** As Claude Code hands it to a status line command, with what must not be kept. */
const document = {
  cwd: "/home/lan/secret-project",
  session_id: "00000000-0000-4000-8000-000000000001",
  transcript_path: "/home/lan/.claude/projects/secret-project/session.jsonl",
  model: { id: "claude-opus-5", display_name: "Opus" },
  context_window: { used_percentage: 8 },
  rate_limits: {
    five_hour: { used_percentage: 23.5, resets_at: 1_795_323_600 },
    seven_day: { used_percentage: 41.2, resets_at: 1_795_640_400 },
  },
};

function withLimits(rate_limits: unknown) {
  return statusLines.read({ ...document, rate_limits });
}

describe("a Claude Code status line document", () => {
  it("tells both windows, under the names that a read gives them", () => {
    const read = claudeReadings({
      five_hour: { utilization: 23.5, resets_at: "2026-11-22T05:00:00Z" },
      seven_day: { utilization: 41.2, resets_at: "2026-11-25T21:00:00Z" },
    });
    expect(statusLines.read(document)).toEqual(read);
    expect(read.map(({ id, label }) => [id, label])).toEqual([
      ["session", "5-hour"],
      ["weekly", "weekly"],
    ]);
  });

  it("gives nothing else of the document away", () => {
    expect(JSON.stringify(statusLines.read(document))).not.toMatch(/lan|secret|opus|0000-4000/i);
  });

  it.each([
    ["five_hour", { seven_day: document.rate_limits.seven_day }, ["weekly"]],
    ["seven_day", { five_hour: document.rate_limits.five_hour, seven_day: null }, ["session"]],
    ["both", {}, []],
  ])("may lack %s", (_, limits, ids) => {
    expect(withLimits(limits).map(({ id }) => id)).toEqual(ids);
  });

  it("may spell its numbers as text, and its resets in milliseconds or ISO 8601", () => {
    expect(
      withLimits({
        five_hour: { used_percentage: "23.5", resets_at: "1795323600" },
        seven_day: { used_percentage: 41.2, resets_at: "2026-11-25T21:00:00.123456789Z" },
      }),
    ).toMatchObject([
      { used: 23.5, resetsAt: 1_795_323_600_000 },
      { used: 41.2, resetsAt: Date.parse("2026-11-25T21:00:00.123Z") },
    ]);
  });

  it("may tell more than the limit, and windows of models", () => {
    expect(
      withLimits({
        five_hour: { used_percentage: 104 },
        seven_day_opus: { used_percentage: 60, resets_at: 1_795_640_400 },
      }),
    ).toMatchObject([
      { id: "session", used: 104, limit: 100 },
      { id: "weekly-opus", scope: "Opus", used: 60 },
    ]);
  });

  it("has no number made up for one that makes no sense", () => {
    expect(withLimits({ five_hour: { used_percentage: -3, resets_at: 1_795_323_600 } })).toMatchObject([
      { id: "session", used: undefined, resetsAt: 1_795_323_600_000 },
    ]);
    expect(withLimits({ five_hour: { used_percentage: "lots" }, seven_day: [] })).toEqual([]);
  });

  it.each([
    undefined,
    null,
    "text",
    12,
    [],
    {},
    { rate_limits: null },
    { rate_limits: [] },
    { rate_limits: { x: 1 } },
    { rate_limits: JSON.parse('{"__proto__": {"used_percentage": 3}}') },
  ])("is understood to tell nothing when it is %j", (nothing) => {
    expect(statusLines.read(nothing)).toEqual([]);
  });

  it("belongs to providers whose program has one, and to no other", () => {
    expect(statusLines.readFor("claude", document)).toHaveLength(2);
    expect(statusLines.readFor("zai", document)).toBeUndefined();
    expect(statusLines.readFor("nobody", document)).toBeUndefined();
  });
});
