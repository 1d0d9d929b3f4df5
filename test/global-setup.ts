import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, resolve } from "node:path";

/** Builds the program once (types are checked elsewhere), so that tests can run it as a process of its own. */
export function setup(): void {
  const compiler = dirname(createRequire(import.meta.url).resolve("typescript/package.json"));
  const root = resolve(import.meta.dirname, "..");
  execFileSync(process.execPath, [resolve(compiler, "bin/tsc"), "-p", root, "--noCheck"], {
    stdio: "inherit",
  });
}
