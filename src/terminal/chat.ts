import { resolve } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import type { Asker, Commands } from "../core/commands/command.ts";
import type { Message } from "../core/domain/message.ts";
import { fileHandedOver, fileLost } from "../core/messages/file-notes.ts";
import { moment } from "../core/messages/format.ts";
import type { Channel, Clock, Log } from "../core/ports.ts";
import { wrap } from "./columns.ts";
import { renderTerminal } from "./render.ts";
import { saveFile } from "./save-file.ts";
import { ink, type Terminal } from "./style.ts";

/** The terminal's input and output. */
export interface Console {
  input: Readable;
  output: NodeJS.WritableStream & { columns?: number | undefined; isTTY?: boolean | undefined };
  /** Somebody types: a prompt is shown and answers are updated in place. */
  interactive: boolean;
  colour: boolean;
}

export interface TerminalChatOptions {
  console: Console;
  commands: Commands;
  clock: Clock;
  timezone: string;
  log: Log;
  /** Where files that answers bring are written; default: the current folder. */
  folder?: string | undefined;
}

export interface TerminalChat {
  /** Shows a greeting, then answers every line typed; resolves when the input ends or "exit" is typed. */
  run(greeting: string): Promise<void>;
  /** Where posts to the terminal appear. */
  channel: Channel;
  close(): void;
}

const prompt = "> ";
const asker: Asker = { surface: "terminal", channel: "terminal", admin: true };

/**
 * A chat on the terminal: lines such as "/quota show lan" (the slash word may be left out) are answered like in
 * Slack. Input that is not typed by somebody is answered line by line, each with its final answer. A file is written to
 * the disk for who types, and printed for all others if it is text.
 */
export function createTerminalChat(options: TerminalChatOptions): TerminalChat {
  const { console, commands, clock } = options;
  const { output } = console;
  const lines = createInterface({
    input: console.input,
    output: console.interactive ? output : undefined,
    prompt,
  });
  let closed = false;

  function terminal(): Terminal {
    return { width: Math.max(40, output.columns ?? Number.POSITIVE_INFINITY), colour: console.colour };
  }

  function render(message: Message): string {
    return renderTerminal(message, { now: clock.now(), timezone: options.timezone, terminal: terminal() });
  }

  /** Writes above the prompt, so that half-typed words stay. */
  function print(text: string): void {
    if (console.interactive) output.write("\r\u001b[J");
    output.write(`${text}\n\n`);
    if (console.interactive && !closed) lines.prompt(true);
  }

  /** The message with its file saved, or why it was not. */
  async function keepFile(message: Message): Promise<Message> {
    const { file } = message;
    if (file === undefined) return message;
    try {
      const path = await saveFile(options.folder ?? ".", file);
      return fileHandedOver(message, ["at ", { code: path }]);
    } catch (error) {
      const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
      return fileLost(message, `It cannot be written into ${resolve(options.folder ?? ".")} (${code}).`);
    }
  }

  async function answer(line: string): Promise<void> {
    let last: Message | undefined;
    let shown: string | undefined;
    try {
      for await (const answered of commands.answer(line, asker)) {
        const isPrinted = !console.interactive && typeof answered.file?.content === "string";
        const message = isPrinted ? answered : await keepFile(answered);
        last = message;
        if (console.interactive) {
          const text = render(message);
          if (text !== shown) print(text);
          shown = text;
        }
      }
      if (last !== undefined && !console.interactive) {
        print(render(last));
        if (typeof last.file?.content === "string") output.write(`${last.file.content.trimEnd()}\n\n`);
      }
    } catch (error) {
      options.log.error({ error }, "A command failed.");
      print("Something went wrong on our side. The log says what.");
    }
  }

  return {
    async run(greeting) {
      print(
        greeting
          .split("\n")
          .flatMap((line) => wrap(line, terminal().width))
          .join("\n"),
      );
      for await (const raw of lines) {
        const line = raw.trim();
        if (/^\/?(exit|quit)$/i.test(line)) break;
        if (line !== "") await answer(line.replace(/^\/?quota(?=\s|$)/i, ""));
        else if (console.interactive) lines.prompt();
      }
      closed = true;
      lines.close();
    },
    channel: {
      id: "terminal",
      async post(message) {
        const now = clock.now();
        // Answers follow a question; a post comes by itself, and may be read hours later.
        const time = ink(moment(now, now, options.timezone), "grey", terminal());
        print(`${time} ${render(message)}`);
        return "terminal";
      },
    },
    close() {
      closed = true;
      lines.close();
    },
  };
}
