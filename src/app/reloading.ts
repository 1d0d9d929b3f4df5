import { isAppError } from "../core/errors.ts";
import type { Log } from "../core/ports.ts";
import type { App } from "./lifecycle.ts";

export interface ReloadingOptions<Settings> {
  first: Settings;
  /** Reads the settings again. Throws AppError when there is something wrong with them. */
  load(): Promise<Settings>;
  create(settings: Settings): App;
  /** The log of the bot made last. */
  log(): Log;
  sleep(milliseconds: number): Promise<void>;
}

/** A bot that can be asked to go on with other settings. */
export interface Reloading {
  /**
   * Runs the bot until it has finished or `ended` resolves, and takes it down.
   * @throws what keeps it from starting the first time, and what keeps it for half a minute from starting again with
   * the settings that it had been running with
   */
  run(ended: Promise<void>): Promise<void>;
  /** Asks for the settings to be read again; however often before that is done, it is done once. */
  reload(): void;
}

const tries = 15;
const pause = 2_000;

/**
 * Runs a bot, and another in its place whenever that is asked for. Settings with a fault are refused whole: the bot that
 * runs is not touched. Settings that only show when starting that they do not work are given up for those before.
 */
export function createReloading<Settings>(options: ReloadingOptions<Settings>): Reloading {
  const { load, create, log, sleep } = options;
  let ask: () => void = () => {};
  let asked = nextAsking();

  function nextAsking(): Promise<void> {
    return new Promise((resolve) => {
      ask = resolve;
    });
  }

  async function loaded(): Promise<Settings | undefined> {
    try {
      return await load();
    } catch (error) {
      if (!isAppError(error)) throw error;
      const { message, details } = error;
      log().error(
        { problems: details.problems },
        `${message}: the bot goes on with the configuration it has. Mend it and send SIGHUP again.`,
      );
      return undefined;
    }
  }

  /** What these settings worked with a moment ago, a locked store or a taken port, may be free again in another. */
  async function startAgain(settings: Settings) {
    for (let left = tries; ; left -= 1) {
      const app = create(settings);
      try {
        return { app, ...(await app.start()) };
      } catch (error) {
        if (left <= 1) throw error;
        await sleep(pause);
      }
    }
  }

  return {
    reload: () => ask(),
    async run(ended) {
      let settings = options.first;
      let app = create(settings);
      let { finished } = await app.start();
      for (;;) {
        const isAsked = await Promise.race([
          ended.then(() => false),
          finished.then(() => false),
          asked.then(() => true),
        ]);
        if (!isAsked) break;
        asked = nextAsking();
        const next = await loaded();
        if (next === undefined) continue;
        await app.stop();
        app = create(next);
        try {
          ({ finished } = await app.start());
          settings = next;
          log().info({}, "The configuration was read again and is in force.");
        } catch (error) {
          const problems = isAppError(error) ? error.details.problems : undefined;
          log().error(
            { error, problems },
            "The bot could not start with the new configuration: it goes on with the one before.",
          );
          ({ app, finished } = await startAgain(settings));
        }
      }
      await app.stop();
    },
  };
}
