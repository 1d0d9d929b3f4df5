import type { Clock, Log } from "../core/ports.ts";
import type { ConnectionHealth } from "../core/services/health-judgement.ts";
import { failureOf, isBadToken } from "./failures.ts";
import { pause } from "./waiting.ts";

export interface Health extends ConnectionHealth {
  /** It is not tried any more: a person must put a valid token into the configuration. */
  refused?: boolean | undefined;
}

/** A way for Slack to reach the bot. */
export interface Connection {
  /** Resolves when it is up, or when the first try failed and further ones follow. */
  start(): Promise<void>;
  /** Takes no more requests; what was taken can still be answered. */
  drain(): void;
  /** Closes for good. */
  close(): Promise<void>;
  health(): Health;
}

/** One open socket. */
export interface Line {
  /** Resolves when another line must take over: "closed", or Slack's reason for wanting to close it. */
  ended: Promise<string>;
  drain(): void;
  close(): Promise<void>;
}

export interface ConnectionTimings {
  /** Milliseconds a line may take to open. */
  open: number;
  /** Wait after the first failure; doubles from one to the next, up to `longestPause`. */
  shortestPause: number;
  longestPause: number;
  /** A line that lived shorter than this counts as a failure. */
  stable: number;
}

/**
 * Keeps one line open: opens another when it ends, for as long as it takes. Only a token that Slack does not accept
 * makes it give up. The old line is closed once the new one is open, so that a routine change leaves no gap.
 */
export function keepOpen(options: {
  open(signal: AbortSignal): Promise<Line>;
  timings: ConnectionTimings;
  clock: Clock;
  log: Log;
}): Connection {
  const { timings, clock, log } = options;
  const stopping = new AbortController();
  let health: Health = { state: "connecting", since: clock.now() };
  let line: Line | undefined;
  let running: Promise<void> | undefined;

  function turn(state: Health["state"], detail?: string): void {
    if (health.state !== state) health = { state, since: clock.now(), detail };
    else health = { ...health, detail };
  }

  async function run(triedOnce: () => void): Promise<void> {
    let failures = 0;
    let wait = 0;
    while (!stopping.signal.aborted) {
      const previous = line;
      try {
        line = await openInTime();
        if (stopping.signal.aborted) return await line.close();
        log.info({}, "connected to Slack");
        turn("connected");
        triedOnce();
        void previous?.close();
        const openedAt = clock.now();
        const reason = await line.ended;
        if (stopping.signal.aborted) return;
        log.info({ reason }, "Slack asks for another connection");
        // For any other reason the old line serves until the next one does.
        if (reason === "closed") turn("connecting", "The connection to Slack was closed.");
        failures = clock.now() - openedAt >= timings.stable ? 0 : failures + 1;
        wait = backOff(failures);
      } catch (error) {
        void previous?.close();
        line = undefined;
        triedOnce();
        if (stopping.signal.aborted) return;
        const failure = failureOf(error);
        const isNews = health.state !== "down";
        turn("down", failure.error.message);
        if (isBadToken(failure.code)) {
          turn("down", `Slack does not accept the app token (${failure.code}).`);
          health = { ...health, refused: true };
          log.error({ code: failure.code }, "Slack does not accept the app token: not trying again");
          return;
        }
        failures += 1;
        if (isNews) log.warn({ reason: failure.error.message }, "cannot connect to Slack; trying on");
        wait = Math.max(backOff(failures), failure.error.details.retryAfter ?? 0);
      }
      await pause(wait, stopping.signal);
    }
  }

  /** Gives up on a line that does not open in time, and sees to it that it does not open later either. */
  async function openInTime(): Promise<Line> {
    const enough = AbortSignal.any([stopping.signal, AbortSignal.timeout(timings.open)]);
    return await options.open(enough);
  }

  /** Spread out, so that many bots do not come back at the same moment. */
  function backOff(failures: number): number {
    if (failures === 0) return 0;
    const full = Math.min(timings.longestPause, timings.shortestPause * 2 ** (failures - 1));
    return full * (0.75 + Math.random() / 4);
  }

  return {
    async start() {
      await new Promise<void>((resolve) => {
        running = run(resolve);
      });
    },
    drain: () => line?.drain(),
    async close() {
      stopping.abort();
      turn("down", "stopped");
      await line?.close();
      await running;
    },
    health: () => health,
  };
}
