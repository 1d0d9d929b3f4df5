import type { Server } from "node:http";
import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";

const problems = new Map([
  ["HPE_HEADER_OVERFLOW", { status: 431, code: "request_invalid", message: "The headers are too large." }],
  [
    "ERR_HTTP_REQUEST_TIMEOUT",
    { status: 408, code: "request_timeout", message: "The request took too long to arrive." },
  ],
]);
const broken = { status: 400, code: "request_invalid", message: "This is not a request in HTTP." };

/** Answers what is no request, or never becomes a whole one, in the shape of all failures, and hangs up. */
export function refuseBrokenRequests(server: Server): void {
  server.on("clientError", (error: NodeJS.ErrnoException, socket: Duplex) => {
    if (error.code === "ECONNRESET" || !socket.writable) {
      socket.destroy();
      return;
    }
    const { status, code, message } = problems.get(error.code ?? "") ?? broken;
    const body = JSON.stringify({ error: { code, message } });
    const head = [
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
      "connection: close",
      "content-type: application/json",
      `content-length: ${body.length}`,
    ];
    socket.end(`${head.join("\r\n")}\r\n\r\n${body}`, () => socket.destroy());
  });
}
