import { createServer, type RequestListener, type Server } from "node:http";
import type { Clock, Log } from "../core/ports.ts";
import { refuseBrokenRequests, withSoundHeaders } from "./broken-requests.ts";
import { oneAtATime } from "./one-at-a-time.ts";

/** What clients are allowed; all times in milliseconds. */
export interface ConnectionLimits {
  /** Open at a time; one more is hung up on at once. */
  connections: number;
  /** Requests after which a connection is closed. */
  requestsPerConnection: number;
  /** Bytes of all headers together. */
  headerBytes: number;
  headers: number;
  /** Until the headers have come; also for a connection on which nothing comes. */
  headersTimeout: number;
  /** Until the whole request has come. */
  requestTimeout: number;
  /** Between two requests. */
  keepAliveTimeout: number;
  /** For which nothing moves in either direction while a request is answered: a client that takes nothing of its answer. */
  silence: number;
}

const usual: ConnectionLimits = {
  connections: 1_000,
  requestsPerConnection: 10_000,
  headerBytes: 16 * 1024,
  headers: 100,
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 5_000,
  silence: 60_000,
};
const minute = 60_000;

/** A server that slow, silent and greedy clients cannot wear down. */
export function createLimitedServer(
  listener: RequestListener,
  options: { clock: Clock; log: Log; limits?: Partial<ConnectionLimits> | undefined },
): Server {
  const limits = { ...usual, ...options.limits };
  const server = createServer(
    {
      maxHeaderSize: limits.headerBytes,
      headersTimeout: limits.headersTimeout,
      requestTimeout: limits.requestTimeout,
      keepAliveTimeout: limits.keepAliveTimeout,
      connectionsCheckingInterval: Math.min(2_000, limits.headersTimeout / 2),
      // A request without a host is answered like any other that is not sound.
      requireHostHeader: false,
      // The other end may be gone without a word.
      keepAlive: true,
      keepAliveInitialDelay: minute,
    },
    withSoundHeaders(limits.headers, oneAtATime(listener)),
  );
  server.maxConnections = limits.connections;
  server.maxRequestsPerSocket = limits.requestsPerConnection;
  server.timeout = limits.silence;
  refuseBrokenRequests(server);
  tellOfDropped(server, options);
  return server;
}

/** Says once a minute at the most that there are too many connections. */
function tellOfDropped(server: Server, { clock, log }: { clock: Clock; log: Log }): void {
  let toldAt: number | undefined;
  server.on("drop", () => {
    const now = clock.now();
    if (toldAt !== undefined && now - toldAt < minute) return;
    toldAt = now;
    log.warn(
      { connections: server.maxConnections },
      "HTTP has as many connections as it may; more are refused.",
    );
  });
}
