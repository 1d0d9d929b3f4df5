import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import type { Bar, Message } from "../../src/core/domain/message.ts";
import { renderSlack } from "../../src/slack/render.ts";
import { mentionsIn, problemsOf } from "./slack-limits.ts";

const now = Date.parse("2026-11-22T03:00:00Z");
const present = { now, timezone: "Asia/Ho_Chi_Minh" };
const inTwoHours = now + 2 * 3_600_000 + 300_000;

const quota: Message = {
  title: "Quota",
  tone: "neutral",
  blocks: [
    {
      type: "bars",
      bars: [
        {
          mark: "empty",
          label: "glm-main",
          detail: "Z.ai",
          left: 0,
          value: "0% left",
          window: "5-hour",
          resetsAt: inTwoHours,
          note: "used up",
        },
        {
          mark: "low",
          label: "Lan's Max",
          detail: "Claude",
          left: 12.4,
          value: "12% left",
          window: "weekly",
        },
        { mark: "ok", label: "codex-1", left: 63, value: "63% left", window: "5-hour", resetsAt: inTwoHours },
        { mark: "waiting", label: "new-one", value: "not read yet" },
      ],
    },
    {
      type: "actions",
      actions: [
        { id: "refresh", label: "Refresh", command: "" },
        { id: "share", label: "Share", command: "list" },
      ],
    },
  ],
  footer: ["Read ", { instant: now - 120_000, style: "countdown" }, ". Ask /quota help."],
};

const details: Message = {
  title: "Lan's Max",
  tone: "warning",
  blocks: [
    {
      type: "facts",
      facts: [
        { label: "Plan", value: "Max 20x" },
        { label: "Weekly runs out", value: { instant: inTwoHours, style: "moment" } },
        { label: "Extra usage", value: [{ strong: "$12.33" }, " of $50.00"] },
      ],
    },
    {
      type: "table",
      columns: [{ title: "Window" }, { title: "Used", align: "right" }, { title: "Resets" }],
      rows: [
        ["5-hour", "37%", { instant: inTwoHours, style: "countdown" }],
        ["weekly", "88%", { instant: inTwoHours + 86_400_000, style: "countdown" }],
      ],
    },
    {
      type: "table",
      columns: [{ title: "Model" }, { title: "Left", align: "right" }],
      rows: [["opus", "4%"]],
    },
    {
      type: "text",
      text: [
        "Sign in again with ",
        { code: "claude login" },
        ", see ",
        { link: "https://example.org/a|b", label: "the docs" },
      ],
    },
  ],
};

function readable(message: Message, options = {}): string {
  const { text, blocks } = renderSlack(message, { ...present, ...options });
  return `${text}\n\n---\n${stringify(blocks)}`;
}

