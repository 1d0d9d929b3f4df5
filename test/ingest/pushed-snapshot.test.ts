import { describe, expect, it } from "vitest";
import { isAppError } from "../../src/core/errors.ts";
import { quotaJson } from "../../src/core/services/quota-json.ts";
import { parsePushedSnapshot } from "../../src/ingest/pushed-snapshot.ts";
import { quota } from "../fakes/core.ts";

const parse = (reading: object) => {
  const { content } = parsePushedSnapshot({ account: "a", readings: [reading] });
  return "readings" in content ? content.readings[0] : undefined;
};

function problemsOf(body: unknown): readonly string[] {
  try {
    parsePushedSnapshot(body);
    return [];
  } catch (error) {
    if (!isAppError(error, "request_invalid")) throw error;
    for (const problem of error.details.problems ?? []) expect(error.message).toContain(problem);
    return error.details.problems ?? [];
  }
}

describe("a pushed snapshot", () => {
  it("carries readings in the shape in which the bot gives them out", () => {
    const readings = [
      quota({ resetsAt: Date.parse("2026-11-22T05:00:00.317Z"), scope: "Opus" }),
      { kind: "spend" as const, id: "extra", label: "Extra usage", unit: "usd", used: 12.33, limit: 50 },
      { kind: "balance" as const, id: "credits", label: "Credits", unit: "usd", remaining: -2 },
    ];
    const told = quotaJson({
      at: 0,
      accounts: [
        {
          ...{ account: "a", name: "a", provider: "acme", providerName: "Acme", state: "ok", stale: false },
          ...{ reading: false, readings, binding: new Set(), paces: new Map() },
        },
      ],
    });
    const pushed = parsePushedSnapshot(JSON.parse(JSON.stringify({ account: "a", ...told.accounts[0] })));
    expect(pushed.content).toEqual({ readings });
  });

  it("takes a use in percent, of a limit or alone, and needs no more than an id beside it", () => {
    expect(parse({ id: "session", usedPercent: 37 })).toEqual({
      ...{ kind: "quota", id: "session", label: "session", unit: "percent", used: 37, limit: 100 },
    });
    expect(
      parse({ id: "d", unit: "tokens", limit: 2000, usedPercent: "12.5", windowSeconds: 86_400 }),
    ).toMatchObject({
      ...{ label: "daily", unit: "tokens", used: 250, limit: 2000 },
    });
    expect(parse({ id: "d", unit: "tokens", usedPercent: 40 })).toMatchObject({
      unit: "percent",
      used: 40,
      limit: 100,
    });
    expect(parse({ id: "d", used: 101, usedPercent: 5 })).toMatchObject({ used: 101, limit: 100 });
  });

  it("leaves unknown what is null or left out", () => {
    expect(parse({ id: "d", unit: "requests", used: null, limit: null, resetsAt: null })).toEqual({
      ...{ kind: "quota", id: "d", label: "d", unit: "requests" },
    });
  });

  it.each([
    [1_795_323_600, "2026-11-22T05:00:00Z"],
    ["1795323600", "2026-11-22T05:00:00Z"],
    [1_795_323_600_317, "2026-11-22T05:00:00.317Z"],
    ["2026-11-22T05:00:00Z", "2026-11-22T05:00:00Z"],
    ["2026-11-22T12:00:00.123456789+07:00", "2026-11-22T05:00:00.123Z"],
    ["2026-11-22T05:00:00", "2026-11-22T05:00:00Z"],
  ])("takes %j for an instant", (written, instant) => {
    expect(parse({ id: "d", resetsAt: written })).toMatchObject({ resetsAt: Date.parse(instant) });
    expect(parsePushedSnapshot({ account: "a", at: written, statusline: {} }).at).toBe(Date.parse(instant));
  });

  it("is refused with every problem and its path, and no value", () => {
    expect(
      problemsOf({
        account: "a",
        at: "yesterday",
        readings: [
          { id: "a", used: -1, unit: "Percent!" },
          { id: "a", kind: "secret-kind" },
          { kind: "spend", id: "c", unit: "usd", used: "secret-text" },
          { id: "d", resetsAt: 0 },
          "text",
        ],
      }),
    ).toEqual([
      "at: must be an instant: epoch seconds or milliseconds, or ISO 8601",
      "readings[0].unit: must be a unit such as percent, tokens or usd",
      "readings[0].used: must not be negative",
      "readings[1].kind: must be a quota, a spend or a balance",
      expect.stringMatching(/^readings\[2\]\.used: /),
      "readings[3].resetsAt: must be an instant: epoch seconds or milliseconds, or ISO 8601",
      expect.stringMatching(/^readings\[4\]: /),
    ]);
  });

  it.each([
    [null, /expected object/],
    [[], /expected object/],
    [{}, /^account: /],
    [{ account: "a" }, /^give either `statusline` or `readings`/],
    [{ account: "a", statusline: {}, readings: [{ id: "a" }] }, /^give either/],
    [{ account: "a", statusline: "text" }, /^statusline: /],
    [{ account: "a", readings: [] }, /^readings: must have at least one/],
    [{ account: "a", readings: [{ id: "a" }, { id: "a" }] }, /^readings\[1\]\.id: is taken by another one/],
    [{ account: "a", user: "two\nlines", statusline: {} }, /^user: must be one line of text/],
    [{ account: "a", readings: [{ id: "a", used: Number.POSITIVE_INFINITY }] }, /^readings\[0\]\.used: /],
  ])("is not %j", (body, problem) => {
    expect(problemsOf(body).join("\n")).toMatch(problem);
  });
});
