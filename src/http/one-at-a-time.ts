import type { RequestListener, ServerResponse } from "node:http";
import type { Socket } from "node:net";

/**
 * Answers the requests of a connection one after the other: the next one when the answer before it has been taken. A
 * client may send hundreds in one piece, and read none of the answers: they must not all be made and kept for it.
 */
export function oneAtATime(listener: RequestListener): RequestListener {
  const last = new WeakMap<Socket, ServerResponse>();
  return (incoming, outgoing) => {
    const { socket } = incoming;
    const before = last.get(socket);
    last.set(socket, outgoing);
    if (before === undefined || before.writableFinished || before.closed) {
      listener(incoming, outgoing);
      return;
    }
    before.once("close", () => {
      if (!socket.destroyed) listener(incoming, outgoing);
    });
  };
}