describe("a message on Slack", () => {
  it("looks like this", async () => {
    await expect(readable(quota)).toMatchFileSnapshot("snapshots/slack-quota.txt");
    await expect(readable(details)).toMatchFileSnapshot("snapshots/slack-details.txt");
    await expect(
      readable(details, { tables: "preformatted", buttons: false, sharedBy: "U01ALICE" }),
    ).toMatchFileSnapshot("snapshots/slack-details-preformatted.txt");
  });

  it("shows bars as one table of Slack's own, and a second table as monospaced text", () => {
    const { blocks } = renderSlack({ ...quota, blocks: [...quota.blocks, ...details.blocks] }, present);
    expect(blocks.filter(({ type }) => type === "table")).toHaveLength(1);
    expect(JSON.stringify(blocks).match(/rich_text_preformatted/g)).toHaveLength(2);
  });

  it("leaves resets to Slack to count down, with words for clients that cannot", () => {
    const [, table] = renderSlack(quota, present).blocks;
    expect(JSON.stringify(table)).toContain(
      JSON.stringify({
        type: "date",
        timestamp: inTwoHours / 1000,
        format: "{ago}",
        fallback: "in 2 h 5 min",
      }),
    );
  });

  it("shows somebody by name, in texts and in tables, and anything that is no id of theirs as it is", () => {
    const blocksOf = (person: string) => [
      ...renderSlack({ ...quota, blocks: [{ type: "text", text: ["by ", { person }] }] }, present).blocks,
      ...renderSlack(
        { ...quota, blocks: [{ type: "table", columns: [{ title: "Who" }], rows: [[{ person }]] }] },
        present,
      ).blocks,
    ];
    const somebody = JSON.stringify(blocksOf("U01ALICE"));
    expect(somebody).toContain('"text":"by <@U01ALICE>"');
    expect(somebody).toContain('{"type":"user","user_id":"U01ALICE"}');
    const nobody = { text: "x", blocks: blocksOf("!channel> <@U01ALICE") };
    expect(mentionsIn(nobody)).toEqual([]);
  });

  it("gives each button that runs a command an id of its own", () => {
    const actions = ["alerts ack a1", "alerts snooze a1 1h", "show glm"].map((command) => ({
      id: "run" as const,
      label: command,
      command,
    }));
    const [, block] = renderSlack({ ...quota, blocks: [{ type: "actions", actions }] }, present).blocks;
    expect(block).toMatchObject({
      elements: [
        { action_id: "run:0", value: "alerts ack a1" },
        { action_id: "run:1", value: "alerts snooze a1 1h" },
        { action_id: "run:2", value: "show glm" },
      ],
    });
  });

  it("tells marks apart by shape and in words", () => {
    const marks = ["ok", "low", "critical", "empty", "unknown", "waiting", "blocked"] as const;
    const lines = marks.map((mark) => {
      const bars: Bar[] = [{ mark, label: "a", value: "" }];
      return renderSlack({ title: "", tone: "neutral", blocks: [{ type: "bars", bars }] }, present).text;
    });
    expect(new Set(lines.map((line) => [...line][0])).size).toBe(marks.length);
    for (const line of lines) expect(line).toMatch(/: [a-z]/);
  });

  it("names everything in its text, for notifications and screen readers", () => {
    const { text } = renderSlack(quota, present);
    expect(text).toContain("glm-main: 0% left, 5-hour, resets in 2 h 5 min, used up");
    expect(text).toContain("new-one: not read yet");
  });

  it("never draws a bar full or empty unless it is", () => {
    const draw = (left: number) => {
      const bars: Bar[] = [{ mark: "ok", label: "a", left, value: "x" }];
      return /[█░]+/.exec(
        JSON.stringify(renderSlack({ ...quota, blocks: [{ type: "bars", bars }] }, present)),
      )?.[0];
    };
    expect([0, 0.1, 50, 99.9, 100, -5, 500].map(draw)).toEqual([
      "░░░░░░░░",
      "█░░░░░░░",
      "████░░░░",
      "███████░",
      "████████",
      "░░░░░░░░",
      "████████",
    ]);
  });

  it("cuts a long list and says how many more there are", () => {
    const bars = Array.from(
      { length: 200 },
      (_, index): Bar => ({ mark: "ok", label: `a${index}`, value: "1%" }),
    );
    const rendered = renderSlack(
      { ...quota, blocks: [{ type: "bars", bars }, ...quota.blocks.slice(1)] },
      present,
    );
    const table = rendered.blocks.find(({ type }) => type === "table");
    expect(table?.type === "table" && table.rows).toHaveLength(26);
    expect(JSON.stringify(rendered.blocks)).toContain("and 175 more");
    expect(rendered.blocks.some(({ type }) => type === "actions")).toBe(true);
    expect(problemsOf(rendered)).toEqual([]);
  });

  it("keeps the buttons of a message that is cut", () => {
    const facts = Array.from({ length: 900 }, (_, index) => ({
      label: `fact ${index}`,
      value: "x".repeat(90),
    }));
    const rendered = renderSlack(
      { ...quota, blocks: [{ type: "facts", facts }, ...quota.blocks.slice(1)] },
      present,
    );
    expect(JSON.stringify(rendered.blocks)).toContain("which does not fit here");
    expect(rendered.blocks.some(({ type }) => type === "actions")).toBe(true);
    expect(problemsOf(rendered)).toEqual([]);
  });

  it("names who shared it, and nobody whose id is none", () => {
    const shared = (sharedBy: string) => JSON.stringify(renderSlack(quota, { ...present, sharedBy }).blocks);
    expect(shared("U01ALICE")).toContain("Shared by <@U01ALICE>");
    expect(shared("U1> <!channel")).not.toContain("Shared by");
  });
});

describe("text from outside", () => {
  const hostile = [
    "<!channel> <!here|x> <@U123> <#C123|general> <!subteam^S1>",
    "@here @channel @everyone @HERE",
    "*bold* _italic_ ~gone~ `code` ```block```",
    "<https://evil.example|click me> & <b>",
    "> quoted\n&gt; again",
    "\u202egpj.exe \u2066x\u0007",
    "\ud800 lone",
  ];

  it.each(hostile)("never mentions, links or formats: %j", (text) => {
    const bars: Bar[] = [{ mark: "ok", label: text, detail: text, value: text, window: text, note: text }];
    const rendered = renderSlack(
      {
        title: text,
        tone: "neutral",
        blocks: [
          { type: "bars", bars },
          {
            type: "text",
            text: [text, { strong: text }, { code: text }, { link: "https://example.org", label: text }],
          },
          { type: "facts", facts: [{ label: text, value: text }] },
          { type: "table", columns: [{ title: text }], rows: [[text]] },
          { type: "actions", actions: [{ id: "share", label: text, command: "" }] },
        ],
        footer: text,
      },
      present,
    );
    expect(mentionsIn(rendered)).toEqual([]);
    const parsed = rendered.blocks.flatMap((block) =>
      block.type === "section" ? [block.text, ...(block.fields ?? [])] : [],
    );
    const markup = [rendered.text, ...parsed.map((each) => each?.text ?? "")].join("\n");
    const own = markup.replaceAll("<https://example.org/|", "");
    expect(own).not.toMatch(/<(?!!date)/);
    expect(markup).not.toContain("\u0007");
    expect(markup).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/);
    expect(rendered.text).not.toMatch(/[*~`]/);
    expect(problemsOf(rendered)).toEqual([]);
  });

  it("stays readable: apostrophes, underscores inside names, other scripts and emoji are kept", () => {
    const text = "Lan's claude_max_20x — Đội A 开发 👩‍💻 مرحبا";
    const { blocks } = renderSlack(
      { title: text, tone: "neutral", blocks: [{ type: "text", text }] },
      present,
    );
    expect(blocks).toMatchObject([{ text: { text } }, { text: { text } }]);
  });

  it("makes links of web addresses only", () => {
    const text = { link: "javascript:alert(1)", label: "click" };
    const { blocks } = renderSlack(
      { title: "T", tone: "neutral", blocks: [{ type: "text", text }] },
      present,
    );
    expect(blocks[1]).toMatchObject({ text: { text: "click" } });
  });
});
