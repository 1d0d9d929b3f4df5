import { closeSync, openSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { createBot } from "../app.ts";
import type { Setup } from "../cli/init/setup.ts";
import type { Recorded } from "../cli/record.ts";
import type { Session, SessionOptions } from "../cli/session.ts";
import { type Config, loadConfig } from "../config.ts";
import { AppError } from "../core/errors.ts";
import type { Clock, Log } from "../core/ports.ts";
import { inviteLink } from "../discord/invite.ts";
import { createStatusLines } from "../ingest/statusline.ts";
import { createLog } from "../log.ts";
import { providers } from "../providers/index.ts";
import { createDispatcher } from "../providers/kit/http.ts";
import { expandPlace } from "../providers/reader/credential-file.ts";
import type { Machine } from "./core.ts";
import { createDemo } from "./demo.ts";
import { recordAccount } from "./record.ts";
import { createReloading } from "./reloading.ts";
import { openSession } from "./session.ts";

/** What a process finds around it. */
export interface Surroundings {
  environment: Readonly<Record<string, string | undefined>>;
  cwd: string;
  home: string;
  clock: Clock;
  input: NodeJS.ReadStream;
  output: NodeJS.WriteStream;
  noColour: boolean;
  /** The program's own version. */
  version: string;
}

/**
 * All that needs accounts and their providers: the bot, and what commands of the CLI work with. `config` is a file that the
 * command line names. All throw AppError config_invalid for a configuration that does not work.
 */
export function createProgram(surroundings: Surroundings) {
  const { environment, cwd, home, clock, input, output, noColour, version } = surroundings;

  function createMachine(log: Log): Machine {
    const isTerminal = output.isTTY === true;
    const interactive = input.isTTY === true && isTerminal;
    return {
      ...{ providers, dispatcher: createDispatcher(), clock, log, home, version },
      console: { input, output, interactive, colour: isTerminal && !noColour },
    };
  }

  function findConfig(path: string | undefined): Promise<Config | undefined> {
    return loadConfig({ path, environment, cwd, home, providers });
  }

  function logLevel(usual: (typeof levels)[number]): (typeof levels)[number] {
    return levels.find((level) => level === environment.LOG_LEVEL?.toLowerCase()) ?? usual;
  }

  /** What one command of the CLI works with. */
  async function prepare(path: string | undefined): Promise<{ config: Config; machine: Machine }> {
    const config = await findConfig(path);
    if (config === undefined) {
      throw new AppError("config_invalid", "There is no configuration.", {
        problems: [
          "`quotabot init` writes a quotabot.yml here. One elsewhere is named with --config or QUOTABOT_CONFIG.",
        ],
      });
    }
    const log = createLog({ level: logLevel("silent"), secrets: config.secrets });
    return { config, machine: createMachine(log) };
  }

  return {
    /**
     * Runs the bot, or the demo when there is no configuration, until the terminal's input or a signal ends it. SIGHUP has
     * the configuration read again.
     */
    async startBot({ config: path }: { config?: string | undefined }): Promise<void> {
      const config = await findConfig(path);
      const level = logLevel(config === undefined ? "error" : "info");
      let running = config;
      let log = createLog({ level, secrets: config?.secrets ?? [] });
      const bot = createReloading({
        first: config,
        log: () => log,
        sleep,
        async load() {
          const next = await findConfig(path);
          if (next === undefined || !isService(next)) throw noService(next);
          return next;
        },
        create(settings) {
          running = settings;
          log = createLog({ level, secrets: settings?.secrets ?? [] });
          const machine = createMachine(log);
          const app = settings === undefined ? createDemo(machine) : createBot(settings, machine);
          return { start: app.start, stop: () => app.stop().finally(() => machine.dispatcher.destroy()) };
        },
      });
      const signalled = new Promise<void>((resolve) => {
        for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => resolve());
        process.on("SIGHUP", () => (isService(running) && hasTerminal(input) ? bot.reload() : resolve()));
      });
      process.on("unhandledRejection", (error) =>
        log.error({ error }, "A failure was not caught where it happened."),
      );
      await bot.run(signalled);
    },

    async openSession({ config: path, fromDisk }: SessionOptions): Promise<Session> {
      const { config, machine } = await prepare(path);
      const session = await openSession(config, machine, { fromDisk });
      return { ...session, close: () => session.close().finally(() => machine.dispatcher.destroy()) };
    },

    async recordAccount(options: { config?: string | undefined; account: string }): Promise<Recorded> {
      const { config, machine } = await prepare(options.config);
      return recordAccount(config, machine, options.account).finally(() => machine.dispatcher.destroy());
    },

    loadSetup(): Setup {
      const manifest = fileURLToPath(new URL("../../manifest.yml", import.meta.url));
      return {
        ...{ providers, environment, home, cwd },
        timezone: new Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC",
        placeOf: (place) => expandPlace(place, home, environment),
        check: async (path, variables) =>
          void (await loadConfig({ path, environment: variables, cwd, home, providers })),
        discordInvite: inviteLink,
        manifest: { path: manifest, read: () => readFileSync(manifest, "utf8") },
      };
    },

    readStatusLine: createStatusLines(providers).read,
  };
}

const levels = ["debug", "info", "warn", "error", "silent"] as const;

/** Whether a bot with this configuration goes on by itself: one that only chats on a terminal ends with it. */
function isService(config: Config | undefined): config is Config {
  return (
    config !== undefined && [config.slack, config.discord, config.http].some((door) => door !== undefined)
  );
}

function noService(config: Config | undefined): AppError {
  if (config === undefined) return new AppError("config_invalid", "The configuration is gone");
  return new AppError("config_invalid", `${config.file} has neither slack nor discord nor http`);
}

/** False once the terminal that the process was started on has been closed. */
function hasTerminal(input: NodeJS.ReadStream): boolean {
  if (input.isTTY !== true) return true;
  try {
    closeSync(openSync("/dev/tty", "r"));
    return true;
  } catch {
    return false;
  }
}
