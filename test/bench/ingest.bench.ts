import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { afterAll, bench, describe } from "vitest";

// Acknowledged records, one a request, by 1, 32 and 256 clients: the bot against a bare `node:http` server that appends
// the same records with the same sharing of fdatasync. How many times slower the bot is stands at the end of each report.

const programs = join(import.meta.dirname, "ingest");
const folder = await mkdtemp(join(tmpdir(), "quotabot-bench-"));
const servers: ChildProcess[] = [];

afterAll(async () => {
  for (const server of servers) server.kill();
  await rm(folder, { recursive: true, force: true });
});

/** Starts a server and tells its port. */
async function started(name: "bare" | "bot"): Promise<string> {
  const server = spawn(process.execPath, [join(programs, `${name}.mjs`), await mkdtemp(join(folder, name))], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  servers.push(server);
  for await (const port of createInterface({ input: server.stdout })) return port;
  throw new Error(`${name} did not start.`);
}

async function load(port: string, clients: number, records: number): Promise<void> {
  await promisify(execFile)(process.execPath, [join(programs, "load.mjs"), port, `${clients}`, `${records}`]);
}

const ports = { bare: await started("bare"), bot: await started("bot") };
const some = { iterations: 5, time: 0, warmupIterations: 1, warmupTime: 0 };

describe.each([
  [1, 3_000],
  [32, 30_000],
  [256, 30_000],
])("%i clients post %i records", (clients, records) => {
  bench("a bare server", () => load(ports.bare, clients, records), some);
  bench("the bot", () => load(ports.bot, clients, records), some);
});
