import type { Commands } from "../../../src/core/commands/command.ts";
import type { Message } from "../../../src/core/domain/message.ts";
import type { Log } from "../../../src/core/ports.ts";

export type Answer = Commands["answer"];

/** Commands that answer as the function says. */
export function commandsOf(answer: Answer): Pick<Commands, "answer"> {
  return { answer };
}

/** A message with a title and nothing else but its buttons. */
export function titled(title: string, command = ""): Message {
  return {
    title,
    tone: "neutral",
    blocks: [
      { type: "text", text: `${title}.` },
      {
        type: "actions",
        actions: [
          { id: "refresh", label: "Refresh", command },
          { id: "share", label: "Share", command },
        ],
      },
    ],
  };
}

export interface Line {
  level: keyof Log;
  fields: Record<string, unknown>;
  message: string;
}

/** A log that keeps its lines. */
export function recordingLog(): Log & { lines: Line[] } {
  const lines: Line[] = [];
  const at = (level: keyof Log) => (fields: object, message: string) => {
    lines.push({ level, fields: { ...fields }, message });
  };
  return { lines, debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}
