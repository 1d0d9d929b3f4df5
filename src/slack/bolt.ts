import { App, type Logger, LogLevel, type Receiver } from "@slack/bolt";
import type { Clock, Log } from "../core/ports.ts";
import { failureOf } from "./failures.ts";
import { createRecent } from "./recent.ts";

/**
 * What Slack's libraries say, as debug lines of ours: what matters to an operator is logged where it is handled. Their
 * own debug lines hold payloads and socket addresses and go nowhere.
 */
export function createLibraryLogger(log: Log): Logger {
  const forward = (message: unknown) =>
    log.debug({ said: typeof message === "string" ? message : "an error" }, "from Slack's library");
  return {
    debug: () => undefined,
    info: () => undefined,
    warn: forward,
    error: forward,
    setLevel: () => undefined,
    getLevel: () => LogLevel.INFO,
    setName: () => undefined,
  };
}

/** Receivers come and go with connections, so the app gets one that does nothing and the real ones dispatch to it. */
const noReceiver: Receiver = {
  init: () => undefined,
  start: async () => undefined,
  stop: async () => undefined,
};

/**
 * Bolt's dispatcher. Every delivery is handled once, however often it arrives, and `track` gets the handling of each.
 */
export function createBolt(options: {
  token: string;
  apiUrl: string | undefined;
  timeout: number;
  clock: Clock;
  log: Log;
  logger: Logger;
  track(work: Promise<void>): Promise<void>;
}): App {
  const app = new App({
    receiver: noReceiver,
    // With only a token Bolt asks auth.test in its constructor, and never again if that fails.
    authorize: async () => ({ botToken: options.token }),
    // Both rest on ids from auth.test or on memory of conversations; neither is needed here.
    ignoreSelf: false,
    convoStore: false,
    logger: options.logger,
    clientOptions: {
      ...(options.apiUrl !== undefined && { slackApiUrl: options.apiUrl }),
      timeout: options.timeout,
      retryConfig: { retries: 0 },
      rejectRateLimitedCalls: true,
    },
  });
  app.error(async (error) => {
    options.log.error({ code: failureOf(error).code, reason: error.message }, "a Slack request failed");
  });

  const recent = createRecent(options.clock);
  app.use(async ({ body, context, next, ...rest }) => {
    // Redelivered events keep their event_id; redelivered envelopes their envelope_id.
    const keys = [context.envelopeId, "event_id" in body ? body.event_id : undefined];
    const isNew = keys.map((key) => typeof key !== "string" || recent.isNew(key));
    if (isNew.every((each) => each)) return await options.track(next());
    if ("ack" in rest && rest.ack !== undefined) await rest.ack();
  });
  return app;
}
