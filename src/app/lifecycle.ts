import { AppError, isAppError } from "../core/errors.ts";
import type { Log } from "../core/ports.ts";

/** A bot that can run once. */
export interface App {
  /**
   * Starts everything, and stops again what it had started when one part cannot: with config_invalid and all problems
   * when a platform refuses its token. `finished` resolves when the terminal's input has ended; never without a chat
   * on the terminal.
   */
  start(): Promise<{ finished: Promise<void> }>;
  /** Takes everything down in reverse order. Never rejects. */
  stop(): Promise<void>;
}

/** `begin` stacks up what has to be taken down again; it is taken down last first. */
export function createApp(
  log: Log,
  begin: (cleanup: (() => Promise<unknown>)[]) => Promise<{ finished: Promise<void> }>,
): App {
  const cleanup: (() => Promise<unknown>)[] = [];
  async function stop(): Promise<void> {
    for (let step = cleanup.pop(); step !== undefined; step = cleanup.pop()) {
      await step().catch((error) => log.error({ error }, "A part could not be stopped cleanly."));
    }
  }
  return {
    async start() {
      try {
        return await begin(cleanup);
      } catch (error) {
        await stop();
        throw error;
      }
    },
    stop,
  };
}

/** Starts all; a refused token of one is told together with that of the others. */
export async function startAll(platforms: readonly { start(): Promise<void> }[]): Promise<void> {
  const results = await Promise.allSettled(platforms.map((platform) => platform.start()));
  const failures = results.flatMap((result) =>
    result.status === "rejected" ? [result.reason as unknown] : [],
  );
  const refused = failures.filter((failure) => isAppError(failure, "config_invalid"));
  if (refused.length > 0) {
    throw new AppError("config_invalid", "The configuration does not work.", {
      problems: refused.flatMap((failure) => failure.details.problems ?? [failure.message]),
    });
  }
  if (failures.length > 0) throw failures[0];
}
