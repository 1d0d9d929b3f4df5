import type { AlertEvent } from "../../src/core/domain/event.ts";
import type { Message } from "../../src/core/domain/message.ts";
import { start } from "../fakes/core.ts";

const hour = 3_600_000;

/** A message with every kind of block. */
export const everything: Message = {
  title: "3 alerts",
  tone: "critical",
  blocks: [
    {
      type: "text",
      text: [
        "Budget ",
        { strong: "daily" },
        " resets ",
        { instant: start + 2 * hour, style: "countdown" },
        ".",
      ],
    },
    {
      type: "facts",
      facts: [
        { label: "Plan", value: { code: "Max 20x" } },
        { label: "More", value: { link: "https://example.org/a?b=1&c=2", label: "the page" } },
      ],
    },
    {
      type: "bars",
      bars: [
        {
          mark: "critical",
          label: "Lan's Max",
          detail: "Claude",
          left: 8,
          value: "8% left",
          window: "5-hour",
          resetsAt: start + hour,
        },
        { mark: "unknown", label: "日本語", value: "unknown", note: "as of yesterday" },
      ],
    },
    {
      type: "table",
      columns: [{ title: "Model" }, { title: "Cost", align: "right" }],
      rows: [
        ["opus", "$12.00"],
        ["haiku", { strong: "$0.40" }],
      ],
    },
    { type: "actions", actions: [{ id: "run", label: "Got it", command: "alerts ack 1" }] },
  ],
  footer: ["As of ", { instant: start, style: "moment" }],
};

export const plain: Message = {
  title: "GLM has used 91%",
  tone: "warning",
  blocks: [{ type: "text", text: "9% left." }],
};

export function low(rest: Partial<AlertEvent> = {}): AlertEvent {
  const window = { id: "session", label: "5-hour", usedPercent: 91.234, resetsAt: start + hour };
  return { type: "quota.low", at: start, account: "glm-main", window, threshold: 90, ...rest };
}
