#!/usr/bin/env node
import { closeSync, openSync, readFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import type { Transform } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import * as zlib from "node:zlib";
import type { Machine } from "./app/core.ts";
import { createDemo } from "./app/demo.ts";
import { recordAccount } from "./app/record.ts";
import { createReloading } from "./app/reloading.ts";
import { openSession } from "./app/session.ts";
import { createBot } from "./app.ts";
import { runCli } from "./cli/program.ts";
import { type Config, loadConfig } from "./config.ts";
import { AppError } from "./core/errors.ts";
import type { Clock, Log } from "./core/ports.ts";
import { createLogPrograms } from "./ingest/session-logs/programs.ts";
import { createStatusLines } from "./ingest/statusline.ts";
import { createLog } from "./log.ts";
import { providers } from "./providers/index.ts";
import { createDispatcher } from "./providers/kit/http.ts";
import { renderTerminal } from "./terminal/render.ts";

const { env, stdin, stdout, stderr } = process;
const clock: Clock = { now: () => Date.now() };
const noColour = env.NO_COLOR !== undefined && env.NO_COLOR !== "";
const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
  version: string;
};

function createMachine(log: Log): Machine {
  const interactive = stdin.isTTY === true && stdout.isTTY === true;
  return {
    providers,
    dispatcher: createDispatcher(),
    clock,
    log,
    console: { input: stdin, output: stdout, interactive, colour: stdout.isTTY === true && !noColour },
    home: homedir(),
    version,
  };
}

function findConfig(path: string | undefined): Promise<Config | undefined> {
  return loadConfig({ path, environment: env, cwd: process.cwd(), home: homedir(), providers });
}

/** Runs the bot, or the demo when there is no configuration, until the terminal's input or a signal ends it. */
async function startBot(options: { config?: string | undefined }): Promise<void> {
  const config = await findConfig(options.config);
  const level = logLevel(config === undefined ? "error" : "info");
  let log = createLog({ level, secrets: config?.secrets ?? [] });
  const signalled = new Promise<void>((resolve) => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => resolve());
    process.on("SIGHUP", () => (isService(running) && hasTerminal() ? bot.reload() : resolve()));
  });
  let running = config;
  const bot = createReloading({
    first: config,
    log: () => log,
    sleep,
    async load() {
      const next = await findConfig(options.config);
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
  process.on("unhandledRejection", (error) =>
    log.error({ error }, "A failure was not caught where it happened."),
  );
  await bot.run(signalled);
}

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
function hasTerminal(): boolean {
  if (stdin.isTTY !== true) return true;
  try {
    closeSync(openSync("/dev/tty", "r"));
    return true;
  } catch {
    return false;
  }
}

const levels = ["debug", "info", "warn", "error", "silent"] as const;

function logLevel(usual: (typeof levels)[number]): (typeof levels)[number] {
  return levels.find((level) => level === env.LOG_LEVEL?.toLowerCase()) ?? usual;
}

/** What one command of the CLI works with. */
async function prepare(path: string | undefined): Promise<{ config: Config; machine: Machine }> {
  const config = await findConfig(path);
  if (config === undefined) {
    throw new AppError("config_invalid", "There is no configuration.", {
      problems: [
        "Write a quotabot.yml here, or name one with --config or QUOTABOT_CONFIG. The README shows how.",
      ],
    });
  }
  const log = createLog({ level: logLevel("silent"), secrets: config.secrets });
  return { config, machine: createMachine(log) };
}

process.exitCode = await runCli(
  {
    async openSession({ config: path, fromDisk }) {
      const { config, machine } = await prepare(path);
      const session = await openSession(config, machine, { fromDisk });
      return { ...session, close: () => session.close().finally(() => machine.dispatcher.destroy()) };
    },
    async recordAccount({ config: path, account }) {
      const { config, machine } = await prepare(path);
      return recordAccount(config, machine, account).finally(() => machine.dispatcher.destroy());
    },
    startBot,
    reporting: {
      url: env.QUOTABOT_URL,
      key: env.QUOTABOT_KEY,
      // Two seconds at most in all, of which loading the program has taken some.
      patience: Math.max(500, 1_500 - Math.round(performance.now())),
      temporary: tmpdir(),
      readStatusLine: createStatusLines(providers).read,
      logs: {
        programs: createLogPrograms({ environment: env, home: homedir() }),
        memory: join(env.XDG_STATE_HOME || join(homedir(), ".local/state"), "quotabot"),
        patience: 600_000,
        // Node has it from 22.15 on.
        unpack: (zlib as { createZstdDecompress?: () => Transform }).createZstdDecompress,
      },
      clock,
    },
    render: (message, { now, timezone, ...terminal }) => renderTerminal(message, { now, timezone, terminal }),
    output: stdout,
    errors: stderr,
    input: stdin,
    noColour,
    version,
  },
  process.argv.slice(2),
);
// Output that is still on its way through a pipe is let through; nothing else may keep the process up.
setTimeout(() => process.exit(), 2_000).unref();
