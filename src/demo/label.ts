import type { Message } from "../core/domain/message.ts";

/** The message, marked so that nobody takes recorded numbers for real ones. */
export function markedDemo(message: Message): Message {
  return { ...message, title: `DEMO · ${message.title}` };
}

/** All messages of an answer, marked. */
export async function* markedAnswer(messages: AsyncIterable<Message>): AsyncGenerator<Message> {
  for await (const message of messages) yield markedDemo(message);
}
