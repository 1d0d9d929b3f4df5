import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const main = resolve(import.meta.dirname, "../../dist/main.js");

export interface Run {
  output: string;
  errors: string;
  code: number | null;
  /** Milliseconds until it ended. */
  took: number;
}

/** The program as a process, with nothing of this machine's environment but the path. */
export function launch(
  args: readonly string[],
  options: { cwd: string; environment?: Record<string, string> | undefined; input?: string | undefined },
) {
  const begun = performance.now();
  const child = spawn(process.execPath, [main, ...args], {
    cwd: options.cwd,
    env: { PATH: process.env.PATH ?? "", HOME: options.cwd, ...options.environment },
  });
  const output: string[] = [];
  const errors: string[] = [];
  child.stdout.on("data", (chunk) => output.push(String(chunk)));
  child.stderr.on("data", (chunk) => errors.push(String(chunk)));
  if (options.input !== undefined) child.stdin.end(options.input);
  const ended = new Promise<Run>((done) =>
    child.on("close", (code) =>
      done({ output: output.join(""), errors: errors.join(""), code, took: performance.now() - begun }),
    ),
  );
  return { child, ended, output: () => output.join(""), errors: () => errors.join("") };
}

/** Runs the program to its end. */
export function run(args: readonly string[], options: Parameters<typeof launch>[1]): Promise<Run> {
  return launch(args, { input: "", ...options }).ended;
}

/** A folder of its own, removed by the returned function, with a quotabot.yml when one is given. */
export async function createFolder(config?: string): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), "quotabot-flow-"));
  if (config !== undefined) await writeFile(join(path, "quotabot.yml"), config, { mode: 0o600 });
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}
