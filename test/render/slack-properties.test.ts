import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Bar, Block, Message, Span, Text } from "../../src/core/domain/message.ts";
import { renderSlack } from "../../src/slack/render.ts";
import { mentionsIn, problemsOf } from "./slack-limits.ts";

const now = Date.parse("2026-11-22T03:00:00Z");
const present = { now, timezone: "Asia/Ho_Chi_Minh" };

const word = fc.oneof(
  fc.string({ maxLength: 40 }),
  fc.string({ unit: "grapheme", maxLength: 60 }),
  fc.constantFrom(
    "<!channel>",
    "@here",
    "a`b",
    "&<>",
    "_x_",
    "👩‍👩‍👧‍👦".repeat(50),
    "ا".repeat(300),
    "x".repeat(3_000),
    "&".repeat(3_000),
  ),
);
const instant = fc.oneof(
  fc.integer({ min: now - 1e10, max: now + 1e10 }),
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, 0, 8.64e15),
);
const span: fc.Arbitrary<Span> = fc.oneof(
  word,
  word.map((strong) => ({ strong })),
  word.map((code) => ({ code })),
  fc.record({ link: fc.oneof(word, fc.webUrl()), label: word }),
  // An id that Slack knows is a mention, as it should be.
  word.filter((word) => !/^[UW][A-Z0-9]+$/.test(word)).map((person) => ({ person })),
  fc.record({ instant, style: fc.constantFrom("countdown" as const, "moment" as const) }),
);
const text: fc.Arbitrary<Text> = fc.oneof(span, fc.array(span, { maxLength: 12 }));
const bar: fc.Arbitrary<Bar> = fc.record(
  {
    mark: fc.constantFrom("ok", "low", "critical", "empty", "unknown", "waiting", "blocked"),
    label: word,
    value: text,
    detail: word,
    left: fc.double(),
    window: word,
    resetsAt: instant,
    note: text,
  },
  { requiredKeys: ["mark", "label", "value"] },
);
const block: fc.Arbitrary<Block> = fc.oneof(
  fc.record({ type: fc.constant("text" as const), text }),
  fc.record({
    type: fc.constant("facts" as const),
    facts: fc.array(fc.record({ label: word, value: text }), { maxLength: 30 }),
  }),
  fc.record({ type: fc.constant("bars" as const), bars: fc.array(bar, { maxLength: 40, size: "max" }) }),
  fc.record({
    type: fc.constant("table" as const),
    columns: fc.array(fc.record({ title: word }), { maxLength: 25 }),
    rows: fc.array(fc.array(text, { maxLength: 6 }), { maxLength: 30 }),
  }),
  fc.record({
    type: fc.constant("actions" as const),
    actions: fc.array(
      fc.record({
        id: fc.constantFrom("refresh" as const, "share" as const, "run" as const),
        label: word,
        command: word,
      }),
      { maxLength: 40 },
    ),
  }),
);
const message: fc.Arbitrary<Message> = fc.record(
  {
    title: word,
    tone: fc.constantFrom("neutral", "good", "warning", "critical"),
    blocks: fc.array(block, { maxLength: 60, size: "medium" }),
    footer: text,
  },
  { requiredKeys: ["title", "tone", "blocks"] },
);

describe("any message at all", () => {
  it.each(["native", "preformatted"] as const)(
    "stays within Slack's limits and mentions nobody (%s tables)",
    (tables) => {
      fc.assert(
        fc.property(message, (any) => {
          const rendered = renderSlack(any, { ...present, tables });
          expect(problemsOf(rendered)).toEqual([]);
          expect(mentionsIn(rendered)).toEqual([]);
        }),
        { numRuns: 60 },
      );
    },
  );
});
