import type { IncomingMessage, RequestListener, Server, ServerResponse } from "node:http";
import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";

interface Refusal {
  status: number;
  code: string;
  message: string;
}

const tooLarge = { status: 431, code: "request_invalid", message: "The headers are too large." };
const tooMany = { status: 431, code: "request_invalid", message: "There are too many headers." };
const hosts = { status: 400, code: "request_invalid", message: "The request names several hosts." };
const tooSlow = { status: 408, code: "request_timeout", message: "The request took too long to arrive." };
const broken = { status: 400, code: "request_invalid", message: "This is not a request in HTTP." };
const noProxy = { status: 405, code: "method_not_allowed", message: "CONNECT is not for this." };
const unexpected = {
  status: 417,
  code: "request_invalid",
  message: "Nothing but 100-continue can be expected here.",
};

const problems: ReadonlyMap<string, Refusal> = new Map([
  ["HPE_HEADER_OVERFLOW", tooLarge],
  ["ERR_HTTP_REQUEST_TIMEOUT", tooSlow],
]);

/** Answers what is no request, never becomes a whole one, or asks for what no route can do, in the shape of all failures. */
export function refuseBrokenRequests(server: Server): void {
  const answered = new WeakSet<Duplex>();
  server.prependListener("request", ({ socket }: IncomingMessage, outgoing: ServerResponse) => {
    answered.delete(socket);
    outgoing.once("finish", () => answered.add(socket));
  });
  server.on("clientError", (error: NodeJS.ErrnoException, socket: Duplex) => {
    // Whoever has an answer already, and never sent the rest of its body, is owed no second one.
    const isOver = answered.has(socket) && error.code === "ERR_HTTP_REQUEST_TIMEOUT";
    if (isOver || error.code === "ECONNRESET" || !socket.writable) socket.destroy();
    else hangUpWith(socket, problems.get(error.code ?? "") ?? broken);
  });
  server.on("connect", (_: IncomingMessage, socket: Duplex) => hangUpWith(socket, noProxy));
  server.on("checkExpectation", (_: IncomingMessage, outgoing: ServerResponse) =>
    answerWith(outgoing, unexpected),
  );
}

/** Refuses requests with more headers than that, and those to several hosts (RFC 9112, 3.2, checked 2026-11-22). */
export function withSoundHeaders(most: number, listener: RequestListener): RequestListener {
  return (incoming, outgoing) => {
    // Names and values by turns.
    const { rawHeaders } = incoming;
    if (rawHeaders.length > 2 * most) answerWith(outgoing, tooMany);
    else if (hostsIn(rawHeaders) > 1) answerWith(outgoing, hosts);
    else listener(incoming, outgoing);
  };
}

function hostsIn(rawHeaders: readonly string[]): number {
  let number = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index];
    if (name?.length === 4 && name.toLowerCase() === "host") number += 1;
  }
  return number;
}

function bodyOf({ code, message }: Refusal): string {
  return JSON.stringify({ error: { code, message } });
}

function hangUpWith(socket: Duplex, refusal: Refusal): void {
  const body = bodyOf(refusal);
  const head = [
    `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status]}`,
    "connection: close",
    "content-type: application/json",
    `content-length: ${body.length}`,
  ];
  socket.on("error", () => socket.destroy());
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`, () => socket.destroy());
}

function answerWith(outgoing: ServerResponse, refusal: Refusal): void {
  const body = bodyOf(refusal);
  outgoing.writeHead(refusal.status, {
    connection: "close",
    "content-type": "application/json",
    "content-length": body.length,
  });
  outgoing.end(body);
}
