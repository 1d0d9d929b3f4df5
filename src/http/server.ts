import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { getRequestListener, RequestError } from "@hono/node-server";
import { AppError } from "../core/errors.ts";
import { isLoopback } from "../core/hosts.ts";
import { failure, failureOf } from "./answers.ts";
import { createHttpApp, type HttpAppOptions } from "./app.ts";
import { type ConnectionLimits, createLimitedServer } from "./connections.ts";

export interface HttpServerOptions extends Omit<HttpAppOptions, "patience" | "stopping"> {
  host: string;
  /** 0 takes any free one. */
  port: number;
  /** What clients are allowed, where it is not the usual. */
  limits?: Partial<ConnectionLimits> | undefined;
}

export interface HttpServer {
  /** Listens. Throws config_invalid when the address cannot be listened on. */
  start(): Promise<void>;
  /** Refuses new connections; requests under way get two seconds to end. */
  stop(): Promise<void>;
  /** Where it listens; undefined when it does not. */
  url(): string | undefined;
}

/** How long a caller waits for providers to be read before it is told what is known. */
const patience = 15_000;
const grace = 2_000;

/** The HTTP interface of the bot. */
export function createHttpServer(options: HttpServerOptions): HttpServer {
  const { host, port, log } = options;
  const stopping = new AbortController();
  const app = createHttpApp({
    ...options,
    stopping: stopping.signal,
    // A caller that waits when the bot stops is told what is known.
    patience: () => sleep(patience, undefined, { ref: false, signal: stopping.signal }).catch(() => {}),
  });
  const listener = getRequestListener(app.fetch, {
    overrideGlobalObjects: false,
    errorHandler: (error) =>
      error instanceof RequestError
        ? failure(400, {
            code: "request_invalid",
            message: "The address or the host of the request is not valid.",
          })
        : failureOf("", error, log),
  });
  const server = createLimitedServer(listener, options);

  function listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, host, () => {
        server.off("error", reject);
        resolve();
      });
    });
  }

  function url(): string | undefined {
    const address = server.address() as AddressInfo | null;
    if (address === null) return undefined;
    const name = address.family === "IPv6" ? `[${address.address}]` : address.address;
    return `http://${name}:${address.port}`;
  }

  return {
    async start() {
      await listen().catch((error: NodeJS.ErrnoException) => {
        throw new AppError(
          "config_invalid",
          `HTTP: cannot listen on ${host}:${port} (${error.code ?? "unknown"}). Name another http.port, or stop what uses this one.`,
        );
      });
      log.info({ url: url() }, "HTTP listens.");
      if (!isLoopback(host)) {
        log.warn(
          { host },
          "HTTP can be reached from other machines, and keys travel as they are: put a proxy that speaks TLS in front.",
        );
      }
      if (options.keys.length === 0)
        log.warn({}, "HTTP has no keys, so nobody can ask the bot anything. Add some under http.keys.");
    },
    async stop() {
      stopping.abort();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      const late = setTimeout(() => server.closeAllConnections(), grace);
      // Connections kept alive become idle only after their last answer.
      const idle = setInterval(() => server.closeIdleConnections(), 50);
      await closed;
      clearTimeout(late);
      clearInterval(idle);
    },
    url,
  };
}
