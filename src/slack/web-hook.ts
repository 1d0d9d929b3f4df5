import type { Server } from "node:http";
import { type App, HTTPReceiver, type Logger } from "@slack/bolt";
import { AppError } from "../core/errors.ts";
import type { Clock, Log } from "../core/ports.ts";
import type { Connection, Health } from "./connection.ts";

/**
 * HTTP mode: Slack posts signed requests to `/slack/events`. Bolt checks the signature and that a request is no older
 * than five minutes. `start` throws config_invalid when the address cannot be listened on.
 */
export function listenForRequests(options: {
  app: App;
  signingSecret: string;
  port: number;
  host: string;
  logger: Logger;
  clock: Clock;
  log: Log;
}): Connection {
  const { clock, log, host, port } = options;
  const receiver = new HTTPReceiver({
    signingSecret: options.signingSecret,
    endpoints: "/slack/events",
    logger: options.logger,
  });
  receiver.init(options.app);
  let health: Health = { state: "connecting", since: clock.now() };
  let server: Server | undefined;
  let closed: Promise<void> | undefined;

  /** Refuses new connections; resolves when the last request is answered. */
  function stopListening(): Promise<void> {
    if (server === undefined) return Promise.resolve();
    closed ??= receiver.stop().catch(() => undefined);
    return closed;
  }

  return {
    async start() {
      try {
        server = await receiver.start({ port, host });
      } catch (error) {
        const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
        throw new AppError(
          "config_invalid",
          `Slack: cannot listen on ${host}:${port} (${code}). Name another slack.port, or stop what uses this one.`,
        );
      }
      health = { state: "connected", since: clock.now() };
      log.info({ host, port }, "listening for Slack's requests");
    },
    drain: () => void stopListening(),
    async close() {
      const done = stopListening();
      server?.closeAllConnections();
      await done;
      health = { state: "down", since: clock.now(), detail: "stopped" };
    },
    health: () => health,
  };
}
