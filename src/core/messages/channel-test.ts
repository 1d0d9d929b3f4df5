import type { Message } from "../domain/message.ts";
import type { TestResult } from "../services/send-test.ts";
import { count } from "./format.ts";

/** What a channel reads when somebody tries it. */
export function testMessage(channel: string): Message {
  return {
    title: "Test message",
    tone: "neutral",
    blocks: [
      { type: "text", text: `quotabot can post to ${channel}. Alerts and digests for it arrive here.` },
    ],
  };
}

/** Said while channels are tried. */
export function testing(channels: readonly string[]): Message {
  const text = `Posting a test message to ${count(channels.length, "channel")} …`;
  return { title: "Test", tone: "neutral", blocks: [{ type: "text", text }] };
}

/** How it went, channel by channel. */
export function testReport(results: readonly TestResult[]): Message {
  const failed = results.filter(({ ok }) => !ok).length;
  const title =
    failed === 0
      ? `Posted to ${count(results.length, "channel")}`
      : `${failed} of ${count(results.length, "channel")} did not take it`;
  return {
    title,
    tone: failed === 0 ? "good" : "warning",
    blocks: [
      {
        type: "facts",
        facts: results.map(({ channel, ok, reason }) => ({
          label: channel,
          value: ok ? "✓ posted" : `✗ ${nameless(channel, reason ?? "not posted")}`,
        })),
      },
    ],
  };
}

/** Why a channel failed, without its name in front where that stands beside it. */
export function nameless(channel: string, reason: string): string {
  return reason.startsWith(`${channel}: `) ? reason.slice(channel.length + 2) : reason;
}

/** Said when there is no channel to try. */
export const noChannels: Message = {
  title: "No channel",
  tone: "neutral",
  blocks: [
    {
      type: "text",
      text: [
        "Nobody is told anything yet: add ",
        { code: "alerts:" },
        " to quotabot.yml, with ",
        { code: "channels" },
        ".",
      ],
    },
  ],
};
