#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import type { Transform } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import * as zlib from "node:zlib";
import { runCli } from "./cli/program.ts";
import { readNames } from "./config/names.ts";
import { createLogPrograms } from "./ingest/session-logs/programs.ts";
import { renderTerminal } from "./terminal/render.ts";

const { env: environment, stdin: input, stdout: output, stderr: errors } = process;
const [cwd, home] = [process.cwd(), homedir()];
const clock = { now: () => Date.now() };
const noColour = isSet(environment.NO_COLOR) || environment.TERM === "dumb";
const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
  version: string;
};

function isSet(variable: string | undefined): boolean {
  return variable !== undefined && variable !== "";
}

/** Loading it takes most of a start; help and completion do without. */
async function program() {
  const { createProgram } = await import("./app/program.ts");
  return createProgram({ environment, cwd, home, clock, input, output, noColour, version });
}

/** What shells call the end by a signal. */
const signals = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

for (const stream of [output, errors]) {
  stream.on("error", ({ code }: NodeJS.ErrnoException) => {
    // Whoever reads has seen enough, as `head` does.
    if (code === "EPIPE") return;
    if (stream === output) errors.write(`The output cannot be written (${code}).\n`);
    process.once("exit", () => {
      process.exitCode ||= 1;
    });
  });
}

process.exitCode = await runCli(
  {
    startBot: async (options) => (await program()).startBot(options),
    openSession: async (options) => (await program()).openSession(options),
    recordAccount: async (options) => (await program()).recordAccount(options),
    loadSetup: async () => (await program()).loadSetup(),
    readNames: (path) => readNames({ path, environment, cwd, home }),
    reporting: {
      url: environment.QUOTABOT_URL,
      key: environment.QUOTABOT_KEY,
      // Two seconds at most in all, of which loading the program has taken some.
      patience: Math.max(500, 1_500 - Math.round(performance.now())),
      temporary: tmpdir(),
      readStatusLine: async (document) => (await program()).readStatusLine(document),
      logs: {
        programs: createLogPrograms({ environment, home }),
        memory: join(environment.XDG_STATE_HOME || join(home, ".local/state"), "quotabot"),
        patience: 600_000,
        // Node has it from 22.15 on.
        unpack: (zlib as { createZstdDecompress?: () => Transform }).createZstdDecompress,
      },
      clock,
    },
    render: (message, { now, timezone, ...terminal }) => renderTerminal(message, { now, timezone, terminal }),
    output,
    errors,
    input,
    noColour,
    forceColour: isSet(environment.FORCE_COLOR) && environment.FORCE_COLOR !== "0",
    dumb: environment.TERM === "dumb",
    sleep,
    onSignal(listener) {
      const stop = Object.entries(signals).map(([signal, code]) => {
        const told = () => listener(code);
        process.on(signal, told);
        return () => process.off(signal, told);
      });
      return () => {
        for (const one of stop) one();
      };
    },
    version,
  },
  process.argv.slice(2),
);
// Output that is still on its way through a pipe is let through; nothing else may keep the process up.
setTimeout(() => process.exit(), 2_000).unref();
