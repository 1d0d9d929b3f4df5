import { ContainerBuilder, TextDisplayBuilder } from "discord.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Bar, Block, Mark, Message, Span, Text, Tone } from "../../src/core/domain/message.ts";
import { renderDiscord } from "../../src/discord/render.ts";
import { allComponents, limitProblems, schemaProblems, textOf } from "../fakes/discord/schemas.ts";

const now = Date.UTC(2026, 10, 22, 3);
const hour = 3_600_000;

function message(...blocks: Block[]): Message {
  return { title: "Quota", tone: "neutral", blocks };
}

function shown(...blocks: Block[]): string {
  return textOf(renderDiscord(message(...blocks), { now }));
}

function bar(changes: Partial<Bar> = {}): Bar {
  return { mark: "ok", label: "Lan's Max", value: "63% left", ...changes };
}

const actions: Block = {
  type: "actions",
  actions: [
    { id: "refresh", label: "Refresh", command: "list" },
    { id: "share", label: "Share", command: "list" },
  ],
};

const everyMark: Mark[] = ["ok", "low", "critical", "empty", "unknown", "waiting", "blocked"];

const overview: Message = {
  title: "Quota of 7 accounts",
  tone: "warning",
  blocks: [
    {
      type: "bars",
      bars: [
        bar({ detail: "Claude · Max 20x", left: 63, window: "5-hour", resetsAt: now + 2 * hour }),
        bar({
          mark: "low",
          label: "codex-team",
          left: 8,
          value: "8% left",
          window: "weekly",
          resetsAt: now + 50 * hour,
        }),
        bar({ mark: "empty", label: "glm_main", left: 0, value: "nothing left", note: "read 3 h ago" }),
        bar({ mark: "blocked", label: "@everyone", value: "sign in again" }),
      ],
    },
    actions,
  ],
  footer: ["read ", { instant: now - hour, style: "countdown" }],
};

describe("a message on Discord", () => {
  it("reads like this: the overview", async () => {
    const rendered = JSON.stringify(renderDiscord(overview, { now }), null, 2);
    await expect(rendered).toMatchFileSnapshot("discord/overview.json");
    await expect(textOf(renderDiscord(overview, { now }))).toMatchFileSnapshot("discord/overview.md");
  });

  it("reads like this: facts, tables and texts", async () => {
    const detailed = message(
      {
        type: "text",
        text: ["Runs out ", { strong: "before" }, " the reset; see ", { code: "/quota show" }],
      },
      {
        type: "facts",
        facts: [
          { label: "Plan", value: "Max 20x" },
          { label: "Extra usage", value: "$12.33 of $50" },
        ],
      },
      {
        type: "table",
        columns: [{ title: "Window" }, { title: "Used", align: "right" }],
        rows: [
          ["5-hour", "37%"],
          ["weekly 会議", "8%"],
        ],
      },
      {
        type: "table",
        columns: [{ title: "Account" }, { title: "Window" }, { title: "Resets" }],
        rows: [["claude-lan", "5-hour", { instant: now + hour, style: "countdown" }]],
      },
      { type: "text", text: { link: "https://claude.ai/settings(1)", label: "Settings" } },
    );
    await expect(textOf(renderDiscord(detailed, { now }))).toMatchFileSnapshot("discord/details.md");
  });

  it("tells every mark by its shape", () => {
    const text = shown({ type: "bars", bars: everyMark.map((mark) => bar({ mark, label: "x" })) });
    const signs = text.match(/^\S+(?= \*\*x)/gm);
    expect(new Set(signs).size).toBe(everyMark.length);
  });

  it.each([
    [100, "██████████"],
    [99.9, "█████████░"],
    [50, "█████░░░░░"],
    [0.1, "█░░░░░░░░░"],
    [0, "░░░░░░░░░░"],
  ])("draws %s percent left as %s", (left, drawn) => {
    expect(shown({ type: "bars", bars: [bar({ left })] })).toContain(`\`${drawn}\``);
  });

  it("draws no bar for what is unknown", () => {
    expect(shown({ type: "bars", bars: [bar({ value: "unknown" })] })).not.toMatch(/[█░]/);
  });

  it("lets countdowns run in the reader's client, and says so when they are over", () => {
    const text = shown({
      type: "bars",
      bars: [bar({ resetsAt: now + hour }), bar({ resetsAt: now - hour })],
    });
    expect(text).toContain(`resets <t:${(now + hour) / 1000}:R>`);
    expect(text).toContain(`reset <t:${(now - hour) / 1000}:R>`);
  });

  it("gives a moment its date when it is not within the day", () => {
    const at = (instant: number) => shown({ type: "text", text: { instant, style: "moment" } });
    expect(at(now + hour)).toContain(":t>");
    expect(at(now + 48 * hour)).toContain(":f>");
  });

  it("puts no timestamp inside a code block, where it would not be rendered", () => {
    const text = shown({
      type: "table",
      columns: [{ title: "Account" }, { title: "Resets" }],
      rows: [["a", { instant: now, style: "countdown" }]],
    });
    expect(text).toContain("<t:");
    expect(text).not.toContain("```");
  });

  it("keeps tables narrow enough for a phone", () => {
    const row = Array.from({ length: 6 }, () => "a long cell with many words".repeat(3));
    const text = shown({
      type: "table",
      columns: row.map((_, at) => ({ title: `Column ${at}` })),
      rows: [row, row],
    });
    const block = text.slice(text.indexOf("```"));
    for (const line of block.split("\n")) expect(line.length).toBeLessThanOrEqual(56);
  });

  it("counts what did not fit", () => {
    const bars = Array.from({ length: 200 }, (_, at) =>
      bar({ label: `account-${at}`, left: 50, window: "weekly" }),
    );
    const text = shown({ type: "bars", bars });
    const kept = text.match(/\*\*account-\d+\*\*/g)?.length ?? 0;
    expect(kept).toBeGreaterThan(20);
    expect(text).toContain(`-# and ${200 - kept} more`);
  });

  it("has buttons that say what they do when pressed, or none", () => {
    const ids = (buttons: boolean) =>
      allComponents(renderDiscord(message(actions), { now, buttons }).components).flatMap(
        (each) => each.custom_id ?? [],
      );
    expect(ids(true)).toEqual(["refresh:list", "share:list"]);
    expect(ids(false)).toEqual([]);
  });

  it("has a second row for more than five buttons, and none beyond", () => {
    const run = Array.from({ length: 12 }, (_, at) => ({
      id: "run" as const,
      label: `Do ${at}`,
      command: `alerts ack ${at}`,
    }));
    const [container] = renderDiscord(message({ type: "actions", actions: run }), { now }).components;
    const rows = container.components.filter(({ type }) => type === 1);
    expect(rows.map((row) => ("components" in row ? row.components.length : 0))).toEqual([5, 5]);
    expect(JSON.stringify(rows[0])).toContain(`"custom_id":"run:alerts ack 0","label":"Do 0"}`);
  });

  it("shows somebody by name, and anything that is no id of theirs as it is", () => {
    expect(shown({ type: "text", text: ["Taken on by ", { person: "400000000000000001" }, "."] })).toContain(
      "\nTaken on by <@400000000000000001>.",
    );
    expect(shown({ type: "text", text: { person: "@everyone> *x*" } })).toContain(
      "\n@\u200beveryone> \\*x\\*",
    );
  });

  it("drops a button whose command is too long rather than cutting the command", () => {
    const long: Block = {
      type: "actions",
      actions: [{ id: "refresh", label: "Refresh", command: "x".repeat(93) }],
    };
    expect(JSON.stringify(renderDiscord(message(long), { now }))).not.toContain("custom_id");
  });
});

