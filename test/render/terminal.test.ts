import fc from "fast-check";
import stringWidth from "string-width";
import { describe, expect, it } from "vitest";
import type { Bar, Message } from "../../src/core/domain/message.ts";
import { renderTerminal } from "../../src/terminal/render.ts";
import { start } from "../fakes/core.ts";

const plain = { now: start, timezone: "Europe/Berlin", terminal: { width: 80, colour: false } };

function message(rest: Partial<Message>): Message {
  return { title: "Quota", tone: "neutral", blocks: [], ...rest };
}

function bars(...list: Partial<Bar>[]): Message {
  return message({
    blocks: [{ type: "bars", bars: list.map((bar) => ({ mark: "ok", label: "A", value: "x", ...bar })) }],
  });
}

describe("a message on the terminal", () => {
  it("spells instants in the zone, with the day when it is another one", () => {
    const at = Date.parse("2026-11-22T05:00:00Z");
    const text = renderTerminal(
      message({
        blocks: [
          {
            type: "text",
            text: ["at ", { instant: at, style: "moment" }, ", ", { instant: at, style: "countdown" }],
          },
          { type: "text", text: { instant: at + 86_400_000, style: "moment" } },
        ],
      }),
      plain,
    );
    expect(text).toContain("at 06:00, in 2 h");
    expect(text).toContain("Mon 23 Nov 06:00");
  });

  it("draws what is left so that a little never looks like nothing, nor nearly all like all", () => {
    const drawn = (left: number) => /[█░]+/.exec(renderTerminal(bars({ left }), plain))?.[0];
    expect([0, 0.4, 4, 50, 96, 99.9, 100].map(drawn)).toEqual([
      "░░░░░░░░░░",
      "█░░░░░░░░░",
      "█░░░░░░░░░",
      "█████░░░░░",
      "█████████░",
      "█████████░",
      "██████████",
    ]);
  });

  it("tells marks apart by shape without colours", () => {
    const marks = ["ok", "low", "critical", "empty", "unknown", "waiting", "blocked"] as const;
    const signs = marks.map((mark) => renderTerminal(bars({ mark }), plain).split("\n").at(-1)?.[0]);
    expect(new Set(signs).size).toBe(marks.length);
  });

  it("says what to type where other places have buttons that run commands", () => {
    const text = renderTerminal(
      message({
        blocks: [
          {
            type: "actions",
            actions: [
              { id: "run", label: "Got it", command: "alerts ack a1" },
              { id: "refresh", label: "Refresh", command: "list" },
              { id: "run", label: "Details", command: "show glm" },
            ],
          },
        ],
      }),
      plain,
    );
    expect(text).toBe("Quota\n\nType alerts ack a1 (Got it), show glm (Details)");
  });

  it("uses colours only where they are wanted", () => {
    expect(renderTerminal(bars({ left: 5, mark: "critical" }), plain)).not.toContain("\u001b");
    const coloured = { ...plain, terminal: { width: 80, colour: true } };
    expect(renderTerminal(bars({ left: 5, mark: "critical" }), coloured)).toContain("\u001b[31m");
  });

  it("lets no outside text move the cursor or turn the reading direction", () => {
    const text = renderTerminal(bars({ label: "a\u001b[2Jb\u202ec\nd", note: "e\u0007f\rg" }), plain);
    expect(text.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\u202e]/u);
    expect(text).toContain("a [2Jbc d");
  });

  it("wraps facts where they do not fit, so that nothing of them is lost", () => {
    const facts = [
      { label: "GLM main has used 91%", value: ["Since an hour ago, and ".repeat(5), { code: "3fk2ab" }] },
    ];
    const message: Message = { title: "1 alert open", tone: "warning", blocks: [{ type: "facts", facts }] };
    const text = renderTerminal(message, { ...plain, terminal: { width: 60, colour: false } });
    expect(text).toMatch(/ {2}3fk2ab$|and 3fk2ab$/);
    expect(text).not.toContain("…");
    for (const line of text.split("\n")) expect(stringWidth(line)).toBeLessThanOrEqual(60);
  });

  it("neither cuts nor wraps anything where it is written to a file", () => {
    const long = "word ".repeat(200).trim();
    const message: Message = {
      ...{ title: long, tone: "neutral", footer: long },
      blocks: [
        { type: "text", text: long },
        { type: "facts", facts: [{ label: long, value: long }] },
        { type: "table", columns: [{ title: long }, { title: "n" }], rows: [[long, "1"]] },
        { type: "bars", bars: [{ label: long, value: "5%", note: long, mark: "ok", detail: long }] },
      ],
    };
    const endless = { width: Number.POSITIVE_INFINITY, colour: false };
    const text = renderTerminal(message, { ...plain, terminal: endless });
    expect(text.split(long)).toHaveLength(11);
    expect(text).not.toContain("…");
  });

  it("fits the width, whatever the names", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            label: fc.string({ unit: "grapheme", maxLength: 300 }),
            note: fc.string({ unit: "grapheme" }),
          }),
          { maxLength: 30 },
        ),
        fc.integer({ min: 40, max: 200 }),
        (list, width) => {
          const text = renderTerminal(bars(...list.map((bar) => ({ ...bar, left: 50, window: "5-hour" }))), {
            ...plain,
            terminal: { width, colour: false },
          });
          for (const line of text.split("\n")) expect(stringWidth(line)).toBeLessThanOrEqual(width);
        },
      ),
    );
  });
});
