import { execFile, spawn } from "node:child_process";
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** A real process that can be killed. */
export interface Program {
  pid: number;
  /** The next line it prints; undefined once it has ended. */
  line(): Promise<string | undefined>;
  /** Sends it a line. */
  say(line: string): void;
  /** Ends it at once, as a power cut would, and hands back what it had still printed. */
  kill(): Promise<string[]>;
}

/**
 * Compiles a module of src with all that it imports, and starts programs written against it: ES modules that import
 * from "./<path below src>.js". All is ended and removed after the tests of the file.
 */
export async function programsOn(
  module: string,
): Promise<(source: string, ...args: string[]) => Promise<Program>> {
  const folder = await mkdtemp(join(tmpdir(), "quotabot-program-"));
  const started: Program[] = [];
  afterAll(async () => {
    await Promise.all(started.map((program) => program.kill()));
    await rm(folder, { recursive: true, force: true });
  });
  const compiler = join(
    dirname(createRequire(import.meta.url).resolve("typescript/package.json")),
    "bin",
    "tsc",
  );
  const options =
    "--ignoreConfig --noCheck --module nodenext --target es2023 --rewriteRelativeImportExtensions --types node";
  await promisify(execFile)(
    process.execPath,
    [compiler, ...options.split(" "), "--rootDir", "src", "--outDir", folder, module],
    { cwd: root },
  );
  await writeFile(join(folder, "package.json"), '{"type":"module"}');
  await symlink(join(root, "node_modules"), join(folder, "node_modules"));

  return async (source, ...args) => {
    const file = join(folder, `program-${started.length}.js`);
    await writeFile(file, source);
    const program = start(file, args);
    started.push(program);
    return program;
  };
}

function start(file: string, args: string[]): Program {
  const child = spawn(process.execPath, [file, ...args], { stdio: ["pipe", "pipe", "inherit"] });
  const lines: string[] = [];
  let rest = "";
  let ended = false;
  let wake = () => {};
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    const parts = (rest + text).split("\n");
    rest = parts.pop() ?? "";
    lines.push(...parts);
    wake();
  });
  const end = new Promise<void>((resolve) => {
    child.on("close", () => {
      ended = true;
      wake();
      resolve();
    });
  });
  return {
    pid: child.pid ?? 0,
    async line() {
      while (lines.length === 0 && !ended) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return lines.shift();
    },
    say: (line) => child.stdin.write(`${line}\n`),
    async kill() {
      child.kill("SIGKILL");
      await end;
      return lines;
    },
  };
}
