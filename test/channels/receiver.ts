import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { onTestFinished } from "vitest";

const fixtures = join(import.meta.dirname, "../fixtures/channels");
/** A self-signed certificate for this machine. */
export const certificate = readFileSync(join(fixtures, "certificate.pem"), "utf8");
export const key = readFileSync(join(fixtures, "key.pem"), "utf8");

export interface Received {
  method: string | undefined;
  path: string | undefined;
  headers: IncomingMessage["headers"];
  body: string;
}

/** A web server that keeps what it gets; it answers 204 unless told otherwise. */
export async function createReceiver(
  answer: (response: ServerResponse, received: Received) => void = (response) =>
    response.writeHead(204).end(),
  options: { secure?: boolean } = {},
) {
  const received: Received[] = [];
  const listener = (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { method, url, headers } = request;
      const one = { method, path: url, headers, body: Buffer.concat(chunks).toString("utf8") };
      received.push(one);
      answer(response, one);
    });
  };
  const server = options.secure
    ? createSecureServer({ cert: certificate, key }, listener)
    : createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return { received, port, url: `${options.secure ? "https" : "http"}://127.0.0.1:${port}` };
}
