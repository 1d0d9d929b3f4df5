import type { Message } from "../domain/message.ts";

/** The answer while nobody has ever reported what they use. */
export function noUsage(title: string): Message {
  return {
    title,
    tone: "neutral",
    blocks: [
      { type: "text", text: "Nobody has reported any usage yet, so there is nothing to add up." },
      {
        type: "text",
        text: [
          "Tools send what they use to ",
          { code: "POST /api/v1/usage" },
          " of this bot, or as OpenTelemetry to ",
          { code: "/v1/logs" },
          " and ",
          { code: "/v1/metrics" },
          "; ",
          { code: "docs/push.md" },
          " shows how.",
        ],
      },
    ],
  };
}
