import { connect, type Socket } from "node:net";
import { getRequestListener } from "@hono/node-server";
import type { Hono } from "hono";
import { onTestFinished } from "vitest";
import { type ConnectionLimits, createLimitedServer } from "../../src/http/connections.ts";
import type { HttpEnv } from "../../src/http/route.ts";
import { createKeptLog, createManualClock } from "../fakes/core.ts";

/** An application on a port of this machine until the test ends. */
export async function listening(app: Pick<Hono<HttpEnv>, "fetch">, limits: Partial<ConnectionLimits> = {}) {
  const log = createKeptLog();
  const server = createLimitedServer(getRequestListener(app.fetch, { overrideGlobalObjects: false }), {
    clock: createManualClock(),
    log,
    limits,
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as { port: number };
  return { server, log, port, url: `http://127.0.0.1:${port}` };
}

/** A connection to a port of this machine, and what has come back over it. */
export async function dial(port: number) {
  const socket: Socket = connect(port, "127.0.0.1");
  const state = { received: "", closed: false };
  socket.on("data", (data) => {
    state.received += data;
  });
  socket.on("error", () => {});
  socket.on("close", () => {
    state.closed = true;
  });
  onTestFinished(() => void socket.destroy());
  await new Promise<void>((resolve) => {
    socket.once("connect", () => resolve());
    socket.once("close", () => resolve());
  });
  return { socket, state };
}
