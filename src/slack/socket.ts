import { type App, type Logger, SocketModeReceiver } from "@slack/bolt";
import { within } from "../core/within.ts";
import type { Line } from "./connection.ts";

export interface SocketOptions {
  app: App;
  appToken: string;
  apiUrl: string | undefined;
  logger: Logger;
  /** Milliseconds without a pong after which the socket counts as dead. */
  pongWithin: number;
  /** Milliseconds that apps.connections.open may take. */
  call: number;
  /** Milliseconds that the closing handshake may take. */
  goodbye: number;
}

/**
 * Opens one Socket Mode connection; resolves when Slack has said hello, rejects with whatever went wrong, or when the
 * signal is given first.
 *
 * Bolt's receiver is used for one connection only, with its own reconnecting switched off: that lets rejections escape,
 * gives up for good on a network error, and leaves the bot deaf for seconds on every routine change of sockets
 * (@slack/socket-mode 3.1.0, checked 2026-11-22).
 */
export async function openSocket(options: SocketOptions, signal: AbortSignal): Promise<Line> {
  const receiver = new SocketModeReceiver({
    appToken: options.appToken,
    autoReconnectEnabled: false,
    clientPingTimeout: options.pongWithin,
    logger: options.logger,
    customPropertiesExtractor: ({ envelope_id }: { envelope_id?: unknown }) => ({ envelopeId: envelope_id }),
    processEventErrorHandler: async ({ error, logger }) => {
      logger.warn(`a delivery was not handled: ${error.message}`);
      return false;
    },
    installerOptions: {
      // Never an object that others use too: the client writes its own retry policy into it.
      clientOptions: {
        ...(options.apiUrl !== undefined && { slackApiUrl: options.apiUrl }),
        timeout: options.call,
        retryConfig: { retries: 0 },
        rejectRateLimitedCalls: true,
        fetch: (url, init) =>
          fetch(url, { ...init, signal: init?.signal ? AbortSignal.any([init.signal, signal]) : signal }),
      },
    },
  });
  receiver.init(options.app);
  const { client } = receiver;
  let draining = false;
  let opened = false;

  const ended = new Promise<string>((resolve) => {
    client.on("disconnected", () => resolve("closed"));
    const [receive] = client.listeners("ws_message");
    client.removeAllListeners("ws_message");
    client.on("ws_message", (data: unknown, isBinary: boolean) => {
      const frame = frameOf(data);
      // The client would hang up at once; the line stays in use until the next one is open.
      if (frame?.type === "disconnect") resolve(frame.reason);
      // What is not taken is not acknowledged, so Slack delivers it to somebody else. The client's own handler throws
      // on anything malformed, where nobody catches it.
      else if (frame !== undefined && !draining) receive?.(data, isBinary);
    });
  });

  async function close(): Promise<void> {
    draining = true;
    const closed = client.disconnect().then(() => true);
    // The second time it no longer waits for the other side.
    if ((await within(closed, options.goodbye)) === undefined) await client.disconnect();
  }

  client.on("connected", () => {
    if (signal.aborted && !opened) void close();
  });
  try {
    await orAborted(client.start(), signal);
    opened = true;
  } catch (error) {
    void close();
    throw error ?? new Error("the socket closed before Slack said hello");
  }
  return {
    ended,
    drain: () => {
      draining = true;
    },
    close,
  };
}

async function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const given = new Promise<never>((_, reject) => {
    const abort = () => reject(new Error("not connected in time"));
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
  });
  return await Promise.race([work, given]);
}

const deliveries = new Set(["hello", "slash_commands", "interactive"]);

/** The kind of a frame that is well-formed enough to be handled; undefined for all others. */
function frameOf(data: unknown): { type: string; reason: string } | undefined {
  let frame: unknown;
  try {
    frame = JSON.parse(typeof data === "string" ? data : "");
  } catch {
    return undefined;
  }
  if (!isRecord(frame) || typeof frame.type !== "string") return undefined;
  const { type, reason, payload } = frame;
  if (type === "disconnect") return { type, reason: typeof reason === "string" ? reason : "unknown" };
  const isEvent = type === "events_api" && isRecord(payload) && isRecord(payload.event);
  return deliveries.has(type) || isEvent ? { type, reason: "" } : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
