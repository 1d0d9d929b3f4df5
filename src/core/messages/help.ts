import type { Command, Parameter } from "../commands/command.ts";
import { howLongExamples } from "../domain/how-long.ts";
import type { Block, Message, Text } from "../domain/message.ts";
import { periodExamples } from "../domain/period.ts";
import { dimensions } from "../domain/usage.ts";
import { rangeExamples } from "../services/quota-history.ts";

/** What a command is typed as: "/quota show ACCOUNT|PROVIDER", "/quota usage [PERIOD] [by DIMENSION]". */
export function usage(command: Pick<Command, "name" | "parameters">): string {
  const parameters = command.parameters.map((parameter) => {
    return parameter.required ? placeholder(parameter) : `[${placeholder(parameter)}]`;
  });
  return ["/quota", command.name, ...parameters].join(" ");
}

function placeholder(parameter: Parameter): string {
  if (parameter.kind === "word") return parameter.choices.join("|");
  if (parameter.kind === "target" && parameter.or !== undefined) return `ACCOUNT|${parameter.or}`;
  return placeholders[parameter.kind];
}

const placeholders = {
  target: "ACCOUNT|PROVIDER",
  period: "PERIOD",
  dimension: "by DIMENSION",
  time: "TIME",
  clock: "HH:MM",
  amount: "USD|off",
  route: "COMBO|MODEL",
  range: "RANGE",
};

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
      { type: "text", text: periods },
      { type: "text", text: breakdowns },
      { type: "text", text: times },
      { type: "text", text: ranges },
    ],
  };
}

const periods: Text = ["PERIOD is one of ", periodExamples, "."];
const breakdowns: Text = ["DIMENSION is one of ", dimensions.join(", "), "."];
const times: Text = ["TIME is how long: ", howLongExamples, "."];
const ranges: Text = ["RANGE is how far back: ", rangeExamples, "."];

/** The answer to a word that a command does not take; `suggestion` is a line that works. */
export function unknownArgument(command: Command, word: string, suggestion: string | undefined): Message {
  const blocks: Block[] = [
    {
      type: "text",
      text: [{ code: word.slice(0, 60) }, " does not fit into ", { code: usage(command) }, "."],
    },
  ];
  if (suggestion !== undefined) {
    blocks.push({ type: "text", text: ["Did you mean ", { code: `/quota ${suggestion}` }, "?"] });
  }
  const kinds = new Set(command.parameters.map(({ kind }) => kind));
  if (kinds.has("period")) blocks.push({ type: "text", text: periods });
  if (kinds.has("dimension")) blocks.push({ type: "text", text: breakdowns });
  if (kinds.has("range")) blocks.push({ type: "text", text: ranges });
  if (kinds.has("time")) blocks.push({ type: "text", text: times });
  return { title: "Not understood", tone: "neutral", blocks };
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
export function missingArgument(command: Command, examples: readonly string[], what = "Accounts"): Message {
  return {
    title: "One word is missing",
    tone: "neutral",
    blocks: [
      { type: "text", text: ["Type it as ", { code: usage(command) }, "."] },
      ...(examples.length > 0
        ? [
            {
              type: "text" as const,
              text: [`${what} here: `, examples.slice(0, 8).join(", "), examples.length > 8 ? " …" : "."],
            },
          ]
        : []),
    ],
  };
}
