import type { Asker, Commands } from "../core/commands/command.ts";
import type { Message, MessageFile } from "../core/domain/message.ts";
import { isAppError } from "../core/errors.ts";
import { fileHandedOver, fileLost } from "../core/messages/file-notes.ts";
import type { Log } from "../core/ports.ts";
import { within } from "../core/within.ts";

/**
 * The messages that answer a line. A mistake of ours is logged, and told to the person if nothing has been said yet;
 * it never comes out as an error.
 */
export async function* answersTo(
  { commands, log }: { commands: Pick<Commands, "answer">; log: Log },
  line: string,
  asker: Asker,
  options: { refresh?: boolean } = {},
): AsyncGenerator<Message, undefined> {
  let answered = false;
  try {
    for await (const message of commands.answer(line, asker, options)) {
      answered = true;
      yield message;
    }
  } catch (error) {
    const code = isAppError(error) ? error.code : "unexpected";
    const reason = error instanceof Error ? error.message : undefined;
    log.error({ code, reason, stack: error instanceof Error ? error.stack : undefined }, "a command failed");
    if (!answered) yield apology(error);
  }
  return undefined;
}

function apology(error: unknown): Message {
  const text = isAppError(error)
    ? error.message
    : "Something went wrong on our side. Please try again in a moment.";
  return { title: "That did not work", tone: "warning", blocks: [{ type: "text", text }] };
}

/**
 * The messages, each that brings a file followed by one that says where the file went, or why it could not be sent.
 * `send` resolves with a sentence when it failed.
 */
export async function* handingOver(
  messages: AsyncIterable<Message>,
  { send, where }: { send(file: MessageFile): Promise<string | undefined>; where(file: MessageFile): string },
): AsyncGenerator<Message, undefined> {
  for await (const message of messages) {
    const { file, ...shown } = message;
    yield shown;
    if (file === undefined) continue;
    const problem = await send(file);
    yield problem === undefined ? fileHandedOver(message, where(file)) : fileLost(message, problem);
  }
  return undefined;
}

/** The newest of those that come within so many milliseconds after the first; undefined when there is none at all. */
export async function newestWithin(
  messages: AsyncIterator<Message>,
  milliseconds: number,
): Promise<Message | undefined> {
  let newest: Message | undefined;
  const first = await messages.next();
  if (!first.done) newest = first.value;
  const goOn = async (): Promise<void> => {
    for (let next = await messages.next(); !next.done; next = await messages.next()) newest = next.value;
  };
  await within(goOn(), milliseconds);
  return newest;
}

/** The messages with the first one, already asked for, put back in front. */
export async function* resumed(
  first: Promise<IteratorResult<Message>>,
  rest: AsyncGenerator<Message>,
): AsyncGenerator<Message> {
  const begun = await first;
  if (begun.done) return;
  yield begun.value;
  yield* rest;
}

/**
 * Shows messages one after the other in one place, skipping those that are already shown. No more than `most` are
 * shown; the last one is among them. Ends when `show` says that it failed.
 */
export async function showInPlace(
  messages: AsyncIterable<Message>,
  options: { shown?: Message | undefined; most: number; show(message: Message): Promise<boolean> },
): Promise<void> {
  let shown = options.shown;
  let left = options.most;
  let held: Message | undefined;
  for await (const message of messages) {
    held = undefined;
    if (isSame(message, shown)) continue;
    if (left <= 1) {
      held = message;
      continue;
    }
    if (!(await options.show(message))) return;
    shown = message;
    left -= 1;
  }
  if (held !== undefined) await options.show(held);
}

function isSame(message: Message, shown: Message | undefined): boolean {
  return shown !== undefined && JSON.stringify(message) === JSON.stringify(shown);
}
