import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";

type Payload = Record<string, unknown>;

/**
 * The network side of the fake: an HTTP server with Socket Mode's sockets on one port of 127.0.0.1, which can go away
 * and come back on the same port. `refusesSockets` is asked before each upgrade; a refused one hangs.
 */
export async function openLink(options: {
  onRequest(request: IncomingMessage, response: ServerResponse): Promise<void>;
  refusesSockets(): boolean;
}) {
  const sockets = new Set<WebSocket>();
  const connections = new Set<Socket>();
  const waiting = new Map<string, (ack: Payload) => void>();
  let port = 0;
  let everOpened = 0;
  let server = await listen();

  async function listen(): Promise<Server> {
    const listening = createServer((request, response) => {
      options.onRequest(request, response).catch(() => response.destroy());
    });
    const upgrades = new WebSocketServer({ noServer: true });
    listening.on("connection", (connection) => {
      connections.add(connection);
      connection.on("close", () => connections.delete(connection));
    });
    listening.on("upgrade", (request, connection, head) => {
      if (!options.refusesSockets()) upgrades.handleUpgrade(request, connection, head, greet);
    });
    await new Promise<void>((resolve) => listening.listen(port, "127.0.0.1", resolve));
    port = (listening.address() as AddressInfo).port;
    return listening;
  }

  function greet(socket: WebSocket): void {
    sockets.add(socket);
    everOpened += 1;
    socket.on("close", () => sockets.delete(socket));
    socket.on("message", (data) => {
      const { envelope_id, payload } = JSON.parse(String(data));
      waiting.get(envelope_id)?.(payload ?? {});
    });
    const connection_info = { app_id: "A01" };
    socket.send(
      JSON.stringify({ type: "hello", num_connections: sockets.size, connection_info, debug_info: {} }),
    );
  }

  function broadcast(text: string): void {
    for (const socket of sockets) socket.send(text);
  }

  function hangUp(): void {
    for (const socket of sockets) socket.terminate();
  }

  return {
    urlOf: (path: string) => `http://127.0.0.1:${port}${path}`,
    socketUrl: () => `ws://127.0.0.1:${port}/link/${randomUUID()}`,
    counts: () => ({ open: sockets.size, ever: everOpened }),
    broadcast,
    hangUp,
    /** Sends an envelope to the newest socket; its acknowledgement, or undefined when none comes. */
    async deliver(envelope: { envelope_id: string }): Promise<Payload | undefined> {
      const socket = [...sockets].at(-1);
      if (socket === undefined) return undefined;
      return await new Promise((resolve) => {
        const done = (ack: Payload | undefined) => {
          clearTimeout(giveUp);
          resolve(ack);
        };
        const giveUp = setTimeout(done, 5_000, undefined);
        waiting.set(envelope.envelope_id, done);
        socket.once("close", () => done(undefined));
        socket.send(JSON.stringify(envelope));
      });
    },
    async vanish(): Promise<void> {
      hangUp();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const connection of connections) connection.destroy();
      await closed;
    },
    async comeBack(): Promise<void> {
      server = await listen();
    },
  };
}
