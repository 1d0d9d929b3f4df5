import { type Message, type MessageFile, spans, type Text } from "../domain/message.ts";

/** The message once its file has reached the asker, with where that is: "in your direct messages with this bot". */
export function fileHandedOver(message: Message, where: Text): Message {
  return withNote(message, [`The ${nounOf(message.file)} is `, ...spans(where), "."]);
}

/** The message without its file, because it could not be handed over; `why` is a sentence. */
export function fileLost(message: Message, why: string): Message {
  return {
    ...withNote(message, [{ strong: `The ${nounOf(message.file)} could not be handed over.` }, ` ${why}`]),
    tone: "warning",
  };
}

function nounOf(file: MessageFile | undefined): string {
  return file?.picture === undefined ? "file" : "picture";
}

function withNote({ file: _, ...message }: Message, text: Text): Message {
  return { ...message, blocks: [...message.blocks, { type: "text", text }] };
}
