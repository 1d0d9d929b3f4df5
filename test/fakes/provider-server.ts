import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";

/** What the server answers to one request; `hang` never answers. */
export type ProviderAnswer =
  | { status?: number; headers?: Record<string, string>; body?: unknown }
  | { hang: true };

export interface ProviderServer {
  url: string;
  /** "GET /path" of every request so far. */
  requests: string[];
  /** Sets what is answered from now on. */
  answer(
    answer: (request: {
      method: string;
      path: string;
      headers: IncomingMessage["headers"];
    }) => ProviderAnswer,
  ): void;
  close(): Promise<void>;
}

/** A local server that stands for all providers; without instruction it answers 404. */
export async function startProviderServer(): Promise<ProviderServer> {
  const requests: string[] = [];
  const sockets = new Set<Socket>();
  let decide: Parameters<ProviderServer["answer"]>[0] = () => ({ status: 404, body: {} });
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const { method = "", url: path = "", headers } = request;
    requests.push(`${method} ${path}`);
    request.resume();
    const answer = decide({ method, path, headers });
    if ("hang" in answer) return;
    response.writeHead(answer.status ?? 200, { "content-type": "application/json", ...answer.headers });
    response.end(typeof answer.body === "string" ? answer.body : JSON.stringify(answer.body ?? {}));
  });
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    answer(next) {
      decide = next;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