describe("text from outside", () => {
  it.each([
    ["*a* **b** _c_ ~~d~~ ||e|| `f`", "\\*a\\* \\*\\*b\\*\\* \\_c\\_ \\~\\~d\\~\\~ \\|\\|e\\|\\| \\`f\\`"],
    ["# heading", "\\# heading"],
    ["-# small", "\\-# small"],
    ["> quote", "\\> quote"],
    ["- item", "\\- item"],
    ["2. item", "2\\. item"],
    ["[click](https://evil.example)", "\\[click\\](https\\://evil.example)"],
    ["https://evil.example", "https\\://evil.example"],
    ["<https://evil.example>", "<\u200bhttps\\://evil.example>"],
    [
      "<@1> <#2> <@&3> <t:1:R> <:e:4>",
      "<\u200b@\u200b1> <\u200b#2> <\u200b@\u200b&3> <\u200bt:1:R> <\\:e:4>",
    ],
    [":skull: 10:30:15", "\\:skull: 10:30:15"],
    ["back\\slash", "back\\\\slash"],
    ["5-hour, 10:30 (UTC)", "5-hour, 10:30 (UTC)"],
    ["a\u202eb\u200bc\u0007d\ud83d", "abcd"],
  ])("%j is shown as it is", (raw, escaped) => {
    expect(shown({ type: "text", text: raw })).toContain(`\n${escaped}`);
  });

  it.each(["@everyone", "@here"])("%s is nowhere a mention", (mention) => {
    const everywhere: Message = {
      title: mention,
      tone: "good",
      blocks: [
        {
          type: "text",
          text: [
            mention,
            { strong: mention },
            { code: mention },
            { link: "https://x.example", label: mention },
          ],
        },
        { type: "facts", facts: [{ label: mention, value: mention }] },
        {
          type: "bars",
          bars: [bar({ label: mention, detail: mention, value: mention, window: mention, note: mention })],
        },
        { type: "table", columns: [{ title: mention }], rows: [[mention]] },
      ],
      footer: mention,
    };
    expect(textOf(renderDiscord(everywhere, { now }))).not.toContain(mention);
  });

  it("cannot leave a code span or block", () => {
    const text = shown(
      { type: "text", text: { code: "a`b``c" } },
      { type: "table", columns: [{ title: "``` out" }], rows: [["``` **out**"]] },
    );
    expect(text.match(/`/g)).toHaveLength(2 + 6);
  });

  it("becomes a link only when the message says so, and only to the web", () => {
    const to = (link: string) => shown({ type: "text", text: { link, label: "here" } });
    expect(to("https://x.example/a(b)")).toContain("[here](https://x.example/a%28b%29)");
    expect(to("javascript:alert(1)")).toContain("\nhere");
    expect(to("not an address")).toContain("\nhere");
  });
});

const nasty = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 60 }),
  fc.string({ unit: "binary", maxLength: 60 }),
  fc.constantFrom(
    "",
    " ",
    "\n",
    "@everyone",
    "```",
    "**",
    "[a](b)",
    "שלום עולם",
    "👩‍👩‍👧‍👦".repeat(30),
    "\u202e",
    "<@1>",
  ),
  fc.integer({ min: 1, max: 3000 }).map((length) => "W".repeat(length)),
  fc.integer({ min: 1, max: 1500 }).map((length) => "*_".repeat(length)),
);
const instant = fc.oneof(
  fc.integer({ min: now - 9e9, max: now + 9e9 }),
  fc.constantFrom(0, Number.NaN, 1e300),
);
const span: fc.Arbitrary<Span> = fc.oneof(
  nasty,
  nasty.map((strong) => ({ strong })),
  nasty.map((code) => ({ code })),
  fc.record({ link: fc.oneof(fc.webUrl(), nasty), label: nasty }),
  nasty.map((person) => ({ person })),
  fc.record({ instant, style: fc.constantFrom("countdown" as const, "moment" as const) }),
);
const text: fc.Arbitrary<Text> = fc.oneof(span, fc.array(span, { maxLength: 5 }));
const option = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const anyBar: fc.Arbitrary<Bar> = fc.record({
  mark: fc.constantFrom(...everyMark),
  label: nasty,
  detail: option(nasty),
  left: option(fc.oneof(fc.double(), fc.integer({ min: 0, max: 100 }))),
  value: text,
  window: option(nasty),
  resetsAt: option(instant),
  note: option(text),
});
const block: fc.Arbitrary<Block> = fc.oneof(
  fc.record({ type: fc.constant("text" as const), text }),
  fc.record({
    type: fc.constant("facts" as const),
    facts: fc.array(fc.record({ label: nasty, value: text })),
  }),
  fc.record({ type: fc.constant("bars" as const), bars: fc.array(anyBar, { maxLength: 30 }) }),
  anyBar.map((one) => ({ type: "bars" as const, bars: Array<Bar>(200).fill(one) })),
  fc.record({
    type: fc.constant("table" as const),
    columns: fc.array(
      fc.record({ title: nasty, align: option(fc.constantFrom("left" as const, "right" as const)) }),
      {
        maxLength: 12,
      },
    ),
    rows: fc.array(fc.array(text, { maxLength: 12 }), { maxLength: 12 }),
  }),
  fc.record({
    type: fc.constant("actions" as const),
    actions: fc.array(
      fc.record({
        id: fc.constantFrom("refresh" as const, "share" as const, "run" as const),
        label: nasty,
        command: nasty,
      }),
      { maxLength: 15 },
    ),
  }),
);
const anyMessage: fc.Arbitrary<Message> = fc.record({
  title: nasty,
  tone: fc.constantFrom<Tone>("neutral", "good", "warning", "critical"),
  blocks: fc.array(block, { maxLength: 45 }),
  footer: option(text),
});

describe("any message", () => {
  it("keeps Discord's limits, and leaves room to say who shared it", () => {
    fc.assert(
      fc.property(anyMessage, (any) => {
        const rendered = renderDiscord(any, { now });
        const shared = {
          ...rendered,
          components: [{ type: 10, content: `Shared by <@${"9".repeat(20)}>` }, ...rendered.components],
        };
        expect(limitProblems(shared)).toEqual([]);
        expect(schemaProblems("message", shared)).toEqual([]);
        expect(textOf(rendered)).not.toMatch(/@everyone|@here|<@|<#/);
      }),
      { numRuns: 100 },
    );
  }, 60_000);

  it("is one that discord.js would build", () => {
    fc.assert(
      fc.property(anyMessage, (any) => {
        const [container] = renderDiscord(any, { now }).components;
        expect(() => new ContainerBuilder(container).toJSON()).not.toThrow();
        for (const each of container.components) {
          if (each.type === 10) expect(() => new TextDisplayBuilder(each).toJSON()).not.toThrow();
        }
      }),
      { numRuns: 40 },
    );
  }, 60_000);
});
