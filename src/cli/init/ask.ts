import { setMaxListeners } from "node:events";
import * as clack from "@clack/prompts";
import { wrapWords } from "../../core/wrap.ts";

export interface Choice<Value extends string> {
  value: Value;
  label: string;
  hint?: string | undefined;
}

/** Says what is wrong with an answer; undefined when it is right. Answers come without spaces around them. */
export type Check = (answer: string) => string | undefined;

/** Somebody at a terminal. Every question rejects with `gaveUp` when the person ends it all (Ctrl-C, Ctrl-D, Esc). */
export interface Ask {
  /** A paragraph or more, between the questions. */
  say(text: string): void;
  /** One line as it is, however long: a terminal keeps a link whole that nothing is drawn around. */
  link(address: string): void;
  choose<Value extends string>(question: {
    message: string;
    choices: readonly Choice<Value>[];
  }): Promise<Value>;
  /** Like `choose`, for long lists: typing narrows them down. */
  search(question: { message: string; choices: readonly Choice<string>[] }): Promise<string>;
  /** Any number of them, also none. */
  pick<Value extends string>(question: {
    message: string;
    choices: readonly Choice<Value>[];
    picked?: readonly Value[] | undefined;
  }): Promise<readonly Value[]>;
  /** Resolves with "" when nothing is written and the check stands that. */
  text(question: { message: string; usual?: string | undefined; check?: Check | undefined }): Promise<string>;
  /** The same, without showing what is written. */
  secret(question: { message: string; check?: Check | undefined }): Promise<string>;
  confirm(question: { message: string; usual: boolean }): Promise<boolean>;
}

export const gaveUp = new Error("The questions were ended.");

/** Asks on a terminal. */
export function createAsk(terminal: {
  input: NodeJS.ReadStream;
  output: NodeJS.WriteStream;
  colour: boolean;
}): Ask {
  const { input } = terminal;
  const output = sized(terminal.output, terminal.colour);
  // The library would leave a question open for ever that nobody can answer any more.
  clack.updateSettings({ aliases: { "\u0004": "cancel" } });
  const hungUp = new AbortController();
  input.once("end", () => hungUp.abort());
  // Every question listens, and none ever stops: one warning about that would tear the next question apart.
  setMaxListeners(0, hungUp.signal);
  const at = { input, output, signal: hungUp.signal };

  return {
    say: (text) =>
      clack.log.message(
        text.split("\n").flatMap((line) => wrapWords(line, output.columns - 4)),
        { output },
      ),
    link: (address) => void output.write(`${address}\n`),
    choose: async ({ message, choices }) =>
      answer(await clack.select<string>({ ...at, message, options: choices.map(option) })) as never,
    search: async ({ message, choices }) =>
      answer(await clack.autocomplete<string>({ ...at, message, options: choices.map(option), maxItems: 8 })),
    pick: async ({ message, choices, picked = [] }) =>
      answer(
        await clack.multiselect<string>({
          ...at,
          message,
          options: choices.map(option),
          initialValues: [...picked],
          required: false,
        }),
      ) as never,
    text: async ({ message, usual = "", check }) =>
      tidy(await clack.text({ ...at, message, initialValue: usual, validate: validation(check) })),
    secret: async ({ message, check }) =>
      tidy(await clack.password({ ...at, message, validate: validation(check), clearOnError: true })),
    confirm: async ({ message, usual }) =>
      answer(await clack.confirm({ ...at, message, initialValue: usual })),
  };
}

function option({ value, label, hint }: Choice<string>) {
  return { value, label, ...(hint !== undefined && { hint }) };
}

function answer<Value>(given: Value): Exclude<Value, symbol> {
  if (clack.isCancel(given)) throw gaveUp;
  return given as Exclude<Value, symbol>;
}

function tidy(given: string | symbol | undefined): string {
  return (answer(given) ?? "").trim();
}

/** The library hands over undefined when nothing has been written. */
function validation(check: Check = () => undefined) {
  return (written: string | undefined) => check((written ?? "").trim());
}

/** The same terminal, with a size where it tells none, and on demand without colours. */
function sized(output: NodeJS.WriteStream, colour: boolean): NodeJS.WriteStream {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what colours begin with.
  const plain = (text: string) => text.replace(/\u001b\[[\d;]*m/g, "");
  return new Proxy(output, {
    get(target, key) {
      if (key === "columns") return target.columns || 80;
      if (key === "rows") return target.rows || 24;
      if (key === "write" && !colour) return (text: unknown) => target.write(plain(String(text)));
      const value = Reflect.get(target, key, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
