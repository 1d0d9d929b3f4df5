import type { Command } from "../commands/command.ts";
import type { Message } from "../domain/message.ts";

/** What a command is typed as: "/quota show ACCOUNT|PROVIDER". */
export function usage(command: Pick<Command, "name" | "parameters">): string {
  const parameters = command.parameters.map((parameter) => {
    return parameter.required ? "ACCOUNT|PROVIDER" : "[ACCOUNT|PROVIDER]";
  });
  return ["/quota", command.name, ...parameters].join(" ");
}

/** All commands, short. */
export function help(commands: readonly Command[]): Message {
  return {
    title: "What you can ask",
    tone: "neutral",
    blocks: [
      {
        type: "facts",
        facts: commands.map((command) => ({ label: usage(command), value: command.summary })),
      },
      {
        type: "text",
        text: "A part of the name of an account or provider is enough.",
      },
    ],
  };
}

/** The answer to a word that is neither a command nor an account; `suggestion` is a line that works. */
export function unknownWord(word: string, suggestion: string | undefined): Message {
  return {
    title: "Not understood",
    tone: "neutral",
    blocks: [
      {
        type: "text",
        text: [{ code: word.slice(0, 60) }, " is neither a command nor an account or provider here."],
      },
      {
        type: "text",
        text:
          suggestion === undefined
            ? ["Type ", { code: "/quota help" }, " for what you can ask."]
            : ["Did you mean ", { code: `/quota ${suggestion}` }, "?"],
      },
    ],
  };
}

/** The answer to a command that lacks its argument. */
export function missingArgument(command: Command, examples: readonly string[]): Message {
  return {
    title: "One word is missing",
    tone: "neutral",
    blocks: [
      { type: "text", text: ["Type it as ", { code: usage(command) }, "."] },
      ...(examples.length > 0
        ? [
            {
              type: "text" as const,
              text: ["Accounts here: ", examples.slice(0, 8).join(", "), examples.length > 8 ? " …" : "."],
            },
          ]
        : []),
    ],
  };
}
